"""Who can open a file, from a Windows security descriptor. Pure: no requests.

Counted are grants to read, in the order in which Windows goes through them; a denial takes off the same principal (that of Everyone: everybody), but not
the members of a group, whom only the directory knows. So the answer may name too many, never too few. Administrators, the system and services are named
but do not make a file any wider. Parent folders are not counted: by default everybody may pass through them on Windows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

READ = 0x1 | 0x80000000 | 0x10000000
"""Read data, generic read, generic all."""

NAMED = 20

_ALLOW, _DENY = {0x00, 0x05, 0x09, 0x0B}, {0x01, 0x06, 0x0A, 0x0C}
_OBJECT = {0x05, 0x06, 0x0B, 0x0C}
_INHERIT_ONLY, _INHERITED = 0x08, 0x10
_DACL_PRESENT = 0x0004

USER = 1
"""SID_NAME_USE of one person; every other kind is several."""

_EVERYBODY = {
    "S-1-1-0": "Everyone", "S-1-5-11": "Authenticated Users", "S-1-5-2": "Network", "S-1-5-4": "Interactive", "S-1-5-15": "This Organization",
    "S-1-5-32-545": "Users", "S-1-5-32-546": "Guests", "S-1-5-32-554": "Pre-Windows 2000 Compatible Access", "S-1-2-0": "Local",
}  # fmt: skip
_ANYBODY = {"S-1-5-7": "Anonymous"}
_ADMINISTRATORS = {
    "S-1-5-18": "System", "S-1-5-19": "Local Service", "S-1-5-20": "Network Service", "S-1-5-32-544": "Administrators",
    "S-1-5-32-549": "Server Operators", "S-1-5-32-551": "Backup Operators", "S-1-3-0": "Creator Owner", "S-1-3-1": "Creator Group",
    "S-1-3-4": "Owner Rights", "S-1-22-1-0": "Unix user 0", "S-1-22-2-0": "Unix group 0", "S-1-5-9": "Domain Controllers", "S-1-5-13": "Terminal Server Users",
}  # fmt: skip
_DOMAIN_EVERYBODY = {513: "Domain Users", 514: "Domain Guests", 515: "Domain Computers"}
_DOMAIN_ADMINISTRATORS = {
    500: "Administrator",
    512: "Domain Admins",
    516: "Domain Controllers",
    518: "Schema Admins",
    519: "Enterprise Admins",
}


@dataclass(frozen=True, slots=True)
class Ace:
    """One line of an access control list."""

    allow: bool
    mask: int
    sid: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Owner and list; `aces` None is no list at all, which lets everybody do everything."""

    owner: str
    aces: tuple[Ace, ...] | None

    @property
    def sids(self) -> set[str]:
        """Everyone it speaks of."""
        return {self.owner, *(ace.sid for ace in self.aces or ())} - {""}


@dataclass(frozen=True, slots=True)
class Principal:
    """What a SID stands for; `use` as LSA says it (1 is a person), 0 where nobody knows."""

    name: str
    use: int = 0


def parse(raw: bytes) -> Descriptor:
    """A self-relative security descriptor ([MS-DTYP] 2.4.6). Raises ValueError for what is none."""
    try:
        _, _, control, owner, _, _, dacl = struct.unpack_from("<BBHIIII", raw)
        name = sid_at(raw, owner)[0] if owner else ""
        aces = tuple(_aces(raw, dacl)) if control & _DACL_PRESENT and dacl else None
    except (struct.error, IndexError):
        raise ValueError("no security descriptor") from None
    return Descriptor(name, aces)


def sid_at(raw: bytes, place: int) -> tuple[str, int]:
    """The SID at a place, as text, and where it ends."""
    revision, count = raw[place], raw[place + 1]
    authority = int.from_bytes(raw[place + 2 : place + 8], "big")
    parts = struct.unpack_from(f"<{count}I", raw, place + 8)
    return "-".join(map(str, ("S", revision, authority, *parts))), place + 8 + 4 * count


