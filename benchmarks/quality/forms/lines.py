"""The lines of lines.txt: what a generator does not think of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .pages import Document, Page, Value

LINES = Path(__file__).parent / "lines.txt"
_VALUE = re.compile(r"\{([A-Z_0-9]+):([^}]*)\}")


def lines() -> Iterator[Document]:
    """Every line as a paper. Names and numbers in them are in no split."""
    for number, written in enumerate(LINES.read_text(encoding="utf-8").splitlines()):
        if not written or written.startswith("#"):
            continue
        text = written.replace("⏎", "\n").replace("⇥", "\t")
        page, at = Page(), 0
        for match in _VALUE.finditer(text):
            page.add(text[at : match.start()], Value(match[1], match[2]))
            at = match.end()
        yield page.add(text[at:]).document(f"line-{number:03}", "line")
