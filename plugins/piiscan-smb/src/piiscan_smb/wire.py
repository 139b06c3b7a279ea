"""SMB messages: those that read, and a connection that sends no others.

Every message of every kind goes through :meth:`ReadOnlyConnection._send`, which is where the promise of reading only is kept: commands, access masks,
dispositions and the operations of remote procedure calls that are not on its list raise before anything is sent.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBResponseException
from smbprotocol.file_info import FileInformationClass, InfoType
from smbprotocol.header import Commands
from smbprotocol.ioctl import CtlCode, IOCTLFlags, SMB2IOCTLRequest, SMB2IOCTLResponse
from smbprotocol.open import (
    CloseFlags,
    CreateDisposition,
    ImpersonationLevel,
    ShareAccess,
    SMB2CloseRequest,
    SMB2CreateRequest,
    SMB2QueryDirectoryRequest,
    SMB2QueryInfoRequest,
    SMB2ReadRequest,
)
from smbprotocol.tree import TreeConnect

from piiscan_smb.faults import BUFFER_OVERFLOW, NO_MORE_FILES, NO_SUCH_FILE

READ_DATA, READ_ATTRIBUTES, READ_CONTROL, SYNCHRONIZE = 0x1, 0x80, 0x20000, 0x100000
READING = READ_DATA | 0x8 | READ_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE
"""The most that is ever asked for: data, extended attributes, attributes, owner and rights."""

PIPE = READ_DATA | 0x2 | READ_ATTRIBUTES | SYNCHRONIZE
"""A named pipe is asked by writing to it; what may be asked is in `_CALLS`."""

FOLDER, NO_FOLDER, REPARSE, NO_RECALL = 0x1, 0x40, 0x200000, 0x400000
_HARMLESS_OPTIONS = FOLDER | NO_FOLDER | REPARSE | NO_RECALL | 0x4

RELATED = b"\xff" * 16
OWNER_AND_DACL = 0x1 | 0x4

SRVSVC, LSARPC = 1, 2
"""The numbers by which calls say whom they ask, given when a pipe is bound."""

_PIPES = {"srvsvc", "lsarpc"}
_CALLS = {(SRVSVC, 15), (SRVSVC, 16), (LSARPC, 0), (LSARPC, 15), (LSARPC, 44)}
_COMMANDS = {
    Commands.SMB2_NEGOTIATE, Commands.SMB2_SESSION_SETUP, Commands.SMB2_LOGOFF, Commands.SMB2_TREE_CONNECT, Commands.SMB2_TREE_DISCONNECT,
    Commands.SMB2_CREATE, Commands.SMB2_CLOSE, Commands.SMB2_READ, Commands.SMB2_QUERY_DIRECTORY, Commands.SMB2_QUERY_INFO, Commands.SMB2_IOCTL,
    Commands.SMB2_ECHO, Commands.SMB2_CANCEL,
}  # fmt: skip
_BIND, _REQUEST = 11, 0


class WriteRefusedError(Exception):
    """A message that does more than read was about to be sent: a mistake in this plugin."""


class ReadOnlyConnection(Connection):  # type: ignore[misc]
    """A connection that reads only, waits for no answer longer than `limit` seconds, and follows no link of the server."""

    def __init__(self, guid: Any, server: str, port: int, *, signing: bool, limit: float) -> None:
        super().__init__(guid, server, port, require_signing=signing)
        self._limit = limit

    def receive(
        self,
        request: Any,
        wait: bool = True,
        timeout: float | None = None,
        resolve_symlinks: bool = True,  # noqa: ARG002
    ) -> Any:
        """The answer to a request."""
        return super().receive(request, wait, timeout or self._limit, resolve_symlinks=False)

    def _send(self, messages: Sequence[Any], session_id: Any = None, tree_id: Any = None, **more: Any) -> Any:
        session = self.session_table.get(session_id)
        tree = session.tree_connect_table.get(tree_id) if session is not None else None
        for message in messages:
            guard(message, ipc=tree is not None and tree.share_name.upper().endswith("\\IPC$"))
        return super()._send(messages, session_id=session_id, tree_id=tree_id, **more)

    @property
    def credits(self) -> int:
        """How much may be sent before an answer must be awaited."""
        with self.sequence_lock:
            return int(self.sequence_window["high"] - self.sequence_window["low"])


def guard(message: Any, *, ipc: bool) -> None:
    """Raises :class:`WriteRefusedError` for everything that could change something."""
    command = message.COMMAND
    if command not in _COMMANDS:
        raise WriteRefusedError(f"command {command}")
    if command == Commands.SMB2_CREATE:
        _guard_create(message, ipc=ipc)
    elif command == Commands.SMB2_IOCTL:
        _guard_ioctl(message, ipc=ipc)


def _guard_create(message: Any, *, ipc: bool) -> None:
    access = message["desired_access"].get_value()
    name = message["buffer_path"].get_value().decode("utf-16-le", "replace")
    allowed = PIPE if ipc and name in _PIPES else READING
    if access & ~allowed:
        raise WriteRefusedError(f"access mask 0x{access:08x}")
    if message["create_disposition"].get_value() != CreateDisposition.FILE_OPEN:
        raise WriteRefusedError("a disposition that may create")
    if message["create_options"].get_value() & ~_HARMLESS_OPTIONS:
        raise WriteRefusedError("create options")


def _guard_ioctl(message: Any, *, ipc: bool) -> None:
    code = message["ctl_code"].get_value()
    if code in {CtlCode.FSCTL_DFS_GET_REFERRALS, CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO}:
        return
    sent = message["buffer"].get_value()
    asked = sent if isinstance(sent, bytes) else sent.pack()
    if code != CtlCode.FSCTL_PIPE_TRANSCEIVE or not ipc or len(asked) < 24:
        raise WriteRefusedError(f"control code 0x{code:08x}")
    if asked[2] != _BIND and (asked[2] != _REQUEST or struct.unpack_from("<HH", asked, 20) not in _CALLS):
        raise WriteRefusedError("remote procedure call")


# messages


def create(path: str, access: int, options: int) -> SMB2CreateRequest:
    """Open what is there, letting others do with it what they like."""
    message = SMB2CreateRequest()
    message["impersonation_level"] = ImpersonationLevel.Impersonation
    message["desired_access"] = access
    message["share_access"] = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
    message["create_disposition"] = CreateDisposition.FILE_OPEN
    message["create_options"] = options
    message["buffer_path"] = path.replace("/", "\\").encode("utf-16-le", "surrogatepass") or b"\0\0"
    return message


def read(handle: bytes, position: int, length: int) -> SMB2ReadRequest:
    """Bytes of an open file."""
    message = SMB2ReadRequest()
    message["length"] = length
    message["offset"] = position
    message["file_id"] = handle
    message["padding"] = b"\x50"
    return message


def security(handle: bytes) -> SMB2QueryInfoRequest:
    """Owner and rights."""
    message = SMB2QueryInfoRequest()
    message["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    message["output_buffer_length"] = 65536
    message["additional_information"] = OWNER_AND_DACL
    message["file_id"] = handle
    return message


def streams(handle: bytes) -> SMB2QueryInfoRequest:
    """The alternate data streams."""
    message = SMB2QueryInfoRequest()
    message["info_type"] = InfoType.SMB2_0_INFO_FILE
    message["file_info_class"] = FileInformationClass.FILE_STREAM_INFORMATION
    message["output_buffer_length"] = 65536
    message["file_id"] = handle
    return message


def close(handle: bytes) -> SMB2CloseRequest:
    """Close, and say how the file is now."""
    message = SMB2CloseRequest()
    message["file_id"] = handle
    message["flags"] = CloseFlags.SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB
    return message


def send(tree: TreeConnect, messages: Sequence[Any]) -> list[Any]:
    """Send messages as one; further ones mean what the first opens. Returns requests for :func:`answer`."""
    session = tree.session
    related = len(messages) > 1
    found: list[Any] = session.connection._send(  # noqa: SLF001 - the public way leaves no choice of credits
        list(messages), session_id=session.session_id, tree_id=tree.tree_connect_id, related=related
    )
    return found


def answer(tree: TreeConnect, request: Any) -> bytes:
    """The body of an answer. Raises what the server, or the way to it, says."""
    body: bytes = tree.session.connection.receive(request)["data"].get_value()
    return body


def ask(tree: TreeConnect, message: Any) -> bytes:
    """Send one message and await its answer."""
    return answer(tree, send(tree, [message])[0])


def ioctl(tree: TreeConnect, code: int, handle: bytes, data: Any) -> bytes:
    """A control call; of a long answer the beginning, the rest is to be read."""
    message = SMB2IOCTLRequest()
    message["ctl_code"] = code
    message["file_id"] = handle
    message["max_output_response"] = 56 * 1024
    message["flags"] = IOCTLFlags.SMB2_0_IOCTL_IS_FSCTL
    message["buffer"] = data
    try:
        body = ask(tree, message)
    except SMBResponseException as error:
        if error.status != BUFFER_OVERFLOW:
            raise
        body = error.header["data"].get_value()
    response = SMB2IOCTLResponse()
    response.unpack(body)
    found: bytes = response["buffer"].get_value()
    return found


# answers


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another; times in 100 ns since 1601."""

    size: int
    written: int
    changed: int


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file."""

    handle: bytes
    stamp: Stamp
    attributes: int


def opened(body: bytes) -> Opened:
    """From the answer to :func:`create` ([MS-SMB2] 2.2.14)."""
    (attributes,) = struct.unpack_from("<I", body, 56)
    return Opened(body[64:80], closed(body), attributes)


def closed(body: bytes) -> Stamp:
    """From the answer to :func:`close` (2.2.16), which has size and times where that to `create` has them."""
    written, changed, _, size = struct.unpack_from("<QQQQ", body, 24)
    return Stamp(size, written, changed)


def data_of(body: bytes) -> bytes:
    """From the answer to :func:`read` (2.2.20)."""
    offset, length = struct.unpack_from("<BxI", body, 2)
    return body[offset - 64 : offset - 64 + length]


def info_of(body: bytes) -> bytes:
    """From the answer to a query for information or names (2.2.38, 2.2.34)."""
    offset, length = struct.unpack_from("<HI", body, 2)
    return body[offset - 64 : offset - 64 + length]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder."""

    name: str
    attributes: int
    stamp: Stamp
    file_id: int
    tag: int
    """What kind of reparse point it is, if its attributes say so."""


