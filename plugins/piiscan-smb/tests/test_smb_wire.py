"""A connection that cannot write: whatever this plugin, or the library below it, may try."""

import struct
from typing import Any

import pytest
from smbprotocol import change_notify, connection, ioctl, session, tree
from smbprotocol import open as opening
from smbprotocol.header import Commands
from smbprotocol.ioctl import CtlCode, SMB2IOCTLRequest
from smbprotocol.open import CreateDisposition, SMB2CreateRequest

from piiscan_smb import wire
from piiscan_smb.wire import WriteRefusedError, guard

MODULES = (opening, connection, session, tree, ioctl, change_notify)
MESSAGES = [
    kind
    for module in MODULES
    for name, kind in vars(module).items()
    if name.startswith("SMB2") and hasattr(kind, "COMMAND") and not name.endswith("Response")
]
READING = {
    Commands.SMB2_NEGOTIATE, Commands.SMB2_SESSION_SETUP, Commands.SMB2_LOGOFF, Commands.SMB2_TREE_CONNECT, Commands.SMB2_TREE_DISCONNECT,
    Commands.SMB2_CLOSE, Commands.SMB2_READ, Commands.SMB2_QUERY_DIRECTORY, Commands.SMB2_QUERY_INFO, Commands.SMB2_ECHO, Commands.SMB2_CANCEL,
}  # fmt: skip


def test_every_message_the_library_knows_is_judged() -> None:
    """WRITE, SET_INFO, LOCK, FLUSH, CHANGE_NOTIFY and what a newer library may add are refused; what only reads passes."""
    refused, passed = set(), set()
    for kind in MESSAGES:
        if kind.COMMAND in {Commands.SMB2_CREATE, Commands.SMB2_IOCTL}:
            continue
        try:
            guard(kind(), ipc=False)
        except WriteRefusedError:
            refused.add(kind.COMMAND)
        else:
            passed.add(kind.COMMAND)
    assert passed == READING
    assert {Commands.SMB2_WRITE, Commands.SMB2_SET_INFO, Commands.SMB2_LOCK, Commands.SMB2_FLUSH} <= refused


@pytest.mark.parametrize("bit", range(32))
def test_only_reading_is_asked_of_a_file(bit: int) -> None:
    """Every bit of the access mask but those for reading is refused, also on the tree of pipes unless it is one of ours."""
    mask = 1 << bit
    message = wire.create("x", mask, 0)
    if mask & wire.READING:
        guard(message, ipc=False)
        return
    for ipc in (False, True):
        with pytest.raises(WriteRefusedError):
            guard(message, ipc=ipc)


def _create(**fields: Any) -> SMB2CreateRequest:
    message = wire.create("srvsvc", wire.READ_DATA, 0)
    for name, value in fields.items():
        message[name] = value
    return message


def test_nothing_is_made_or_removed_by_opening() -> None:
    """Dispositions that create or replace, and delete on close, are refused; a file called like a pipe is no pipe."""
    for disposition in (v for k, v in vars(CreateDisposition).items() if k.startswith("FILE_") and k != "FILE_OPEN"):
        with pytest.raises(WriteRefusedError):
            guard(_create(create_disposition=disposition), ipc=True)
    with pytest.raises(WriteRefusedError):
        guard(_create(create_options=0x1000), ipc=True)
    guard(_create(desired_access=wire.PIPE), ipc=True)
    with pytest.raises(WriteRefusedError):
        guard(_create(desired_access=wire.PIPE), ipc=False)


def _call(context: int, operation: int, kind: int = 0) -> SMB2IOCTLRequest:
    message = SMB2IOCTLRequest()
    message["ctl_code"] = CtlCode.FSCTL_PIPE_TRANSCEIVE
    message["buffer"] = struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 24, 0, 1) + struct.pack(
        "<IHH", 0, context, operation
    )
    return message


def test_only_questions_are_called() -> None:
    """Of all operations of both interfaces five pass, and of all control codes two besides."""
    passed = set()
    for context in range(5):
        for operation in range(150):
            try:
                guard(_call(context, operation), ipc=True)
            except WriteRefusedError:
                continue
            passed.add((context, operation))
    assert passed == {(wire.SRVSVC, 15), (wire.SRVSVC, 16), (wire.LSARPC, 0), (wire.LSARPC, 15), (wire.LSARPC, 44)}
    with pytest.raises(WriteRefusedError):
        guard(_call(1, 15), ipc=False)
    codes = set()
    for code in (v for k, v in vars(CtlCode).items() if k.startswith("FSCTL")):
        message = SMB2IOCTLRequest()
        message["ctl_code"] = code
        message["buffer"] = b"\0" * 40
        try:
            guard(message, ipc=False)
        except WriteRefusedError:
            continue
        codes.add(code)
    assert codes == {CtlCode.FSCTL_DFS_GET_REFERRALS, CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO}
