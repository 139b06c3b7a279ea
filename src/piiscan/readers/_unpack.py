"""What readers of containers share: members as content, decompressors behind one interface, names, counted failures."""

from __future__ import annotations

import bz2
import lzma
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Protocol

from piiscan.content import SpooledContent, StreamContent
from piiscan.errors import LimitError, ReadError
from piiscan.limits import Budget
from piiscan.model import Embedded, Locator, Problem, Reading
from piiscan.protocols import ReadContext

CHUNK = 64 * 1024
"""Bytes taken from a source, and at most given out by a decompressor, at a time."""

DICTIONARY_BYTES = 512 * 1024**2
"""The largest LZMA dictionary that is allocated; usual archivers write up to 64 MiB, at their extremes 256 MiB."""

MAX_LABEL = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"^[A-Za-z]:(?=/)")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")


class Decompressor(Protocol):
    """The interface of `bz2` and `lzma`; :class:`Inflate` gives it to zlib as well."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class Inflate:
    """Raw deflate (or zlib with `wbits` 15). Hands out what is good before a damaged place."""

    def __init__(self, wbits: int = -15) -> None:
        self._engine = zlib.decompressobj(wbits)
        self._error: zlib.error | None = None

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def needs_input(self) -> bool:
        return not self._engine.unconsumed_tail and not self._engine.eof and self._error is None

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    def decompress(self, data: bytes, max_length: int = CHUNK, /) -> bytes:
        if self._error is not None:
            raise self._error
        data = self._engine.unconsumed_tail + data
        before = self._engine.copy()
        try:
            return self._engine.decompress(data, max_length)
        except zlib.error as error:
            self._error = error
            return _salvage(before, data, max_length)


def _salvage(engine: zlib._Decompress, data: bytes, max_length: int) -> bytes:
    """Byte by byte up to the damaged one: zlib throws a whole call's output away at an error."""
    out = bytearray()
    for i in range(len(data)):
        try:
            out += engine.decompress(data[i : i + 1])
        except zlib.error:
            break
        if len(out) >= max_length:
            break
    return bytes(out)


def lzma_raw(filters: list[dict[str, int]]) -> lzma.LZMADecompressor:
    """A raw LZMA decoder. Raises ReadError where the filters are impossible or the dictionary is too large."""
    if any(f.get("dict_size", 0) > DICTIONARY_BYTES for f in filters):
        raise ReadError("limit-memory", "LZMA dictionary")
    try:
        return lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError, OverflowError) as error:
        raise ReadError("damaged", "LZMA settings") from error


def lzma1_filter(props: bytes) -> dict[str, int]:
    """The filter settings in the five bytes in front of LZMA1 data."""
    if len(props) < 5 or props[0] >= 9 * 5 * 5:
        raise ReadError("damaged", "LZMA settings")
    rest, lc = divmod(props[0], 9)
    pb, lp = divmod(rest, 5)
    size = max(4096, int.from_bytes(props[1:5], "little"))
    return {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}


def unpack(source: Iterator[bytes], engine: Decompressor, *, marked: bool = True) -> Iterator[bytes]:
    """Everything a decompressor makes of a source, up to its end mark. Raises ReadError `damaged`, and `truncated` where it should be `marked`."""
    for data in source:
        feed = data
        while True:
            try:
                out = engine.decompress(feed, CHUNK)
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
                limit = isinstance(error, lzma.LZMAError) and "emory" in str(error)  # the library has no code for it
                raise ReadError("limit-memory" if limit else "damaged", type(error).__name__) from error
            except MemoryError as error:
                raise ReadError("limit-memory") from error
            feed = b""
            if out:
                yield out
            if engine.eof:
                return
            if engine.needs_input:
                break
    if marked:
        raise ReadError("truncated")


def bzip2() -> Decompressor:
    return bz2.BZ2Decompressor()


def read_range(stream: BinaryIO, start: int, size: int | None = None) -> Iterator[bytes]:
    """The bytes of a stream from `start`, with its own position: others may move the stream in between.

    With a size, raises ReadError `truncated` where the stream ends before it.
    """
    left = size
    while left is None or left > 0:
        stream.seek(start)
        data = stream.read(CHUNK if left is None else min(CHUNK, left))
        if not data:
            if left is None:
                return
            raise ReadError("truncated")
        start += len(data)
        if left is not None:
            left -= len(data)
        yield data