def names_in(tree: TreeConnect, handle: bytes, *, restart: bool) -> list[Entry] | None:
    """The next names of an open folder; None at its end."""
    query = SMB2QueryDirectoryRequest()
    query["file_information_class"] = FileInformationClass.FILE_ID_BOTH_DIRECTORY_INFORMATION
    query["flags"] = 1 if restart else 0
    query["file_id"] = handle
    query["output_buffer_length"] = 65536
    query["buffer"] = "*".encode("utf-16-le")
    try:
        return _entries(info_of(ask(tree, query)))
    except SMBResponseException as error:
        if error.status in {NO_MORE_FILES, NO_SUCH_FILE}:
            return None
        raise


_ENTRY = struct.Struct("<II6QIIIBx24sxxQ")


def _entries(data: bytes) -> list[Entry]:
    """FileIdBothDirectoryInformation, [MS-FSCC] 2.4.17."""
    found, place = [], 0
    while True:
        fields = _ENTRY.unpack_from(data, place)
        following, _, _, _, written, changed, size, _, attributes, length, tag, _, _, file_id = fields
        begin = place + _ENTRY.size
        name = data[begin : begin + length].decode("utf-16-le", "surrogatepass")
        if name not in {".", ".."}:
            found.append(Entry(name, attributes, Stamp(size, written, changed), file_id, tag))
        if not following:
            return found
        place += following


def streams_of(data: bytes) -> list[tuple[str, int]]:
    """Names and sizes of alternate data streams, from FileStreamInformation, [MS-FSCC] 2.4.43; the file's own content is left out."""
    found, place = [], 0
    while place + 24 <= len(data):
        following, length, size, _ = struct.unpack_from("<IIQQ", data, place)
        name = data[place + 24 : place + 24 + length].decode("utf-16-le", "surrogatepass")
        plain = name.removeprefix(":").removesuffix(":$DATA")
        if plain and name.endswith(":$DATA"):
            found.append((plain, size))
        if not following:
            break
        place += following
    return found


class _NoTrace(logging.Filter):
    """The library logs a cut connection with a trace; here that is an everyday fault, which becomes a problem of its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(("SMB receive worker died", "socket aborted by peer"))


for _name in ("smbprotocol.connection", "smbprotocol.transport"):
    logging.getLogger(_name).addFilter(_NoTrace())
