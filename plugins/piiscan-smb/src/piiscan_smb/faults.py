"""What went wrong, in piiscan's codes: gone, denied, locked, try later."""

from __future__ import annotations

import struct

from piiscan.errors import SourceError

# NTSTATUS values, [MS-ERREF] 2.3.1.
PATH_NOT_COVERED = 0xC0000257
BAD_NETWORK_NAME = 0xC00000CC
NO_MORE_FILES = 0x80000006
NO_SUCH_FILE = 0xC000000F
END_OF_FILE = 0xC0000011
BUFFER_OVERFLOW = 0x80000005

_BY_STATUS = {
    "access-denied": (
        0xC0000022, 0xC000006D, 0xC000006A, 0xC000006C, 0xC000006E, 0xC000006F, 0xC0000070, 0xC0000071, 0xC0000072, 0xC0000061, 0xC00000CA,
        0xC000015B, 0xC0000193, 0xC0000224, 0xC0000234, 0xC000018D, 0xC0000192, 0xC0000413,
    ),
    "vanished": (0xC0000034, 0xC000003A, 0xC000000F, 0xC0000056, 0xC0000123, 0xC00000BA, 0xC0000225, 0xC0000103),
    "locked": (0xC0000043, 0xC0000054, 0xC0000055, 0xC00000E2),
    "try-later": (
        0xC000009A, 0xC000011F, 0xC00000D0, 0xC00000B5, 0xC00000C9, 0xC00000C4, 0xC000020C, 0xC000020D, 0xC0000203, 0xC000035C, 0xC0000466,
        0xC000005E, 0xC0000133, 0xC00000BE, 0xC00000BF, 0xC0000120, 0xC0000128,
    ),
    "symlink": (0x8000002D,),
    "offline": (0xC0000267, 0xC000CF0B, 0xC000CF14),
}  # fmt: skip
_CODES = {status: code for code, statuses in _BY_STATUS.items() for status in statuses}

_LOST = {0xC00000C9, 0xC000020C, 0xC000020D, 0xC0000203, 0xC000035C, 0xC0000128, 0xC0000466}
"""After these the connection, session or share must be set up anew."""


def faults() -> tuple[type[Exception], ...]:
    """Everything that talking to a server may raise; answers that make no sense raise the last two."""
    from smbprotocol.exceptions import SMBException

    return SMBException, OSError, SourceError, struct.error, ValueError


def status_of(error: BaseException) -> int:
    """The NTSTATUS a server answered with; 0 where it did not answer."""
    from smbprotocol.exceptions import SMBResponseException

    return int(error.status) if isinstance(error, SMBResponseException) else 0


def lost(error: BaseException) -> bool:
    """Whether the connection is of no more use."""
    from smbprotocol.exceptions import SMBResponseException

    if isinstance(error, SMBResponseException):
        return status_of(error) in _LOST
    return not isinstance(error, SourceError)


def fault(error: Exception) -> SourceError:
    """The piiscan error an exception stands for; its detail is a status name or number, never the text of a server."""
    from smbprotocol.exceptions import SMBAuthenticationError

    if isinstance(error, SourceError):
        return error
    status = status_of(error)
    if status:
        return SourceError(_CODES.get(status, "io-error"), _name(status))
    if isinstance(error, SMBAuthenticationError):
        return SourceError("access-denied", "SMBAuthenticationError")
    return SourceError("try-later", type(error).__name__)


def _name(status: int) -> str:
    from smbprotocol.header import NtStatus

    names = (name for name, value in vars(NtStatus).items() if value == status and name.startswith("STATUS_"))
    return next(names, f"0x{status:08X}")
