"""7z archives, over the standard library (ADR 0017). Folders, which hold many files in one stream, are decoded once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from piiscan.errors import LimitError, ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import Budget
from piiscan.model import Content, Embedded, Reading
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._sevenzip_codec import Keys, folder_bytes
from piiscan.readers._sevenzip_format import Archive, Folder, SevenZipFile, Stream, read_archive
from piiscan.readers._unpack import Failures, Names, checked, member, metered, unreadable


class SevenZipReader:
    """Every file is an item. The archive's own problems count the files that could not be opened, by reason."""

    name: ClassVar[str] = "7z"
    media_types: ClassVar[tuple[str, ...]] = ("application/x-7z-compressed",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        keys = Keys(context.passwords, context.budget)
        with content.open() as stream:
            archive = read_archive(stream, lambda folder: _header_bytes(stream, folder, keys, context.budget))
            yield from _Reading(stream, archive, context, keys).files()


def _header_bytes(stream: BinaryIO, folder: Folder, keys: Keys, budget: Budget) -> Iterator[bytes]:
    chunks = folder_bytes(stream, folder, keys, Stream(folder.size, folder.crc))
    return metered(chunks, budget, sum(size for _, size in folder.places))


class _Reading:
    """One pass over an archive: the folder being decoded, and what went wrong."""

    def __init__(self, stream: BinaryIO, archive: Archive, context: ReadContext, keys: Keys) -> None:
        self._stream, self._archive, self._context, self._keys = stream, archive, context, keys
        self._names, self._failures = Names(), Failures(context)
        self._folder: int | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._rest = b""
        self._error: ReadError | None = None

    def files(self) -> Iterator[Reading]:
        for file in self._archive.files:
            self._context.budget.check_time()
            if file.directory:
                continue
            label = self._names.label(file.name)
            if file.folder is None:
                yield from member(self._context, label, iter(()), size=0, modified=file.modified)
                continue
            self._enter(file.folder)
            yield from self._file(file, label)
        yield from self._failures.problems()

    def _enter(self, index: int) -> None:
        if index == self._folder:
            return
        self._folder, self._rest, self._error, self._chunks = index, b"", None, iter(())
        folder = self._archive.folders[index]
        try:
            chunks = folder_bytes(self._stream, folder, self._keys, self._archive.streams[index][0])
        except ReadError as error:
            self._error = error
            return
        packed = sum(size for _, size in folder.places)
        self._chunks = metered(chunks, self._context.budget, packed, one_member=False)

    def _file(self, file: SevenZipFile, label: str) -> Iterator[Reading]:
        error, most = self._error, self._context.budget.limits.member_bytes
        if error is None and most and file.size > most:
            error = LimitError("too-large", str(most))
        if error is None:
            taken = self._take(file.size)
            out = checked(taken, file.crc)
            yield from member(self._context, label, out, size=file.size, modified=file.modified)
        else:
            taken = self._take(0 if self._error else file.size)
            self._failures.add(error.code, error.detail)
            content = unreadable(error, label)
            yield Embedded(path=label, content=content, size=file.size, modified=file.modified)
        try:
            for _ in taken:  # what the member's reader left, so that the next file starts where it should
                pass
        except ReadError:
            self._context.budget.check_time()

    def _take(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes of the folder. An error in it is the error of every file behind, too."""
        left = size
        while left:
            try:
                chunk = self._rest or next(self._chunks)
            except StopIteration:
                self._error = ReadError("truncated")
                raise self._error from None
            except ReadError as error:
                self._error = error
                raise
            self._rest = chunk[left:]
            left -= len(chunk) - len(self._rest)
            yield chunk[: len(chunk) - len(self._rest)]


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The 7z reader."""
    return [SevenZipReader]
