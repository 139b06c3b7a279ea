"""Allow-lists: the company's own addresses, phones, domains and mail addresses, which are no finding.

The entries live in the user's configuration or rulesets and nowhere else. An entry is a value (compared without regard to width, case, hyphens
and blanks), a domain for mail addresses and URLs (``example.co.jp`` or ``@example.co.jp``), or a pattern between slashes (``/T-{D}{4}/``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from piiscan.rules.compiled import HYPHENS, compile_pattern
from piiscan.rules.formats import national_number
from piiscan.rules.loader import is_pattern

_DROP = re.compile(rf"[\s{HYPHENS}()]+")
_HYPHEN = re.compile(rf"[{HYPHENS}]")
_DOMAIN = re.compile(r"@?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PREFECTURE = re.compile("^(?:北海道|東京都|大阪府|京都府|[一-龠]{2,3}県)")
_BLOCK = re.compile("(?:丁目|番地の?|番|号)")
_KANJI_BLOCK = re.compile("[〇一二三四五六七八九十]+(?=丁目|番|号)")
_PHONES = ("PHONE_NUMBER", "JP_PHONE", "JP_FAX")
_HOSTED = ("EMAIL_ADDRESS", "URL_WITH_USER_ID")


class AllowList:
    """Says of a value whether the company has allowed it."""

    def __init__(self, entries: Mapping[str, Sequence[str]]) -> None:
        self._patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
        self._values: dict[str, frozenset[str]] = {}
        self._domains: dict[str, tuple[str, ...]] = {}
        for kind, given in entries.items():
            plain = [e for e in given if not is_pattern(e)]
            self._patterns[kind] = tuple(compile_pattern(e[1:-1]) for e in given if is_pattern(e))
            self._values[kind] = frozenset(_key(kind, e) for e in plain)
            hosts = (e.strip().lower() for e in plain if kind in _HOSTED and _DOMAIN.fullmatch(e.strip().lower()))
            self._domains[kind] = tuple(h.removeprefix("@") for h in hosts)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __repr__(self) -> str:
        return f"<AllowList of {len(self._values)} types>"

    def allows(self, entity_type: str, value: str) -> bool:
        """Whether a value of this type is one of the company's own."""
        known = self._values.get(entity_type)
        if known is None:
            return False
        key = _key(entity_type, value)
        if key in known or (entity_type == "JP_ADDRESS" and any(_inside(key, own) for own in known)):
            return True
        if any(host == d or host.endswith("." + d) for d in self._domains[entity_type] for host in (_host(value),)):
            return True
        folded = unicodedata.normalize("NFKC", value).strip()
        return any(p.fullmatch(folded) for p in self._patterns[entity_type])


def _key(kind: str, value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).strip().lower()
    if kind.startswith(_PHONES):
        return national_number(_HYPHEN.sub("-", folded)) or _DROP.sub("", folded)
    if kind == "JP_ADDRESS":
        return _address_key(folded)
    return _DROP.sub("", folded) if kind not in _HOSTED else folded


def _address_key(folded: str) -> str:
    from piiscan.rules.dates import kanji_number

    text = _KANJI_BLOCK.sub(lambda m: str(kanji_number(m.group())), _HYPHEN.sub("-", folded))
    text = _BLOCK.sub("-", re.sub(r"\s+", "", text)).replace("--", "-")
    text = re.sub(r"-(?![0-9])", "", text)
    return _PREFECTURE.sub("", text)


def _inside(key: str, own: str) -> bool:
    """Whether an address is the allowed one, perhaps with the name of the building after it; another house number is another place."""
    rest = key.removeprefix(own)
    return len(rest) < len(key) and own[-1:].isdigit() and rest[0] not in "0123456789-"


def _host(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).strip().lower()
    if "@" in folded:
        return folded.rpartition("@")[2]
    try:
        return urlsplit(folded).hostname or ""
    except ValueError:
        return ""
