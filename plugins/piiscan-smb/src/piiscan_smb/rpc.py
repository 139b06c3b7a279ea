"""The few remote procedure calls that are needed, over a named pipe of the server: which shares there are, who may use them, what SIDs are called.

MS-RPCE 2.2.2 for the frames, MS-SRVS 3.1.4 and MS-LSAT 3.1.4 for the calls, C706 chapter 14 (NDR) for how values are laid out. Only calls that ask are
here, and the connection lets no others through (`wire.guard`).
"""

from __future__ import annotations

import contextlib
import re
import struct
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from smbprotocol.ioctl import CtlCode

from piiscan.errors import SourceError
from piiscan_smb import rights, wire
from piiscan_smb.client import Client, Tree
from piiscan_smb.names import Place

_NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860")
_INTERFACES = {
    "srvsvc": (wire.SRVSVC, uuid.UUID("4b324fc8-1670-01d3-1278-5a47bf6ee188"), 3),
    "lsarpc": (wire.LSARPC, uuid.UUID("12345778-1234-abcd-ef00-0123456789ab"), 0),
}
_FRAGMENT = 4280
_MOST = 16 * 1024**2

_DISK, _SPECIAL = 0, 0x80000000
_ADMINISTRATIVE = re.compile(r"(?:[a-z]|admin|print|fax)\$", re.IGNORECASE)
"""What Windows makes by itself; other names that end so are hidden by somebody, and worth a look."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a server. `special` are those for administration (``C$``)."""

    name: str
    remark: str
    disk: bool
    special: bool


def shares(client: Client, server: Place) -> list[Share]:
    """All shares a server tells of (NetrShareEnum, level 1). Raises SourceError."""

    def work(tree: Tree, _path: str) -> list[Share]:
        with _pipe(tree, "srvsvc") as call:
            stub = _string(rf"\\{server.server}") + struct.pack(
                "<IIIIIIII", 1, 1, 0x20004, 0, 0, 0xFFFFFFFF, 0x20008, 0
            )
            return _shares(_Reader(call(15, stub)))

    return client.run(_ipc(server), work)


def share_rights(client: Client, share: Place) -> rights.Descriptor | None:
    """Who may use a share (NetrShareGetInfo, level 502); None where this account may not know, or no list is kept."""

    def work(tree: Tree, _path: str) -> rights.Descriptor | None:
        with _pipe(tree, "srvsvc") as call:
            name = _string(share.share)[4:]  # a reference: no pointer in front
            answer = _Reader(call(16, _string(rf"\\{share.server}") + name + struct.pack("<I", 502)))
        return _share_rights(answer)

    try:
        return client.run(_ipc(share), work)
    except SourceError:
        return None


def account_names(client: Client, server: Place, sids: Sequence[str]) -> dict[str, rights.Principal]:
    """What a server calls these SIDs (LsarLookupSids); those it does not know are left out. Raises SourceError."""

    def work(tree: Tree, _path: str) -> dict[str, rights.Principal]:
        with _pipe(tree, "lsarpc") as call:
            opened = _Reader(call(44, struct.pack("<IIIIIIII", 0, 24, 0, 0, 0, 0, 0, 0x800)))
            policy = opened.take(20)
            if opened.word():
                return {}
            try:
                answer = _Reader(call(15, policy + _sid_array(sids) + struct.pack("<IIHxxI", 0, 0, 1, 0)))
                return _account_names(answer, sids)
            finally:
                with contextlib.suppress(SourceError):
                    call(0, policy)

    return client.run(_ipc(server), work)


def _ipc(place: Place) -> Place:
    return Place(place.server, "ipc$", "", place.port)


# frames


@dataclass
class _Call:
    """One bound pipe: call it with an operation and its arguments."""

    tree: Tree
    handle: bytes
    context: int
    count: int = 1

    def bind(self, interface: uuid.UUID, version: int) -> None:
        syntax = interface.bytes_le + struct.pack("<I", version) + _NDR.bytes_le + struct.pack("<I", 2)
        body = struct.pack("<HHIBxxxHBx", _FRAGMENT, _FRAGMENT, 0, 1, self.context, 1) + syntax
        answer = self._exchange(11, body)
        if answer[2] != 12:
            raise SourceError("access-denied", "RPC bind")

    def __call__(self, operation: int, stub: bytes) -> bytes:
        answer = self._exchange(0, struct.pack("<IHH", len(stub), self.context, operation) + stub)
        found = b""
        while True:
            kind, flags, length = answer[2], answer[3], struct.unpack_from("<H", answer, 8)[0]
            if kind != 2 or length < 24 or len(found) > _MOST:
                raise SourceError("access-denied" if kind == 3 else "io-error", "RPC")
            while len(answer) < length:
                answer += self._more()
            found += answer[24:length]
            answer = answer[length:]
            if flags & 2:
                return found
            while len(answer) < 24:
                answer += self._more()

    def _exchange(self, kind: int, body: bytes) -> bytes:
        self.count += 1
        frame = struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, self.count) + body
        if len(frame) > _FRAGMENT:
            raise SourceError("io-error", "RPC")
        return wire.ioctl(self.tree, CtlCode.FSCTL_PIPE_TRANSCEIVE, self.handle, frame)

    def _more(self) -> bytes:
        data = wire.data_of(wire.ask(self.tree, wire.read(self.handle, 0, _FRAGMENT)))
        if not data:
            raise SourceError("io-error", "RPC")
        return data


