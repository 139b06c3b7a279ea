"""A piiscan source for content management systems. Start with :class:`piiscan_cms.source.CmsSource`; each kind is a module in ``kinds``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from piiscan.hookspecs import hookimpl
from piiscan_cms import kinds
from piiscan_cms.withholding import Withholding

if TYPE_CHECKING:
    from piiscan.protocols import Enricher, Source

__all__ = ["piiscan_enrichers", "piiscan_sources"]


@hookimpl
def piiscan_sources() -> list[type[Source]]:
    """One source for each module of ``kinds`` that does not begin with an underscore: its `SOURCE`."""
    names = sorted(m.name for m in pkgutil.iter_modules(kinds.__path__) if not m.name.startswith("_"))
    return [importlib.import_module(f"{kinds.__name__}.{name}").SOURCE for name in names]


@hookimpl
def piiscan_enrichers() -> Iterable[Enricher]:
    """Takes captions that name somebody out of what is stored."""
    return [Withholding()]
