"""Mail addresses: found at the @, read to the left and to the right, so that no regular expression can run away."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AT = re.compile("[@＠]")
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/?=~!#$%&'*^{|}`" + "".join(
    chr(c)
    for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0E, 0xFF3F, 0xFF0D, 0xFF0B)
)
_HOST = re.compile(
    r"(?:[A-Za-z0-9ぁ-んァ-ヶー一-鿿０-９Ａ-Ｚａ-ｚ](?:[A-Za-z0-9\-ぁ-んァ-ヶー一-鿿０-９Ａ-Ｚａ-ｚ－]{0,62})[.．]){1,8}"
    r"(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-zＡ-Ｚａ-ｚ]{2,24})"
)
_MAX_LOCAL = 64
_STOPS = "=/?&`|{"
_STOPPING = frozenset(_STOPS)
_LEADING = "'\"/?=&{|`*#$%!^-"


def mail_tokens(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of what looks like a mail address."""
    for at in _signs(text):
        before = text[max(0, at - _MAX_LOCAL) : at]
        start = at - len(before) + len(before.rstrip(_LOCAL))
        start = _trim(text, start, at)
        host = _HOST.match(text, at + 1, at + 256)
        if start == at or host is None:
            continue
        end = host.end()
        if not _foreign(text, start, at, end):
            yield start, end


def _signs(text: str) -> Iterator[int]:
    """Where an @ is. Looking for one character is many times faster than looking for one of two."""
    if "＠" in text:
        for match in _AT.finditer(text):
            yield match.start()
        return
    at = text.find("@")
    while at >= 0:
        yield at
        at = text.find("@", at + 1)


def _foreign(text: str, start: int, at: int, end: int) -> bool:
    """An @ of something else: ``git@host:path``, ``scheme://user:secret@host``, a name of a program between @ and _."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after in {"@", "_"} or before in {"@", "＠"} or (after.isascii() and after.isalnum()):
        return True
    if before == ":" and "://" in text[max(0, start - 80) : start].rsplit(maxsplit=1)[-1]:
        return True
    return text[start:at] == "git" and after == ":"


def _trim(text: str, start: int, at: int) -> int:
    """Leave out what belongs to the surroundings: quotes, the key of a query, ``mailto:``."""
    local = text[start:at]
    for stop in _STOPS if not _STOPPING.isdisjoint(local) else ():
        cut = local.rfind(stop)
        if cut >= 0 and cut < len(local) - 1:
            start += cut + 1
            local = text[start:at]
    while start < at and text[start] in _LEADING:
        start += 1
    return start