@contextmanager
def _pipe(tree: Tree, name: str) -> Iterator[_Call]:
    context, interface, version = _INTERFACES[name]
    handle = wire.opened(wire.ask(tree, wire.create(name, wire.PIPE, 0))).handle
    try:
        call = _Call(tree, handle, context)
        call.bind(interface, version)
        yield call
    finally:
        with contextlib.suppress(Exception):
            wire.ask(tree, wire.close(handle))


# values


@dataclass
class _Reader:
    """Takes values off an answer, each at its boundary."""

    data: bytes = field(repr=False)
    place: int = 0

    def take(self, count: int) -> bytes:
        found = self.data[self.place : self.place + count]
        if len(found) < count:
            raise SourceError("io-error", "RPC")
        self.place += count
        return found

    def word(self) -> int:
        self.place += -self.place % 4
        return int.from_bytes(self.take(4), "little")

    def string(self) -> str:
        """A conformant varying string of UTF-16, with or without a NUL at its end."""
        self.word(), self.word()
        count = self.word()
        return self.take(2 * count).decode("utf-16-le", "surrogatepass").rstrip("\0")


def _string(text: str) -> bytes:
    raw = (text + "\0").encode("utf-16-le", "surrogatepass")
    count = len(raw) // 2
    return struct.pack("<IIII", 0x20000, count, 0, count) + raw + b"\0" * (-len(raw) % 4)


def _shares(answer: _Reader) -> list[Share]:
    answer.word(), answer.word()
    rows: list[tuple[int, int, int]] = []
    if answer.word():  # the container
        answer.word()
        if answer.word():  # its array
            rows = [(answer.word(), answer.word(), answer.word()) for _ in range(answer.word())]
    found = []
    for name, kind, remark in rows:
        called = answer.string() if name else ""
        said = answer.string() if remark else ""
        special = bool(kind & _SPECIAL) or _ADMINISTRATIVE.fullmatch(called) is not None
        found.append(Share(called, said, kind & 0x0FFFFFFF == _DISK, special))
    answer.word()
    if answer.word():
        answer.word()
    status = answer.word()
    if status:
        raise SourceError("access-denied" if status == 5 else "io-error", f"NetrShareEnum {status}")
    return found


def _share_rights(answer: _Reader) -> rights.Descriptor | None:
    answer.word()
    if not answer.word():
        return None
    name, _, remark, _, _, _, path, password, _, security = (answer.word() for _ in range(10))
    for pointer in (name, remark, path, password):
        if pointer:
            answer.string()
    if not security:
        return None
    try:
        return rights.parse(answer.take(answer.word()))
    except ValueError:
        return None


def _sid_array(sids: Sequence[str]) -> bytes:
    found = struct.pack("<III", len(sids), 0x20000, len(sids))
    found += b"".join(struct.pack("<I", 0x20004 + 4 * n) for n in range(len(sids)))
    for sid in sids:
        _, revision, authority, *parts = sid.split("-")
        found += struct.pack("<IBB", len(parts), int(revision), len(parts)) + int(authority).to_bytes(6, "big")
        found += struct.pack(f"<{len(parts)}I", *map(int, parts))
    return found


def _account_names(answer: _Reader, sids: Sequence[str]) -> dict[str, rights.Principal]:
    domains = _domains(answer) if answer.word() else []
    answer.word()
    rows = []
    if answer.word():
        for _ in range(answer.word()):
            use, length, pointer = answer.word() & 0xFFFF, answer.word(), answer.word()
            rows.append((use, bool(length and pointer), pointer, answer.word()))
    found = {}
    for sid, (use, named, pointer, domain) in zip(sids, rows, strict=False):
        name = answer.string() if pointer else ""
        if not named or use in {6, 7, 8}:  # deleted, invalid, unknown
            continue
        where = domains[domain] if domain < len(domains) and use not in {3, 5} else ""
        found[sid] = rights.Principal(f"{where}\\{name}" if where else name, use)
    return found


def _domains(answer: _Reader) -> list[str]:
    answer.word()
    array = answer.word()
    answer.word()
    if not array:
        return []
    rows = [(answer.word(), answer.word(), answer.word()) for _ in range(answer.word())]
    found = []
    for _, name, sid in rows:
        found.append(answer.string() if name else "")
        if sid:
            answer.take(8 + 4 * answer.word())
    return found
