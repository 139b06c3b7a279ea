"""Passing over the files of a folder that are as the inventory knows them, with nothing built for them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

from piiscan.protocols import Known
from piiscan.sources.access import Reach, attributes_of
from piiscan.sources.paths import to_name, to_uri

# Reading one of these would fetch it from tape or cloud; see the Windows constants of the same names.
_ATTRIBUTE_OFFLINE = 0x1000
_ATTRIBUTE_RECALL_ON_OPEN = 0x40000
_ATTRIBUTE_RECALL_ON_DATA_ACCESS = 0x400000
OFFLINE = _ATTRIBUTE_OFFLINE | _ATTRIBUTE_RECALL_ON_OPEN | _ATTRIBUTE_RECALL_ON_DATA_ACCESS

_PLAIN_NAME = re.compile(r"[\w.~-]+", re.ASCII).fullmatch
"""Names that are the same in a URI."""


def token_of(info: os.stat_result) -> str:
    """Size and times. On POSIX the status change time is in it: it moves with rights too, which belong to the inventory as well."""
    changed = "" if sys.platform == "win32" else f":{info.st_ctime_ns}"
    return f"{info.st_size}:{info.st_mtime_ns}{changed}"


class Skim:
    """Of one folder. `marks` keeps what attributes of mode and owner are, for all folders that are reached alike (`through`).

    Files with an access control list of their own are not passed over: their attributes are more than these.
    """

    __slots__ = ("_base", "_known", "_made_up", "_marks", "_refused", "_through")

    def __init__(
        self,
        known: Known,
        folder: str,
        through: Reach | None,
        marks: dict[object, str],
        made_up: Mapping[int, str],
        refused: int,
    ) -> None:
        uri = to_uri(folder)
        self._base = uri if uri.endswith("/") else uri + "/"
        self._known = known
        self._through = through
        self._marks = marks
        self._made_up = made_up
        self._refused = refused

    def passes(self, entry: os.DirEntry[str]) -> bool:
        """Whether this entry is a file that need not be looked at. What has several names is left to who remembers them."""
        try:
            if not entry.is_file(follow_symlinks=False):
                return False
            info = entry.stat(follow_symlinks=False)
        except OSError:
            return False
        if info.st_nlink > 1 or getattr(info, "st_file_attributes", 0) & self._refused:
            return False
        name = entry.name
        uri = self._base + (name if _PLAIN_NAME(name) else to_name(name))
        shared = (info.st_mode, info.st_uid, info.st_gid, info.st_dev)
        mark = self._marks.get(shared)
        if mark is None:
            made_up = self._made_up.get(info.st_dev, "")
            mark = self._marks[shared] = self._known.mark(attributes_of(None, info, self._through, made_up=made_up))
        return self._known.passes(uri, token_of(info), mark, info.st_size)
