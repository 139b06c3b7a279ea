"""JSON and JSON Lines: arrays of records become tables, everything else labelled fields with a JSON pointer."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Content, Locator, Problem, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers.plain import encoding_problems, repaired, stream_segments
from piiscan.text.streaming import TextStream, cut

if TYPE_CHECKING:
    import polars as pl

MAX_DOCUMENT_BYTES = 64 * 1024**2
"""A single JSON document larger than this is scanned as text: parsing would take some ten times as much memory."""

MAX_COLUMNS = 256
SAMPLE_LINES = 200
OTHER = "(other)"
"""Column of a JSON Lines table for members that its first lines do not have, and for lines that are no objects."""

_DATA_KEY = re.compile(r"@|\d{6}|[一-鿿]{2,}.*[一-鿿]{2,}")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

Record = dict[str, Any]


class JsonReader:
    """One JSON document, several in a row, or a damaged one as far as it goes."""

    name: ClassVar[str] = "json"
    media_types: ClassVar[tuple[str, ...]] = ("application/json",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Tables for arrays of records, fields for the rest."""
        with content.open() as stream:
            limit = min(MAX_DOCUMENT_BYTES, context.budget.limits.member_bytes or MAX_DOCUMENT_BYTES)
            size = content.size if content.size is not None else len(stream.read(limit + 1))
            stream.seek(0)
            if size > limit:
                yield from stream_segments(stream, context)
                yield context.problem("limit-memory", f"JSON over {limit} bytes, scanned as text")
                return
            source = TextStream(stream)
            text = "".join(source.blocks())
        yield from json_segments(text, Locator(), context)
        yield from encoding_problems(source.decoder, context)


def json_segments(text: str, locator: Locator, context: ReadContext) -> Iterator[Reading]:
    """Everything in a JSON text; what cannot be parsed comes as text, with a problem."""
    decoder = json.JSONDecoder(
        strict=False, object_pairs_hook=_members, parse_int=str, parse_float=str, parse_constant=str
    )
    at = _skip_space(text, 0)
    number = 0
    while at < len(text):
        number += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield from _as_text(text, at, locator, context, error)
            return
        place = locator if number == 1 and _skip_space(text, end) >= len(text) else locator.then(record=number)
        yield from value_segments(value, place, context)
        at = _skip_space(text, end)


def _as_text(text: str, at: int, locator: Locator, context: ReadContext, error: Exception) -> Iterator[Reading]:
    """The rest of a JSON text that does not parse, with its escapes resolved."""
    first = text.count("\n", 0, at) + 1
    for piece, line in cut(iter([unescaped(text[at:])])):
        yield TextSegment(text=repaired(piece), locator=locator, first_line=first + line - 1)
    if isinstance(error, RecursionError):
        yield context.problem("limit-depth", "JSON, scanned as text", locator)
    else:
        ended = getattr(error, "pos", 0) >= len(text.rstrip()) - 8 or str(error).startswith("Unterminated")
        yield context.problem(
            "truncated" if ended else "part-unreadable", "JSON, the rest was scanned as text", locator
        )


def unescaped(text: str) -> str:
    r"""Text with ``\uXXXX`` resolved, line ends excepted so that lines stay lines."""
    if "\\u" not in text:
        return text
    plain = _UNICODE_ESCAPE.sub(lambda m: chr(int(m.group(1), 16)) if int(m.group(1), 16) > 0x1F else " ", text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff\x1e,;":
        at += 1
    return at


def _members(pairs: list[tuple[str, Any]]) -> Record:
    """Keeps members whose key occurs twice, which a dict would drop."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    members = {}
    for key, value in pairs:
        name, n = key, 1
        while name in members:
            n += 1
            name = f"{key}~{n}"
        members[name] = value
    return members


def value_segments(value: Any, locator: Locator, context: ReadContext) -> Iterator[Reading]:
    """Segments of a parsed value; numbers should have been parsed as strings."""
    stack: list[tuple[Any, str, str | None]] = [(value, "", None)]
    while stack:
        context.budget.check_time()
        value, path, label = stack.pop()
        if isinstance(value, dict):
            yield from _key_segment(value, path, locator)
            stack += [(v, f"{path}/{_pointer(k)}", k) for k, v in reversed(value.items())]
        elif isinstance(value, list):
            if is_record_list(value):
                yield _record_table(value, locator.then(path=path or "/"), context)
            else:
                stack += [(v, f"{path}/{n}", label) for n, v in reversed(list(enumerate(value)))]
        elif (text := _scalar(value)) is not None:
            for piece, _ in cut(iter([text])):
                yield TextSegment(
                    text=repaired(piece), locator=locator.then(path=path or "/"), kind=SegmentKind.FIELD, label=label
                )


def _key_segment(members: Record, path: str, locator: Locator) -> Iterator[Reading]:
    """Objects used as dictionaries have values as keys: mail addresses, member numbers, names."""
    keys = [k for k in members if _DATA_KEY.search(k)]
    if keys:
        yield TextSegment(text="\n".join(keys), locator=locator.then(path=f"{path}/"), first_line=None)


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(value)
    return _no_surrogates(text) if text.strip() else None


def _no_surrogates(text: str) -> str:
    """Lone surrogates cannot be encoded; pairs are joined by the parser already."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


# tables -----------------------------------------------------------------------------------------------------------------------------


def is_record_list(values: list[Any]) -> bool:
    """Whether these are records of one kind: objects which share most of their keys."""
    if len(values) < 2 or not all(isinstance(v, dict) for v in values):
        return False
    return _shared_keys([flat(v) for v in values[:SAMPLE_LINES]]) is not None


def _shared_keys(records: list[Record]) -> tuple[str, ...] | None:
    counts = Counter(chain.from_iterable(records))
    if not counts or len(counts) > MAX_COLUMNS:
        return None
    members = sum(counts.values())
    return tuple(counts) if members * 3 >= len(counts) * len(records) else None


def flat(record: Record) -> dict[str, str]:
    """One level of names: objects inside by dotted names, lists of scalars by lines, other lists as JSON."""
    out: dict[str, str] = {}
    stack = [("", record)]
    while stack:
        prefix, members = stack.pop()
        for key, value in members.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict):
                stack.append((f"{name}.", value))
            elif isinstance(value, list):
                out[name] = _list_cell(value)
            else:
                out[name] = _scalar(value) or ""
    return out


