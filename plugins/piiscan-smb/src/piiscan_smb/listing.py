"""Walking a share: folder by folder, names first, then owner and rights of many files in one go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pathspec import GitIgnoreSpec

from piiscan_smb import rights, wire
from piiscan_smb.accounts import Accounts
from piiscan_smb.client import Client, Tree
from piiscan_smb.faults import fault, faults, lost, status_of
from piiscan_smb.names import Place
from piiscan_smb.options import SmbOptions

HIDDEN, SYSTEM, FOLDER, REPARSE = 0x2, 0x4, 0x10, 0x400
OFFLINE = 0x1000 | 0x40000 | 0x400000
ENCRYPTED, COMPRESSED = 0x4000, 0x800

_DFS_LINK = 0x8000000A
_SURROGATE = 0x20000000
"""The bit of reparse tags that stand for something elsewhere: symbolic links, junctions."""

AT_ONCE = 32
NOTHING: tuple[tuple[str, int], ...] = ()
_LETTERS = {HIDDEN: "hidden", SYSTEM: "system", ENCRYPTED: "encrypted", COMPRESSED: "compressed", 0x1: "read-only"}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked about a file besides its name: its descriptor as sent, why there is none, and its other streams."""

    security: bytes = b""
    failure: str = ""
    streams: tuple[tuple[str, int], ...] = NOTHING


UNASKED = Facts()


def is_link(entry: wire.Entry) -> bool:
    """Whether an entry stands for something elsewhere. What is stored in another way (deduplicated, in the cloud) does not."""
    return bool(entry.attributes & REPARSE and entry.tag & _SURROGATE)


def is_dfs_link(entry: wire.Entry) -> bool:
    """Whether an entry leads to another share of the namespace."""
    return bool(entry.attributes & REPARSE) and entry.tag == _DFS_LINK


def moment(ticks: int) -> datetime | None:
    """A time of the server."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None


def token(stamp: wire.Stamp, file_id: int, options: SmbOptions) -> str:
    """The change token."""
    changed = stamp.changed if options.change_time else 0
    return f"{stamp.size}:{stamp.written}:{changed}:{file_id:x}"


def described(attributes: int) -> dict[str, str]:
    """The attributes that people know."""
    found = [word for bit, word in _LETTERS.items() if attributes & bit]
    return {"smb.attributes": ", ".join(found)} if found else {}


def ask_facts(client: Client, folder: Place, entries: Sequence[wire.Entry], *, streams: bool) -> list[Facts]:
    """Rights, and streams where wanted, of entries of one folder. Raises SourceError when the server cannot be asked at all."""
    found: list[Facts] = []
    for start in range(0, len(entries), AT_ONCE):
        names = [entry.name for entry in entries[start : start + AT_ONCE]]
        found += client.run(folder, lambda tree, path, names=names: _ask(tree, path, names, streams=streams))  # type: ignore[misc]
    return found


def _ask(tree: Tree, path: str, names: Sequence[str], *, streams: bool) -> list[Facts]:
    asked: list[Any] = []
    found: list[Facts] = []
    for name in names:
        below = "\\".join(step for step in (path, name) if step)
        messages = [wire.create(below, wire.READ_ATTRIBUTES | wire.READ_CONTROL, wire.REPARSE | wire.NO_RECALL)]
        messages.append(wire.security(wire.RELATED))
        if streams:
            messages.append(wire.streams(wire.RELATED))
        messages.append(wire.close(wire.RELATED))
        while asked and tree.session.connection.credits < 2 * len(messages):
            found.append(_facts(tree, asked.pop(0)))
        asked.append(wire.send(tree, messages))
    return found + [_facts(tree, requests) for requests in asked]


def _facts(tree: Tree, requests: Sequence[Any]) -> Facts:
    bodies: list[bytes] = []
    failure = ""
    for request in requests:
        try:
            bodies.append(wire.answer(tree, request))
        except faults() as error:
            if lost(error) or not status_of(error):
                raise
            failure = failure or fault(error).code
            bodies.append(b"")
    security = wire.info_of(bodies[1]) if bodies[1] else b""
    streams = tuple(wire.streams_of(wire.info_of(bodies[2]))) if len(bodies) > 3 and bodies[2] else NOTHING
    return Facts(security, failure if not security else "", streams)


@dataclass
class RightsBook:
    """Attributes by security descriptor: most files of a share have one of a few."""

    accounts: Accounts
    kept: OrderedDict[tuple[str, bytes, rights.Descriptor | None], dict[str, str]] = field(default_factory=OrderedDict)

    def of(self, place: Place, raw: bytes, share: rights.Descriptor | None) -> dict[str, str]:
        """Owner, principals and breadth."""
        key = (place.server, raw, share)
        if key not in self.kept:
            self.kept[key] = self._read(place, raw, share)
            if len(self.kept) > 20_000:
                self.kept.popitem(last=False)
        return self.kept[key]

    def _read(self, place: Place, raw: bytes, share: rights.Descriptor | None) -> dict[str, str]:
        try:
            descriptor = rights.parse(raw)
        except ValueError:
            return {"access.breadth": "unknown"}
        sids = descriptor.sids | (share.sids if share is not None else set())
        return rights.attributes(descriptor, share, self.accounts.of(place, sids))

    def of_share(self, place: Place, share: rights.Descriptor | None) -> dict[str, str]:
        """Who may use a share."""
        if share is None:
            return {"access.breadth": "unknown"}
        who = self.accounts.of(place, share.sids)
        sids = rights.readers(share)
        return {"access.breadth": rights.breadth(sids, who), "access.share": rights.names(sids, who) or "nobody"}


class Choice:
    """Which files are read."""

    def __init__(self, options: SmbOptions) -> None:
        self._options = options
        self._include = GitIgnoreSpec.from_lines(options.include) if options.include else None
        self._exclude = GitIgnoreSpec.from_lines(options.exclude) if options.exclude else None

    def excludes(self, relative: str, attributes: int, *, folder: bool) -> bool:
        """By name or attribute."""
        if not self._options.hidden and (attributes & (HIDDEN | SYSTEM) or relative.rpartition("/")[2].startswith(".")):
            return True
        path = relative + ("/" if folder else "")
        if self._exclude is not None and self._exclude.match_file(path):
            return True
        # Folders are entered although no include pattern matches them: something below may.
        return self._include is not None and not folder and not self._include.match_file(path)

    def verdict(self, relative: str, entry: wire.Entry) -> tuple[str, str] | None:
        """Problem code and detail of a file that is not read."""
        if is_link(entry):
            return "symlink", ""
        if self.excludes(relative, entry.attributes, folder=False):
            return "excluded", ""
        if self._options.max_bytes and entry.stamp.size > self._options.max_bytes:
            return "too-large", str(self._options.max_bytes)
        if entry.attributes & OFFLINE and not self._options.read_offline:
            return "offline", ""
        return None


def entry_of(client: Client, place: Place) -> wire.Entry:
    """A place itself, as if it had been listed. Raises SourceError."""

    def work(tree: Tree, path: str) -> wire.Entry:
        messages = [wire.create(path, wire.READ_ATTRIBUTES, 0), wire.close(wire.RELATED)]
        bodies = [wire.answer(tree, request) for request in wire.send(tree, messages)]
        file = wire.opened(bodies[0])
        return wire.Entry(place.name, file.attributes, file.stamp, 0, 0)

    return client.run(place, work)
