"""Windows and Samba file shares as a piiscan source: ``smb://server/share/path``, without a mount."""

from __future__ import annotations

from piiscan.hookspecs import hookimpl
from piiscan.protocols import Source
from piiscan_smb.source import SmbSource

__all__ = ["SmbSource"]


@hookimpl
def piiscan_sources() -> list[type[Source]]:
    """The SMB source."""
    return [SmbSource]