def _list_cell(values: list[Any]) -> str:
    if any(isinstance(v, dict | list) for v in values):
        return _no_surrogates(json.dumps(values, ensure_ascii=False))
    return "\n".join(filter(None, map(_scalar, values)))


def _record_table(records: list[Record], locator: Locator, context: ReadContext) -> TableSegment:
    header = tuple(dict.fromkeys(chain.from_iterable(map(flat, records))))
    if len(header) > MAX_COLUMNS:
        header = (*header[: MAX_COLUMNS - 1], OTHER)
    return TableSegment(
        batches=_record_frames(records, header, context), locator=locator, header=header, row_count=len(records)
    )


def _record_frames(records: list[Record], header: tuple[str, ...], context: ReadContext) -> Iterator[pl.DataFrame]:
    for start in range(0, len(records), TABLE_BATCH_ROWS):
        context.budget.check_time()
        yield _frame([flat(r) for r in records[start : start + TABLE_BATCH_ROWS]], header)


def _frame(rows: list[dict[str, str]], header: tuple[str, ...]) -> pl.DataFrame:
    """Rows by header; members without a column go to the last one, with their names."""
    import polars as pl

    known = set(header)
    for row in rows:
        extra = [k for k in row if k not in known]
        if extra:
            row[header[-1]] = "\n".join([*filter(None, [row.get(header[-1])]), *(f"{k}: {row[k]}" for k in extra)])
    data = {name: [row.get(name) or None for row in rows] for name in header}
    return pl.DataFrame(data, schema=dict.fromkeys(header, pl.String))


class JsonLinesReader:
    """JSON Lines. A table where the lines are records of one kind, otherwise fields line by line."""

    name: ClassVar[str] = "json-lines"
    media_types: ClassVar[tuple[str, ...]] = ("application/x-ndjson",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Bounded memory, however long the file."""
        header = self._header(content)
        if header:
            yield TableSegment(batches=self._batches(content, context, header), header=header)
        else:
            yield from self._fields(content, context)

    @staticmethod
    def _header(content: Content) -> tuple[str, ...] | None:
        with content.open() as stream:
            lines = list(
                zip(range(SAMPLE_LINES), (line for line in _lines(TextStream(stream)) if line.strip()), strict=False)
            )
        values = [_parse(line) for _, line in lines]
        records = [flat(v) for v in values if isinstance(v, dict)]
        keys = _shared_keys(records) if len(records) * 10 >= len(values) * 9 else None
        return (*keys, OTHER) if keys else None

    @staticmethod
    def _batches(content: Content, context: ReadContext, header: tuple[str, ...]) -> Iterator[pl.DataFrame | Problem]:
        rows: list[dict[str, str]] = []
        bad = 0
        with content.open() as stream:
            source = TextStream(stream)
            for line in _lines(source):
                value = _parse(line) if line.strip() else {}
                bad += value is None
                rows.append(flat(value) if isinstance(value, dict) else {OTHER: unescaped(line.rstrip("\r\n"))})
                if len(rows) >= TABLE_BATCH_ROWS:
                    context.budget.check_time()
                    yield _frame(rows, header)
                    rows = []
        if rows:
            yield _frame(rows, header)
        if bad:
            yield context.problem("part-unreadable", "lines that are no JSON, scanned as text", count=bad)
        yield from encoding_problems(source.decoder, context)

    @staticmethod
    def _fields(content: Content, context: ReadContext) -> Iterator[Reading]:
        bad = 0
        with content.open() as stream:
            source = TextStream(stream)
            for number, line in enumerate(_lines(source), 1):
                value = _parse(line)
                if value is not None:
                    yield from value_segments(value, Locator.of(line=number), context)
                elif line.strip():
                    bad += 1
                    yield TextSegment(text=repaired(unescaped(line)), first_line=number)
        if bad:
            yield context.problem("part-unreadable", "lines that are no JSON, scanned as text", count=bad)
        yield from encoding_problems(source.decoder, context)


def _lines(source: TextStream) -> Iterator[str]:
    """Lines with line ends; a line of many megabytes stays one as long as it fits a document."""
    rest = ""
    for block in source.blocks():
        text = rest + block if rest else block
        lines = text.split("\n")
        rest = lines.pop()
        for line in lines:
            yield line + "\n"
        if len(rest) > MAX_DOCUMENT_BYTES:
            yield rest
            rest = ""
    if rest:
        yield rest


def _parse(line: str) -> Any:
    try:
        return json.loads(
            line.strip("\ufeff\x1e"),
            strict=False,
            object_pairs_hook=_members,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
        )
    except (ValueError, RecursionError):
        return None


@hookimpl
def piiscan_readers() -> list[type[JsonReader | JsonLinesReader]]:
    """The readers of this module."""
    return [JsonReader, JsonLinesReader]