def _aces(raw: bytes, place: int) -> Iterable[Ace]:
    (count,) = struct.unpack_from("<H", raw, place + 4)
    place += 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", raw, place)
        at = place + 8
        if kind in _OBJECT:
            (present,) = struct.unpack_from("<I", raw, at)
            at += 4 + 16 * (present & 1) + 16 * (present >> 1 & 1)
        if kind in _ALLOW | _DENY and not flags & _INHERIT_ONLY:
            yield Ace(kind in _ALLOW, mask, sid_at(raw, at)[0], bool(flags & _INHERITED))
        place += size


def readers(descriptor: Descriptor) -> tuple[str, ...]:
    """The SIDs that may read, in order of the list."""
    if descriptor.aces is None:
        return ("S-1-1-0",)
    denied: set[str] = set()
    found: dict[str, None] = {}
    for ace in descriptor.aces:
        if not ace.mask & READ:
            continue
        if not ace.allow:
            denied.add(ace.sid)
            if ace.sid == "S-1-1-0":
                break
        elif ace.sid not in denied:
            found[ace.sid] = None
    return tuple(found)


def breadth(sids: Sequence[str], who: Mapping[str, Principal]) -> str:
    """``person``, ``group``, ``company`` or ``public``, of those who may read."""
    if any(sid in _ANYBODY for sid in sids):
        return "public"
    if any(_everybody(sid) for sid in sids):
        return "company"
    others = [sid for sid in sids if not administrator(sid)]
    if len(others) == 1:
        return "person" if _person(others[0], who) else "group"
    return "group" if others or sids else "person"


def _everybody(sid: str) -> bool:
    return sid in _EVERYBODY or (sid.startswith("S-1-5-21-") and _rid(sid) in _DOMAIN_EVERYBODY)


def administrator(sid: str) -> bool:
    """Whether a SID is one of those who run the server."""
    known = sid in _ADMINISTRATORS or sid.startswith("S-1-5-80-")
    return known or (sid.startswith("S-1-5-21-") and _rid(sid) in _DOMAIN_ADMINISTRATORS)


def _person(sid: str, who: Mapping[str, Principal]) -> bool:
    return sid.startswith("S-1-22-1-") or (sid in who and who[sid].use == USER)


def _rid(sid: str) -> int:
    return int(sid.rpartition("-")[2])


def known_name(sid: str) -> str:
    """The name of a SID that means the same everywhere; empty for others."""
    common = _EVERYBODY.get(sid) or _ANYBODY.get(sid) or _ADMINISTRATORS.get(sid)
    if common:
        return common
    if sid.startswith("S-1-5-21-"):
        return _DOMAIN_EVERYBODY.get(_rid(sid)) or _DOMAIN_ADMINISTRATORS.get(_rid(sid)) or ""
    if sid.startswith("S-1-22-"):  # how Samba shows numbers of Unix that have no SID
        return f"Unix {'user' if sid.startswith('S-1-22-1-') else 'group'} {_rid(sid)}"
    return ""


def names(sids: Iterable[str], who: Mapping[str, Principal]) -> str:
    """Principals, as people know them."""
    found = sorted({who[sid].name if sid in who else known_name(sid) or sid for sid in sids})
    more = [f"+{len(found) - NAMED}"] if len(found) > NAMED else []
    return ", ".join(found[:NAMED] + more)


def attributes(descriptor: Descriptor, share: Descriptor | None, who: Mapping[str, Principal]) -> dict[str, str]:
    """What the inventory says of a file's rights; `share` are those of the share in front, where they could be read."""
    sids = readers(descriptor)
    width = breadth(sids, who)
    found = {"access.owner": names([descriptor.owner], who), "access.principals": names(sids, who) or "nobody"}
    if descriptor.aces:
        own = not all(ace.inherited for ace in descriptor.aces)
        found["smb.rights"] = "own" if own else "inherited"
        denied = {ace.sid for ace in descriptor.aces if not ace.allow and ace.mask & READ}
        if denied:
            found["access.denied"] = names(denied, who)
    if share is not None:
        let_in = readers(share)
        found["access.share"] = names(let_in, who) or "nobody"
        width = min(width, breadth(let_in, who), key=("person", "group", "company", "public").index)
    return found | {"access.breadth": width}
