"""Word and PowerPoint files of before 2007 (doc, ppt): through a converter on this machine, then through the readers of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from piiscan.errors import LimitError, ReadError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Embedded, Locator, Problem, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._compound import Compound

_WORD, _POWERPOINT = "WordDocument", "PowerPoint Document"


class LegacyReader:
    """Reads doc, dot, ppt, pps and pot. Needs LibreOffice; for doc antiword will do."""

    name: ClassVar[str] = "legacy-office"
    media_types: ClassVar[tuple[str, ...]] = ("application/msword", "application/vnd.ms-powerpoint")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """As docx or pptx, so that places mean the same. Raises ReadError `needs-converter`, `encrypted`, `converter-failed`."""
        from piiscan.readers._compound import Compound
        from piiscan.readers._crypt import OLE_MAGIC, decrypted
        from piiscan.readers._text import unique

        content = decrypted(content, context)
        if not content.head().startswith(OLE_MAGIC):
            word = not context.media_type.endswith("powerpoint")
            yield from _converted(content, context, word=word)
            return
        with Compound(content, context) as compound:
            word = _word_or_powerpoint(compound)
            own = list(compound.embedded())
            readings = _joined(_converted(content, context, word=word), own)
            whole = _checked(readings, compound, context) if word else _completed(readings, compound, context)
            yield from unique(whole)


def _joined(readings: Iterator[Reading], own: Sequence[Reading]) -> Iterator[Reading]:
    """What the converter made, and the embedded things it left out (they came from the original, under their own names)."""
    damage: ReadError | None = None
    unread = [reading for reading in own if isinstance(reading, Problem)]
    files = [reading for reading in own if not isinstance(reading, Problem)]
    converted = 0
    try:
        for reading in readings:
            if isinstance(reading, Embedded) and "embeddings" in reading.path:
                converted += 1
                if files and not unread:
                    continue  # the original's own files are better than the converter's copies of them
            yield reading
    except ReadError as error:
        damage = error
    yield from files
    # Documents embedded as such cannot be cut out of the original; the converter's copies stand for them.
    if converted < len(unread):
        yield from unread
    if damage is not None:
        raise damage


def _completed(readings: Iterator[Reading], compound: Compound, context: ReadContext) -> Iterator[Reading]:
    """A presentation's readings, then the texts of the original that were not among them."""
    from piiscan.readers._diagrams import diagram_lines
    from piiscan.readers._ppt import texts
    from piiscan.readers._text import segments

    said: set[str] = set()
    damage: ReadError | None = None
    try:
        for reading in readings:
            if isinstance(reading, TextSegment):
                said.update(_squeezed(line) for line in reading.text.split("\n"))
            yield reading
    except LimitError:
        raise
    except ReadError as error:
        damage = error
    stream = compound.stream(_POWERPOINT) or b""
    lines = [line for t in texts(stream) for line in t.split("\n")]
    lines += dict.fromkeys(diagram_lines(stream))
    rest = [line for line in lines if _squeezed(line) and _squeezed(line) not in said]
    if damage is not None and not rest:
        raise damage
    yield from segments(rest, Locator.of(part="records"))
    if damage is not None:
        yield context.problem("part-unreadable", f"{damage.code} {damage.detail}: text only, without slide numbers")


def _checked(readings: Iterator[Reading], compound: Compound, context: ReadContext) -> Iterator[Reading]:
    """A document's readings, the words of its diagrams, and a problem where it has text of which the converter gave nothing."""
    from piiscan.readers._diagrams import diagram_lines
    from piiscan.readers._text import segments

    spoke = False
    for reading in readings:
        spoke = spoke or isinstance(reading, TableSegment | Problem)
        spoke = spoke or (isinstance(reading, TextSegment) and reading.kind is not SegmentKind.PROPERTY)
        yield reading
    streams = (compound.stream(name) or b"" for name in ("Data", "1Table", "0Table", _WORD))
    lines = list(dict.fromkeys(line for stream in streams for line in diagram_lines(stream)))
    yield from segments(lines, Locator.of(part="diagrams"))
    if not spoke and not lines and _has_text(compound.stream(_WORD) or b""):
        yield context.problem("converter-failed", "the converter gave no text")


def _has_text(word: bytes) -> bool:
    """Whether the text of a Word document has more in it than ends of paragraphs and cells (in either of its encodings)."""
    first, last = (int.from_bytes(word[at : at + 4], "little") for at in (0x18, 0x1C))
    return any(byte > 0x20 for byte in word[first : min(last, first + 1_000_000)])


def _squeezed(line: str) -> str:
    return "".join(line.split())


def _word_or_powerpoint(compound: Compound) -> bool:
    """Whether it is a Word document. Raises `encrypted` and `damaged`."""
    word = compound.stream(_WORD)
    if word is not None:
        # Bit 8 of the flags says encrypted; Word 6 and 95 have it in the same place.
        if len(word) > 12 and int.from_bytes(word[10:12], "little") & 0x0100:
            raise ReadError("encrypted", "Word")
        return True
    if compound.stream(_POWERPOINT) is None and compound.stream("PP40") is None:
        raise ReadError("damaged", "no Word or PowerPoint stream")
    user = compound.stream("Current User") or b""
    if (len(user) >= 16 and user[12:16] == b"\xdf\xc4\xd1\xf3") or compound.stream("EncryptedSummary"):
        raise ReadError("encrypted", "PowerPoint")
    return False


def _converted(content: Content, context: ReadContext, *, word: bool) -> Iterator[Reading]:
    import tempfile

    from piiscan.readers import _convert

    programs = dict(_convert.converters())
    office, antiword = programs["LibreOffice"], programs["antiword"]
    if office is None and (antiword is None or not word):
        raise ReadError("needs-converter", "LibreOffice")
    with (
        tempfile.TemporaryDirectory(prefix="piiscan-", ignore_cleanup_errors=True) as name,
        content.local_path() as path,
    ):
        folder = Path(name)
        # A name of our own: the item's may say anything, even an option.
        source = folder / ("source.doc" if word else "source.ppt")
        source.write_bytes(path.read_bytes())
        try:
            made = _convert.office(office, source, folder, "docx" if word else "pptx", context)
        except LimitError:
            raise
        except ReadError as error:
            if not word or antiword is None:
                raise
            yield from _antiword(antiword, source, context)
            yield context.problem("part-unreadable", "only antiword could read it" if office else error.detail)
            return
        yield from _modern(made, context, word=word)


def _modern(made: Path, context: ReadContext, *, word: bool) -> Iterator[Reading]:
    from piiscan.content import BytesContent
    from piiscan.readers.docx import DocxReader
    from piiscan.readers.pptx import PptxReader

    context.budget.spend(made.stat().st_size)
    # In memory: embedded items are read after the temporary folder is gone.
    content = BytesContent(made.read_bytes(), made.name)
    yield from (DocxReader() if word else PptxReader()).read(content, context)


def _antiword(program: Path, source: Path, context: ReadContext) -> Iterator[Reading]:
    from piiscan.readers._convert import run
    from piiscan.readers._text import segments

    text = run([str(program), "-m", "UTF-8.txt", "-w", "0", str(source)], context, "antiword").decode(
        "utf-8", "replace"
    )
    yield from segments(text.split("\n"))


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [LegacyReader]
