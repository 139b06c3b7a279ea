"""Plain text and logs, and the helpers with which every text reader cuts text and reports what was wrong with its encoding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Problem, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.text.decoding import Decoder, is_mojibake, unmojibake
from piiscan.text.streaming import TextStream


class PlainReader:
    """Text in any of our encodings, in pieces with line numbers."""

    name: ClassVar[str] = "plain"
    media_types: ClassVar[tuple[str, ...]] = ("text/plain",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Pieces of some 65,000 characters, then problems of the encoding."""
        with content.open() as stream:
            yield from stream_segments(stream, context)


def stream_segments(
    stream: BinaryIO,
    context: ReadContext,
    locator: Locator = Locator(),  # noqa: B008
    kind: SegmentKind = SegmentKind.PROSE,
    skip_lines: int = 0,
) -> Iterator[Reading]:
    """A binary stream as text segments. `skip_lines` leaves out lines that were read in another way."""
    source = TextStream(stream)
    for text, line in source:
        context.budget.check_time()
        piece, first = text, line
        if first <= skip_lines:
            cut = _after_lines(piece, skip_lines - first + 1)
            piece, first = piece[cut:], skip_lines + 1
        if piece:
            yield TextSegment(text=repaired(piece), locator=locator, kind=kind, first_line=first)
    yield from encoding_problems(source.decoder, context, locator)


def repaired(text: str) -> str:
    """The text with lines that were saved garbled turned back where that is possible in full; lines stay lines."""
    if not is_mojibake(text):
        return text
    return "\n".join(unmojibake(line) or line for line in text.split("\n"))


def encoding_problems(
    decoder: Decoder,
    context: ReadContext,
    locator: Locator = Locator(),  # noqa: B008
) -> Iterator[Problem]:
    """What a decoder met that a person should know."""
    if decoder.undecodable:
        yield context.problem("encoding-unknown", decoder.bulk or "", locator, decoder.undecodable)
    if decoder.mixed:
        yield context.problem("encoding-mixed", ", ".join(sorted(decoder.seen)), locator)
    if decoder.mojibake:
        yield context.problem("mojibake", decoder.bulk or "", locator, decoder.mojibake)


def _after_lines(text: str, lines: int) -> int:
    """The offset after so many newlines; the length where there are fewer."""
    at = 0
    for _ in range(lines):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return at


@hookimpl
def piiscan_readers() -> list[type[PlainReader]]:
    """The readers of this module."""
    return [PlainReader]
