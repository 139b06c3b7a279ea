"""The systems that are compared: piiscan, thirty plain patterns, Presidio with ja-ginza."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forms.pages import Document
from score import Hit

HERE = Path(__file__).parent
PATTERNS = HERE.parent / "speed" / "patterns.json"
Pairs = list[tuple[str, str]]
WARM_UP = (
    "氏名：見本 太郎。首相のカルロス・メンドーサは、あさひさんと札幌市中央区北一条西1-2-3で会い、森田氏の話を聞いた。"
)
PATTERN_TYPES = {
    "EMAIL": "EMAIL_ADDRESS", "ZIP": "JP_POSTAL_CODE", "ZIP_MARK": "JP_POSTAL_CODE", "MYNUMBER": "JP_MY_NUMBER", "MYNUMBER_SEP": "JP_MY_NUMBER",
    "CARD16": "CREDIT_CARD", "CARD16_SEP": "CREDIT_CARD", "CARD_AMEX": "CREDIT_CARD", "LICENCE": "JP_DRIVER_LICENSE", "BANK": "JP_BANK_ACCOUNT",
    "YUCHO": "JP_YUCHO_ACCOUNT", "PASSPORT": "JP_PASSPORT", "RESIDENCE": "JP_RESIDENCE_CARD", "PENSION": "JP_PENSION_NUMBER", "INSURANCE": "JP_HEALTH_INSURANCE",
    "ADDRESS": "JP_ADDRESS", "HONORIFIC": "PERSON",
}  # fmt: skip


class Piiscan:
    """The product at one profile. Tables go through the column stage, everything else through the text engine."""

    def __init__(self, profile: str = "default") -> None:
        from piiscan import Scanner

        self.name = f"piiscan {profile}"
        self.seconds = 0.0
        self._scanner = Scanner(profile=profile)
        self.rules = self._scanner.rules
        self.text(WARM_UP)  # dictionaries are loaded before anything is timed
        self.seconds = 0.0

    def text(self, text: str) -> list[Hit]:
        """Spans."""
        return [Hit(d.start, d.end, d.entity_type) for d in self.detections(text)]

    def detections(self, text: str) -> list[Any]:
        """Spans with confidence."""
        start = time.process_time()
        found = self._scanner.scan_text(text)
        self.seconds += time.process_time() - start
        return found

    def table(self, document: Document) -> Pairs:
        """(type, value) of everything in a table."""
        import polars as pl
        from forms.pages import words

        from piiscan.model import ColumnDetection, TableSegment, TextHits

        columns = list(zip(*([words(c) or None for c in row] for row in document.rows), strict=True))
        frame = pl.DataFrame([pl.Series(f"c{i}", values, dtype=pl.String) for i, values in enumerate(columns)])
        found: Pairs = []
        for event in self._scanner.detector.scan(TableSegment(batches=iter([frame]))):
            if isinstance(event, ColumnDetection):
                found += [(event.entity_type, value) for value in event.values.to_list()]
            elif isinstance(event, TextHits):
                found += [(d.entity_type, event.segment.text[d.start : d.end]) for d in event.detections]
        return found

    def texts(self, texts: Sequence[str]) -> list[list[Hit]]:
        """One by one."""
        return [self.text(text) for text in texts]


class Patterns:
    """Thirty regular expressions, as one would write them first. They know no checks, no labels, no dictionaries."""

    name = "patterns"

    def __init__(self) -> None:
        self.seconds = 0.0
        written = json.loads(PATTERNS.read_text(encoding="utf-8"))
        typed = {name: "PHONE_NUMBER" if name.startswith("PHONE") else PATTERN_TYPES.get(name) for name in written}
        self._patterns = [(re.compile(written[name]), kind) for name, kind in typed.items() if kind]

    def text(self, text: str) -> list[Hit]:
        """Spans; overlapping ones of a type are one."""
        start = time.process_time()
        found = sorted(Hit(m.start(), m.end(), kind) for p, kind in self._patterns for m in p.finditer(text))
        joined: list[Hit] = []
        last: dict[str, int] = {}
        for hit in found:
            at = last.get(hit.type)
            if at is not None and hit.start < joined[at].end:
                joined[at] = Hit(joined[at].start, max(hit.end, joined[at].end), hit.type)
                continue
            last[hit.type] = len(joined)
            joined.append(hit)
        self.seconds += time.process_time() - start
        return joined

    def table(self, document: Document) -> Pairs:
        """The table as text."""
        text = document.plain
        return [(h.type, text[h.start : h.end]) for h in self.text(text)]

    def texts(self, texts: Sequence[str]) -> list[list[Hit]]:
        """One by one."""
        return [self.text(text) for text in texts]


class Ginza:
    """Presidio with ja-ginza, in its own environment, through a pipe."""

    name = "presidio+ja-ginza"

    def __init__(self, python: Path) -> None:
        self.seconds = 0.0
        self.failed = 0
        self._process = subprocess.Popen(
            [python, str(HERE / "reference_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self.versions: dict[str, str] = json.loads(self._out.readline())
        self.text(WARM_UP)
        self.seconds = 0.0

    def text(self, text: str) -> list[Hit]:
        """Spans. Texts that GiNZA gives up on have none, and are counted."""
        self._in.write(json.dumps(text) + "\n")
        self._in.flush()
        answer = json.loads(self._out.readline())
        self.seconds += answer["seconds"]
        self.failed += "failed" in answer
        return [Hit(*hit) for hit in answer["hits"]]

    def table(self, document: Document) -> Pairs:
        """The table as text."""
        text = document.plain
        return [(h.type, text[h.start : h.end]) for h in self.text(text)]

    def texts(self, texts: Sequence[str]) -> list[list[Hit]]:
        """One by one."""
        return [self.text(text) for text in texts]

    def close(self) -> None:
        """End the other process."""
        self._in.close()
        self._process.wait(timeout=60)


System = Piiscan | Patterns | Ginza
