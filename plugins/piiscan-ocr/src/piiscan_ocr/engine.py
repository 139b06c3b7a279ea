"""One picture, one run of Tesseract: bytes in, text out, and an end when the time is over."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import ClassVar

from piiscan.limits import SEGMENT_CHARS
from piiscan.model import Locator, Problem, Reading, TextSegment
from piiscan.protocols import ReadContext
from piiscan_ocr.options import OcrOptions

MAX_OUTPUT = 4 * 1024**2
_JAPANESE = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff00-\uffef々〆]"
_GAP = re.compile(rf"(?<={_JAPANESE}) +(?={_JAPANESE})")
_PNM = re.compile(rb"P[56]\s(\d+)\s(\d+)\s")
_MIN_LEFT = 1.0


class TesseractOcr:
    """The engine. It keeps the time it has spent, for the limit of the run, and nothing of any item."""

    name: ClassVar[str] = "ocr"
    Options: ClassVar[type[OcrOptions]] = OcrOptions

    def __init__(self, options: OcrOptions | None = None) -> None:
        self.options = options or OcrOptions()
        self._spent = 0.0

    def __repr__(self) -> str:
        return f"TesseractOcr(languages={self.options.languages!r})"

    def read(self, picture: bytes, context: ReadContext, locator: Locator) -> Iterator[Reading]:
        """The text as segments with lines, or why there is none. What a too small picture shows is not asked for."""
        size = _PNM.match(picture)
        if size is not None and min(int(size[1]), int(size[2])) < self.options.min_side:
            return
        stop = self._over(context)
        if stop is not None:
            yield context.problem(*stop, locator)
            return
        program = shutil.which(self.options.program)
        if program is None:
            yield context.problem("ocr-missing", "tesseract", locator)
            return
        started = time.monotonic()
        result = self._run(program, picture, self._seconds(context))
        spent = time.monotonic() - started
        self._spent += spent
        context.budget.ocr_seconds += spent
        context.budget.ocr_pages += 1
        if isinstance(result, Problem):
            yield context.problem(result.code, result.detail, locator)
        else:
            yield from segments(result, locator)

    def _over(self, context: ReadContext) -> tuple[str, str] | None:
        """The limit that is reached, if one is: of the run first, since the next run goes on there."""
        o, b = self.options, context.budget
        if o.run_seconds and self._spent >= o.run_seconds:
            return "limit-ocr-run", f"{o.run_seconds:g}s"
        if o.item_pages and b.ocr_pages >= o.item_pages:
            return "limit-ocr", f"{o.item_pages} pages"
        if o.item_seconds and b.ocr_seconds >= o.item_seconds:
            return "limit-ocr", f"{o.item_seconds:g}s"
        left = b.seconds_left()
        if left is not None and left < _MIN_LEFT:
            return "limit-ocr", "time of the item"
        return None

    def _seconds(self, context: ReadContext) -> float:
        """What this page may take: the rest of the item's time is kept for the reader to end in order."""
        left = context.budget.seconds_left()
        return self.options.page_seconds if left is None else min(self.options.page_seconds, max(left * 0.9, 0.5))

    def _run(self, program: str, picture: bytes, seconds: float) -> str | Problem:
        arguments = [program, "stdin", "stdout", "-l", self.options.languages, "--psm", str(self.options.layout)]
        try:
            # OMP_THREAD_LIMIT: Tesseract's own threads fight with the other workers and make it slower.
            done = subprocess.run(
                arguments, input=picture, capture_output=True, timeout=seconds, check=False,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:  # run() has killed it
            return Problem(code="ocr-failed", detail=f"stopped after {seconds:.0f}s")
        except OSError as error:
            return Problem(code="ocr-missing", detail=type(error).__name__)
        if done.returncode:
            missing = b"loading language" in done.stderr or b"tessdata" in done.stderr
            return Problem(code="ocr-missing" if missing else "ocr-failed", detail=f"exit code {done.returncode}")
        return done.stdout[:MAX_OUTPUT].decode("utf-8", "replace")


def segments(text: str, locator: Locator) -> Iterator[TextSegment]:
    """What Tesseract wrote, without the spaces it puts between Japanese characters."""
    lines = [_GAP.sub("", line.rstrip()) for line in text.replace("\f", "").splitlines()]
    text = "\n".join(lines).strip("\n")
    line = 1
    for start in range(0, len(text), SEGMENT_CHARS):
        piece = text[start : start + SEGMENT_CHARS]
        yield TextSegment(text=piece, locator=locator, first_line=line)
        line += piece.count("\n")