def metered(
    chunks: Iterator[bytes], budget: Budget, packed: int | Callable[[], int] | None, *, one_member: bool = True
) -> Iterator[bytes]:
    """Pass chunks on while the budget allows: bytes over all, ratio of this stream, time, and its size where it is `one_member`.

    `packed` is the member's size in the archive, or asks how much was taken so far; None where neither is known.
    """
    out, most = 0, budget.limits.member_bytes if one_member else 0
    for chunk in chunks:
        out += len(chunk)
        budget.spend(len(chunk))
        if packed is not None:
            budget.check_ratio(out, packed() if callable(packed) else packed)
        if most and out > most:
            raise LimitError("too-large", str(most))
        yield chunk


def checked(chunks: Iterator[bytes], crc: int | None, size: int | None = None) -> Iterator[bytes]:
    """Pass chunks on and compare their CRC-32 and length at the end; a difference is ReadError `damaged`."""
    running, length = 0, 0
    for chunk in chunks:
        running = zlib.crc32(chunk, running)
        length += len(chunk)
        yield chunk
    if crc is not None and running != crc:
        raise ReadError("damaged", "checksum")
    if size is not None and length != size:
        raise ReadError("damaged", "length")


def decode_name(raw: bytes) -> str:
    """A member name whose encoding is not declared: UTF-8 where valid, else what Japanese Windows or Unix wrote."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    windows = raw.decode("cp932", "replace")
    # EUC-JP read as CP932 becomes half-width katakana nearly throughout; nobody names a file like that
    if "\ufffd" in windows or len(_HALF_WIDTH_KANA.findall(windows)) * 2 > sum(c > "\x7f" for c in windows):
        try:
            return raw.decode("euc_jp")
        except UnicodeDecodeError:
            pass
    return windows


class Names:
    """Makes member names into labels: relative, printable, unique. They never become file system paths."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._doubles: Counter[str] = Counter()

    def label(self, name: str, fallback: str = "unnamed") -> str:
        """The label of the next member of this name; doubles get ``~2``, ``~3`` before their ending."""
        name = _DRIVE.sub("", name.replace("\\", "/"))
        steps = [_CONTROL.sub("_", "__" if s == ".." else s) for s in name.split("/") if s not in {"", "."}]
        path = unicodedata.normalize("NFC", "/".join(steps))[-MAX_LABEL:] or fallback
        unique = path
        while unique in self._seen:
            self._doubles[path] += 1
            stem, dot, ending = path.rpartition(".")
            mark = f"~{self._doubles[path] + 1}"
            unique = f"{stem}{mark}.{ending}" if dot and stem and "/" not in ending else path + mark
        self._seen.add(unique)
        return unique


class Failures:
    """Members that could not be read, counted by reason, for the container's own problems."""

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, code: str, detail: str = "") -> None:
        self._counts[code, detail] += 1

    def problems(self) -> Iterator[Problem]:
        for (code, detail), count in self._counts.items():
            yield self._context.problem(code, detail, count=count)


def unreadable(error: ReadError, name: str) -> StreamContent:
    """The content of a member that is listed but cannot be read: opening raises the error."""

    def fail() -> BinaryIO:
        raise type(error)(error.code, error.detail)

    return StreamContent(fail, name)


def member(
    context: ReadContext,
    path: str,
    chunks: Iterator[bytes],
    *,
    size: int | None = None,
    modified: datetime | None = None,
    media_type: str | None = None,
) -> Iterator[Reading]:
    """One member, and afterwards the problem that showed while it was read."""
    with SpooledContent(chunks, path, size) as content:
        yield Embedded(path=path, content=content, size=size, modified=modified, media_type=media_type)
        failure = content.failure
    if failure is not None:
        yield context.problem(failure.code, failure.detail, Locator.of(part=path))


def utc(seconds: float) -> datetime | None:
    """A Unix time, or None where it is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
