"""Keeps captions and titles of pictures in the inventory only where they were read and nothing was found in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from piiscan_cms.attributes import ALT, CAPTION, TITLE

if TYPE_CHECKING:
    from piiscan.model import ItemResult

TEXTS = (TITLE, CAPTION, ALT)
"""Attributes that hold text of an item."""


class Withholding:
    """The enricher."""

    name = "cms-withholding"
    families = tuple(sorted({key.partition(".")[0] for key in TEXTS}))

    def attributes(self, result: ItemResult) -> Mapping[str, str]:
        """For each text that may not be stored, the kinds of what is in it instead; empty, which takes it away, where nobody has looked this time."""
        held = [key for key in TEXTS if key in result.item.attributes]
        if not held:
            return {}
        # A media type is known of what was opened; what was not, was not judged either.
        if result.media_type is None:
            return dict.fromkeys(held, "")
        # Equal values are one finding at the first place, so what is found in one of the texts keeps all of them.
        kinds = sorted({f.entity_type for f in result.findings if f.locator.get("beside") or f.locator.get("name")})
        return dict.fromkeys(held, f"({', '.join(kinds)})") if kinds else {}
