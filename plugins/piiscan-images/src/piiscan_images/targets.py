"""Where a code leads, and what speaks against it: the company's own list, and the tricks of stickers pasted over codes."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

_SHORTENERS: Final = frozenset((
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "ow.ly", "buff.ly", "cutt.ly",
    "rebrand.ly", "shorturl.at", "rb.gy", "t.ly", "x.gd", "qr.io", "qrco.de", "me-qr.com",
    "urlz.fr", "v.gd", "soo.gd", "s.id", "bitly.com", "tiny.cc", "qr-code.click",
))  # fmt: skip
_ACTIVE: Final = frozenset({"javascript", "data", "vbscript", "file", "intent", "blob"})
_EMV = re.compile(r"000201(?:\d{2}\d{2}.*)6304[0-9A-Fa-f]{4}", re.DOTALL)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{1,20}:[^\s]+")
_BARE_HOST = re.compile(r"(?:www\.)[A-Za-z0-9.\-]+\.[A-Za-z]{2,}(?:[/?#]\S*)?")


@dataclass(frozen=True, slots=True)
class Target:
    """What a code leads to. `kind` is ``web`` or ``payment``; `value` is compared from scan to scan; `odd` are reasons to look at it."""

    kind: str
    value: str = field(repr=False)
    odd: tuple[str, ...] = ()
    known: bool = False


def target_of(text: str, allowed: Sequence[str]) -> Target | None:
    """The target of a code's content; None for contents that lead nowhere (contacts, numbers, plain text)."""
    text = text.strip()
    known = _is_allowed(text, allowed)
    if _EMV.fullmatch(text):
        return Target("payment", text, () if known else _odd_payment(text), known)
    if _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    if not _URL.fullmatch(text):
        return None
    parts = _split(text)
    scheme = text.partition(":")[0].lower()
    if parts is None:
        return Target("web", text, ("not-an-address",), known)
    if scheme in _ACTIVE:
        return Target("web", text, ("active-content",), known)
    if scheme not in {"http", "https"}:
        return Target("payment", text, (), known) if "pay" in scheme else None
    return Target("web", text, () if known else tuple(_odd_web(parts, allowed)), known)


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_allowed(text: str, allowed: Sequence[str]) -> bool:
    return any(_matches(text, entry.strip()) for entry in allowed)


def _matches(text: str, entry: str) -> bool:
    """An entry with a path allows what lies below it; a host allows everything on it by https; anything else only itself."""
    if not entry or text == entry:
        return bool(entry)
    parts = _split(text)
    if parts is None or parts.username or parts.password:
        return False
    if "://" in entry:
        want = _split(entry)
        return (
            want is not None
            and (parts.scheme.lower(), _host(parts), parts.port) == (want.scheme.lower(), _host(want), want.port)
            and _below(parts.path, want.path)
            and (not want.query or parts.query == want.query)
        )
    return parts.scheme.lower() == "https" and _host(parts) == entry.lower().rstrip(".") and parts.port in {None, 443}


def _below(path: str, folder: str) -> bool:
    if ".." in path.split("/"):
        return False
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/") or folder in {"", "/"}


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _odd_web(parts: SplitResult, allowed: Sequence[str]) -> list[str]:
    host = _host(parts)
    odd = []
    if parts.scheme.lower() == "http":
        odd.append("no-encryption")
    if parts.username or parts.password:
        odd.append("user-before-host")
    if _is_address(host):
        odd.append("address-instead-of-host")
    if host.startswith("xn--") or ".xn--" in host or not host.isascii():
        odd.append("other-script-in-host")
    if host in _SHORTENERS:
        odd.append("shortened")
    if any(_resembles(host, own) for own in _own_hosts(allowed)):
        odd.append("resembles-own-host")
    return odd


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return re.fullmatch(r"0x[0-9a-f]+|\d{6,10}", host) is not None
    return True


def _own_hosts(allowed: Sequence[str]) -> set[str]:
    hosts = set()
    for entry in allowed:
        parts = _split(entry if "://" in entry else f"https://{entry}")
        if parts is not None and "." in _host(parts):
            hosts.add(_host(parts))
    return hosts


def _resembles(host: str, own: str) -> bool:
    """One of the company's hosts as a part of another, or with one or two letters that differ, or in letters that look the same."""
    if host == own or host.endswith(f".{own}"):
        return False
    if own in host or own.replace(".", "-") in host:
        return True
    plain = _skeleton(host)
    return plain == _skeleton(own) or (len(own) > 8 and _distance(plain, own) <= 1)


_LOOKS: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e", "4": "a", "8": "b"})


def _skeleton(host: str) -> str:
    with suppress(UnicodeError):
        host = host.encode("ascii").decode("idna") if "xn--" in host else host
    folded = unicodedata.normalize("NFKD", host).casefold().translate(_LOOKS)
    return folded.replace("rn", "m").replace("vv", "w")


def _distance(one: str, two: str) -> int:
    """Letters to change, add or take away to make one of the other; 2 for everything that is further apart."""
    if abs(len(one) - len(two)) > 1:
        return 2
    start = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    tails = (one[start:], two[start:])
    if not any(tails):
        return 0
    rests = {(tails[0][1:], tails[1][1:]), (tails[0][1:], tails[1]), (tails[0], tails[1][1:])}
    return 1 if any(a == b for a, b in rests) else 2


def _odd_payment(text: str) -> tuple[str, ...]:
    """A payment code of EMVCo (JPQR and others): its check sum, and whether it is of another country."""
    if _crc16(text[:-4].encode("utf-8")) != int(text[-4:], 16):
        return ("wrong-check-sum",)
    fields = _emv_fields(text)
    return ("other-country",) if fields.get("58", "JP") != "JP" else ()


def _emv_fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while at + 4 <= len(text) and text[at + 2 : at + 4].isdigit():
        size = int(text[at + 2 : at + 4])
        fields[text[at : at + 2]] = text[at + 4 : at + 4 + size]
        at += 4 + size
    return fields


def _crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, as EMVCo's merchant-presented QR specification has it."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
