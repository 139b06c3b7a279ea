"""Payment files in the Zengin format (全銀協): records of 120 bytes, half-width kana, with or without line ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Content, Problem, Reading, TableSegment
from piiscan.protocols import ReadContext
from piiscan.readers.delimited import frame_of_rows

if TYPE_CHECKING:
    import polars as pl

RECORD_BYTES = 120

# (name, bytes) of each record kind, in order; an empty name is filler.
_HEADER = (
    ("データ区分", 1), ("種別コード", 2), ("コード区分", 1), ("依頼人コード", 10), ("依頼人名", 40), ("取組日", 4), ("銀行コード", 4), ("銀行名", 15),
    ("支店コード", 3), ("支店名", 15), ("預金種目", 1), ("口座番号", 7), ("", 17),
)  # fmt: skip
_BANK = (
    ("データ区分", 1), ("銀行コード", 4), ("銀行名", 15), ("支店コード", 3), ("支店名", 15), ("手形交換所番号", 4), ("預金種目", 1), ("口座番号", 7),
)  # fmt: skip
_TRANSFER = (
    *_BANK, ("受取人名", 30), ("振込金額", 10), ("新規コード", 1), ("顧客コード1", 10), ("顧客コード2", 10), ("振込指定区分", 1), ("識別表示", 1), ("", 7),
)  # fmt: skip
_SALARY = (
    *_BANK,
    ("受取人名", 30),
    ("振込金額", 10),
    ("新規コード", 1),
    ("社員番号", 10),
    ("所属コード", 10),
    ("振込指定区分", 1),
    ("", 8),
)
_DEBIT = (
    *_BANK,
    ("預金者名", 30),
    ("引落金額", 10),
    ("新規コード", 1),
    ("顧客番号", 20),
    ("振替結果コード", 1),
    ("", 8),
)
_TRAILER = (("データ区分", 1), ("合計件数", 6), ("合計金額", 12), ("", 101))
_END = (("データ区分", 1), ("", 119))
_OTHER = (("その他", 120),)
_DATA = {b"11": _SALARY, b"12": _SALARY, b"71": _SALARY, b"72": _SALARY, b"91": _DEBIT}

Layout = tuple[tuple[str, int], ...]


class ZenginReader:
    """One table, a row a record (header and trailer included), so that the row number is the record number."""

    name: ClassVar[str] = "zengin"
    media_types: ClassVar[tuple[str, ...]] = ("application/x-zengin",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """The records of the file; its kind (first record) decides the columns."""
        data = _DATA.get(content.head()[1:3], _TRANSFER)
        header = _columns(data)
        yield TableSegment(batches=_batches(content, context, header, data), header=header)


def _columns(data: Layout) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for layout in (data, _HEADER, _TRAILER, _OTHER):
        names.update((name, None) for name, _ in layout if name)
    return tuple(names)


def _batches(
    content: Content, context: ReadContext, header: tuple[str, ...], data: Layout
) -> Iterator[pl.DataFrame | Problem]:
    position = {name: n for n, name in enumerate(header)}
    layouts = {b"1": _HEADER, b"2": data, b"8": _TRAILER, b"9": _END}
    rows: list[list[str]] = []
    odd = bad = 0
    with content.open() as stream:
        for record in _records(stream, b"\r\n" in content.head()[120:122], content.head()[120:121] in {b"\n", b"\r"}):
            layout = layouts.get(record[:1], _OTHER) if len(record) == RECORD_BYTES else _OTHER
            row, damage = _row(record, layout, position)
            rows.append(row)
            odd += layout is _OTHER
            bad += damage
            if len(rows) >= TABLE_BATCH_ROWS:
                context.budget.check_time()
                yield _frame(rows, header)
                rows = []
    if rows:
        yield _frame(rows, header)
    if odd:
        yield context.problem("part-unreadable", "records of another length or kind, scanned as text", count=odd)
    if bad:
        yield context.problem("encoding-unknown", "cp932", count=bad)


def _records(stream: BinaryIO, crlf: bool, lines: bool) -> Iterator[bytes]:
    if crlf or lines:
        for line in iter(lambda: stream.readline(64 * 1024), b""):
            record = line.rstrip(b"\r\n\x1a")
            if record:
                yield record
        return
    for record in iter(lambda: stream.read(RECORD_BYTES), b""):
        if record.strip(b"\r\n\x1a\x00"):
            yield record


def _row(record: bytes, layout: Layout, position: dict[str, int]) -> tuple[list[str], int]:
    """The cells of a record, and how many of its characters could not be decoded."""
    row = [""] * len(position)
    at = bad = 0
    for name, size in layout:
        raw = record[at : at + size] if layout is not _OTHER else record
        at += size
        if name:
            text = raw.decode("cp932", "replace").strip()
            bad += text.count("\ufffd")
            row[position[name]] = text
    return row, bad


def _frame(rows: list[list[str]], header: tuple[str, ...]) -> pl.DataFrame:
    frame = frame_of_rows(rows, len(header))
    frame.columns = list(header)
    return frame


@hookimpl
def piiscan_readers() -> list[type[ZenginReader]]:
    """The readers of this module."""
    return [ZenginReader]
