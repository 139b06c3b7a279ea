"""What is measured: the references, and piiscan's paths."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Engine

from piiscan.config import Settings
from piiscan.content import FileContent
from piiscan.limits import SEGMENT_CHARS, Budget, Limits
from piiscan.model import Item, TableSegment, TextHits, TextSegment
from piiscan.privacy import FingerprintKey
from piiscan.scan.walk import ReaderTable, Walk
from piiscan.scan.worker import Recipe, Worker, registry_for, rules_for
from piiscan.sources.files import FilesSource

if TYPE_CHECKING:
    from piiscan.detect.engine import Detector
    from piiscan.plugins import Registry
    from piiscan.rules.model import RuleSet

PATTERNS = Path(__file__).parent / "patterns.json"
RE_CHUNK = 32_000


def megabytes(text: str) -> float:
    """UTF-8 size in MB of 10**6 bytes."""
    return len(text.encode()) / 1e6


def head(text: str, size: int) -> str:
    """The first lines of a text, about `size` bytes of UTF-8."""
    data = text.encode()
    return text if len(data) <= size else data[: data.rfind(b"\n", 0, size) + 1].decode()


# references


def decode(text: str) -> Engine:
    """UTF-8 decoding: what no scanner of text can beat."""
    data = text.encode()
    return Engine("decode", len(data) / 1e6, lambda: len(data.decode()) * 0)


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """The thirty patterns that everybody is measured with."""
    return tuple(re.compile(p) for p in json.loads(PATTERNS.read_text(encoding="utf-8")).values())


def re_one_by_one(text: str) -> Engine:
    """`re`, one pattern at a time over chunks: what one writes first."""
    chunks = [text[i : i + RE_CHUNK] for i in range(0, len(text), RE_CHUNK)]
    return Engine("re", megabytes(text), lambda: sum(1 for c in chunks for p in patterns() for _ in p.finditer(c)))


# piiscan


def segments(text: str) -> list[TextSegment]:
    """As readers cut text."""
    found: list[TextSegment] = []
    at = 0
    while at < len(text):
        cut = text.rfind("\n", at, at + SEGMENT_CHARS) + 1 or at + SEGMENT_CHARS
        found.append(TextSegment(text=text[at:cut]))
        at = cut
    return found


@cache
def plugins() -> tuple[Registry, RuleSet]:
    """Registry and rules, loaded once."""
    registry = registry_for(Settings())
    return registry, rules_for(Settings(), registry)


def worker(*sources: FilesSource) -> Worker:
    """A new worker as scans use it, which has looked at something already: what is loaded on first need is loaded."""
    recipe = Recipe(Settings(), {source.name: source for source in sources}, FingerprintKey(bytes(32)))
    made = Worker.build(recipe, *plugins())
    for text in ("担当の東海林さん、星野様と三重野氏。", "住所：東京都港区芝公園9丁目、TEL 03-1234-5678"):
        list(made.detector.scan(TextSegment(text=text)))
    return made


def text_path(text: str) -> Engine:
    """Detection in text: every recognizer, the choice among them."""
    pieces = segments(text)
    fresh: list[Detector] = []

    def prepare() -> None:
        fresh[:] = [worker().detector]

    def run() -> int:
        if not fresh:
            prepare()
        found = (hits for piece in pieces for hits in fresh[0].scan(piece))
        return sum(len(hits.detections) for hits in found if isinstance(hits, TextHits))

    return Engine("piiscan", megabytes(text), run, prepare=prepare)


def whole_file(path: Path, name: str = "piiscan file", size: float = 0.0) -> Engine:
    """A file or folder through the whole worker: sniff, reader, detection, persons, privacy. `size` in MB if not that of the files."""
    source = FilesSource.from_target(str(path))
    items = [item for item in source.items() if isinstance(item, Item)]
    fresh: list[Worker] = []

    def prepare() -> None:
        fresh[:] = [worker(source)]

    def run() -> int:
        if not fresh:
            prepare()
        found = 0
        for item in items:
            for result in fresh[0].scan(item):
                if any(p.code == "detector-failed" for p in result.problems):
                    raise RuntimeError("a detector failed: the figure would mean nothing")
                found += sum(f.count for f in result.findings)
        return found

    return Engine(name, size or sum(i.size or 0 for i in items) / 1e6, run, prepare=prepare)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes away."""
    return tempfile.TemporaryDirectory(prefix="piiscan-speed-", ignore_cleanup_errors=True)


def read_only(path: Path) -> int:
    """A file through piiscan's reader without detection; table batches are drawn. How many segments came."""
    count = 0
    item = Item(uri=path.as_uri(), source="bench", name=path.name)
    walk = Walk(ReaderTable(plugins()[0].readers))
    for event in walk.content(item, FileContent(path, path.name), Budget(Limits())):
        if isinstance(event, TableSegment):
            count += sum(1 for _ in event.batches)
        count += 1
    return count


def reading(path: Path) -> Engine:
    """`read_only` as an engine."""
    return Engine("reading", path.stat().st_size / 1e6, lambda: read_only(path) * 0)


# bare extraction, by the fastest permissive library for each format


def bare_extraction(paths: list[Path]) -> Iterator[Engine]:
    """One engine for each kind of file: its text, and nothing else."""
    for kind, extract in {"docx": _bare_xml, "pptx": _bare_xml, "xlsx": _bare_xlsx, "pdf": _bare_pdf}.items():
        mine = [p for p in paths if p.suffix == f".{kind}"]
        size = sum(p.stat().st_size for p in mine) / 1e6
        yield Engine(f"bare {kind}", size, lambda mine=mine, extract=extract: sum(extract(p) for p in mine) * 0)


def _bare_xml(path: Path) -> int:
    import zipfile
    from xml.etree import ElementTree as ET

    count = 0
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".xml") and name.startswith(("word/", "ppt/slides/", "ppt/notesSlides/")):
                for _, element in ET.iterparse(package.open(name)):
                    count += len(element.text or "")
                    if element.tag.endswith(("}p", "}sp")):
                        element.clear()
    return count


def _bare_xlsx(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())


def _bare_pdf(path: Path) -> int:
    import pypdfium2

    count = 0
    document = pypdfium2.PdfDocument(path)
    for page in document:
        text = page.get_textpage()
        count += len(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return count


def python() -> str:
    """The interpreter that runs this."""
    return sys.executable
