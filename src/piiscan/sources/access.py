"""Who can open a file of this machine: mode, POSIX access control list, and the folders above it.

The answer is an upper bound, as for every store: it may name more people than there are, never fewer of those the file system lets in. The
administrator, programs that run as one, and what a file server or backup gives out by itself are not in it. ACLs of NFSv4 and macOS are not read;
Windows rights come with piiscan-smb, which reads them from the server.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

READ, ENTER = 4, 1
"""Permission bits: to read a file, to pass through a folder."""

NAMED = 20
"""So many principals are named; the others are counted."""

_ACL = "system.posix_acl_access"
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_LETTERS = {_USER_OBJ: "u", _USER: "u", _GROUP_OBJ: "g", _GROUP: "g", _MASK: "m", _OTHER: "o"}

_MADE_UP = {"cifs", "smb3", "smbfs", "vfat", "msdos", "exfat", "fuseblk", "ntfs", "ntfs3", "9p", "drvfs"}
"""File systems whose modes and owners commonly come from the options of the mount, and say nothing of who can open a file there."""


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One line of an access control list; `id` counts for named users and groups."""

    tag: int
    bits: int
    id: int

    def __str__(self) -> str:
        name = {_USER: user_name, _GROUP: group_name}.get(self.tag)
        letters = "".join(letter if self.bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))
        return f"{_LETTERS.get(self.tag, '?')}:{name(self.id) if name else ''}:{letters}"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom one file or folder lets in: everybody with an account, or these users and groups."""

    everyone: bool
    users: frozenset[int]
    groups: frozenset[int]

    @property
    def breadth(self) -> str:
        """``person``, ``group`` or ``company``."""
        if self.everyone:
            return "company"
        shared = [gid for gid in self.groups if not _private(gid, self.users)]
        return "group" if shared or len(self.users) > 1 else "person"

    def names(self) -> str:
        """The principals, as people know them."""
        if self.everyone:
            return "everyone"
        found = [f"user:{user_name(uid)}" for uid in self.users] + [f"group:{group_name(gid)}" for gid in self.groups]
        found.sort()
        more = [f"+{len(found) - NAMED}"] if len(found) > NAMED else []
        return ", ".join(found[:NAMED] + more)


def acl_of(path: str) -> tuple[AclEntry, ...]:
    """The extended access control list of a file or folder; empty where there is none or the system has none."""
    if not hasattr(os, "getxattr"):
        return ()
    try:
        return parse_acl(os.getxattr(path, _ACL))
    except OSError:
        return ()


def parse_acl(raw: bytes) -> tuple[AclEntry, ...]:
    """What Linux keeps in ``system.posix_acl_access`` (include/uapi/linux/posix_acl_xattr.h); empty for another version of it."""
    if len(raw) < 4 or (len(raw) - 4) % 8 or struct.unpack_from("<I", raw)[0] != 2:
        return ()
    return tuple(AclEntry(*entry) for entry in struct.iter_unpack("<HHI", raw[4:]))


def reach_of(mode: int, uid: int, gid: int, acl: tuple[AclEntry, ...], bit: int) -> Reach:
    """Whom mode and ACL let do this."""
    if not acl:
        users = {uid} if mode >> 6 & bit else set()
        groups = {gid} if mode >> 3 & bit else set()
        return Reach(bool(mode & bit), frozenset(users), frozenset(groups))
    mask = next((entry.bits for entry in acl if entry.tag == _MASK), 7)
    own = {_USER_OBJ: uid, _GROUP_OBJ: gid}
    let_in = {
        (entry.tag, own.get(entry.tag, entry.id))
        for entry in acl
        if entry.bits & bit & (7 if entry.tag in {_USER_OBJ, _OTHER} else mask)
    }
    return Reach(
        any(tag == _OTHER for tag, _ in let_in),
        frozenset(one for tag, one in let_in if tag in {_USER_OBJ, _USER}),
        frozenset(one for tag, one in let_in if tag in {_GROUP_OBJ, _GROUP}),
    )


def narrower(through: Reach | None, folder: Reach) -> Reach | None:
    """Whom a way lets through that goes on through one more folder; None is everybody."""
    if folder.everyone or (through is not None and _order(through) <= _order(folder)):
        return through
    return folder


def folder_reach(path: str, info: os.stat_result) -> Reach:
    """Who can pass through a folder."""
    return reach_of(stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, acl_of(path), ENTER)


def way_to(path: str) -> Reach | None:
    """Who can pass through the folders above a path, up to the mount point it lies below: what is above that is another way for others."""
    through: Reach | None = None
    for parent in _above(path):
        try:
            info = os.stat(parent)  # noqa: PTH116
        except OSError:
            continue
        through = narrower(through, folder_reach(parent, info))
    return through


def attributes_of(
    path: str | None, info: os.stat_result, through: Reach | None, *, made_up: str = ""
) -> dict[str, str]:
    """Owner, group, mode, list, and who can read the file; `made_up` is the type of a file system that does not know. Nothing on Windows.

    Without a path, those of a file like this that has no list.
    """
    if sys.platform == "win32":
        return {}
    mode = stat.S_IMODE(info.st_mode)
    if made_up:
        return {"file.mode": f"{mode:04o}", "access.breadth": "unknown", "access.unknown": f"{made_up} mount"}
    acl = acl_of(path) if path is not None and stat.S_ISREG(info.st_mode) else ()
    return dict(_attributes(mode, info.st_uid, info.st_gid, acl, through))


@lru_cache(maxsize=8192)
def _attributes(
    mode: int, uid: int, gid: int, acl: tuple[AclEntry, ...], through: Reach | None
) -> tuple[tuple[str, str], ...]:
    reach = reach_of(mode, uid, gid, acl, READ)
    narrow = through is not None and _order(through) < _order(reach)
    found = {
        "file.mode": f"{mode:04o}",
        "file.owner": user_name(uid),
        "file.group": group_name(gid),
        "access.breadth": through.breadth if through is not None and narrow else reach.breadth,
        "access.principals": reach.names(),
    }
    if acl:
        found["file.acl"] = ",".join(map(str, acl))
    if through is not None:
        found["access.through"] = through.names()
    return tuple(found.items())


def made_up_devices() -> dict[int, str]:
    """Mounted file systems whose modes say nothing of rights: type by device number. Empty where the system does not tell."""
    try:
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return {device: kind for device, kind in mounted(text).items() if kind in _MADE_UP}


def mounted(mountinfo: str) -> dict[int, str]:
    """File system types by device number, from the text of ``/proc/self/mountinfo`` (see proc(5))."""
    found = {}
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields, kind = left.split(), right.split()
        if len(fields) > 2 and kind and ":" in fields[2]:
            major, minor = fields[2].split(":", 1)
            if major.isdigit() and minor.isdigit():
                found[os.makedev(int(major), int(minor))] = kind[0]
    return found


def _order(reach: Reach) -> int:
    return ("person", "group", "company").index(reach.breadth)


def _above(path: str) -> Iterator[str]:
    while not os.path.ismount(path):
        parent = os.path.dirname(path)  # noqa: PTH120
        if parent == path:
            return
        yield parent
        path = parent


@lru_cache(maxsize=4096)
def _private(gid: int, users: frozenset[int]) -> bool:
    """Whether a group is the one of a single person who is let in anyway (as most Linux systems make them)."""
    name = group_name(gid)
    return any(user_name(uid) == name for uid in users) and set(_members(gid)) <= {name}


def _members(gid: int) -> Iterable[str]:
    try:
        import grp

        return grp.getgrgid(gid).gr_mem
    except (ImportError, KeyError):
        return ("?",)


@lru_cache(maxsize=4096)
def user_name(uid: int) -> str:
    """The account of a number; the number where nobody knows it."""
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return str(uid)


@lru_cache(maxsize=4096)
def group_name(gid: int) -> str:
    """The group of a number; the number where nobody knows it."""
    try:
        import grp

        return grp.getgrgid(gid).gr_name
    except (ImportError, KeyError):
        return str(gid)
