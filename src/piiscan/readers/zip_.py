"""Zip archives, and the document types made of zip that have no reader of their own: their members come out as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from piiscan.errors import LimitError, ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import Budget
from piiscan.model import Content, Embedded, Reading
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._unpack import Failures, Names, checked, member, metered, unreadable
from piiscan.readers._zip_format import AES, ZipEntry, central_entries, entry_bytes, local_entries


class ZipReader:
    """Every member is an item. The archive's own problems count the members that could not be opened, by reason."""

    name: ClassVar[str] = "zip"
    media_types: ClassVar[tuple[str, ...]] = (
        "application/zip",
        "application/x-zip-compressed",
        "application/epub+zip",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/x-xpinstall",
        "application/vnd.ms-visio.drawing",
        "application/vnd.ms-visio.drawing.macroenabled.12",
        "application/vnd.ms-visio.stencil",
        "application/vnd.ms-visio.stencil.macroenabled.12",
        "application/vnd.ms-visio.template",
        "application/vnd.ms-visio.template.macroenabled.12",
        "application/vnd.ms-xpsdocument",
        "application/oxps",
        "application/vnd.adobe.indesign-idml-package",
        "application/vnd.apple.iwork",
        "application/vnd.apple.pages",
        "application/vnd.apple.numbers",
        "application/vnd.apple.keynote",
        "application/vnd.google-earth.kmz",
        "application/vnd.ms-package.3dmanufacturing-3dmodel+xml",
        "model/3mf",
        "application/x-xliff+zip",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        with content.open() as stream:
            entries, damage = _entries(stream, context.budget)
            if damage is not None and not entries:
                raise damage
            yield from _members(stream, entries, context)
            if damage is not None:
                yield context.problem(damage.code, damage.detail)


def _entries(stream: BinaryIO, budget: Budget) -> tuple[list[ZipEntry], ReadError | None]:
    """The entries, and what was wrong with the directory that lists them."""
    most = budget.limits.archive_members
    entries: list[ZipEntry] = []
    try:
        for entry in central_entries(stream, budget):
            entries.append(entry)
            if most and len(entries) > most:  # one more than allowed: the pipeline says so when it gets there
                break
    except LimitError:
        raise
    except ReadError as error:
        entries.clear()
        for entry in local_entries(stream, budget):
            entries.append(entry)
            if most and len(entries) > most:
                break
        return entries, error
    return entries, None


def _members(stream: BinaryIO, entries: list[ZipEntry], context: ReadContext) -> Iterator[Reading]:
    names, failures = Names(), Failures(context)
    total = stream.seek(0, 2)
    overlapping = _overlapping(entries, total)
    for i, entry in enumerate(entries):
        context.budget.check_time()
        if entry.directory:
            continue
        path = names.label(entry.name)
        try:
            if i in overlapping:
                raise LimitError("limit-ratio", "overlapping members")
            chunks = entry_bytes(stream, entry, context.passwords)
        except ReadError as error:
            failures.add(error.code, error.detail)
            yield Embedded(path=path, content=unreadable(error, path), size=entry.size, modified=entry.modified)
            continue
        out = checked(chunks, None if entry.method == AES else entry.crc, entry.size)
        chunks = metered(out, context.budget, min(entry.packed or total, total))
        yield from member(context, path, chunks, size=entry.size, modified=entry.modified)
    yield from failures.problems()


def _overlapping(entries: list[ZipEntry], total: int) -> set[int]:
    """Positions of the entries that begin inside another: only archives built to blow up have them."""
    inside: set[int] = set()
    end = -1
    for i in sorted(range(len(entries)), key=lambda i: entries[i].offset):
        if entries[i].offset < end:
            inside.add(i)
        own_end = entries[i].offset + 30 + (entries[i].packed or 0)
        if own_end <= total:  # else it is damaged, which says nothing about the others
            end = max(end, own_end)
    return inside


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The zip reader."""
    return [ZipReader]
