"""Text in pictures and scanned pages, read by the real Tesseract; its limits, and what happens when it is stuck or missing."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from piiscan import Scanner, Settings
from piiscan.inventory.store import Inventory
from piiscan.limits import Budget, Limits
from piiscan.model import Item, Locator, Problem, Reading, State, TextSegment
from piiscan.protocols import ReadContext
from piiscan_ocr.engine import TesseractOcr, segments
from piiscan_ocr.options import OcrOptions

FONTS = (
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "C:/Windows/Fonts/msgothic.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
)
LINES = ("申込書", "氏名：山田太郎", "住所：東京都千代田区丸の内1-1-1", "電話番号：090-1234-5678")


def _languages() -> str:
    if shutil.which("tesseract") is None:
        return ""
    return subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout


needs_tesseract = pytest.mark.skipif(
    "jpn" not in _languages(), reason="tesseract with its Japanese data is not installed"
)


def page(lines: tuple[str, ...] = LINES, rotate: int = 0) -> Image.Image:
    """A page with printed lines."""
    font = next((f for f in FONTS if Path(f).exists()), None)
    if font is None:
        pytest.skip("no Japanese font to draw with")
    picture = Image.new("L", (1240, 200 + 110 * len(lines)), 255)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((90, 90 + 110 * number), line, font=ImageFont.truetype(font, 48), fill=0)
    return picture.rotate(rotate, expand=True, fillcolor=255)


def pgm(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("L").save(out, "PPM")
    return out.getvalue()


def context(limits: Limits | None = None) -> ReadContext:
    return ReadContext(item=Item(uri="test:///a", source="test", name="a"), budget=Budget(limits or Limits()))


def ocr(
    picture: bytes, within: ReadContext | None = None, engine: TesseractOcr | None = None, **options: object
) -> list[Reading]:
    engine = engine or TesseractOcr(OcrOptions(enabled=True, **options))
    return list(engine.read(picture, within or context(), Locator.of(page=3)))


def codes(readings: list[Reading]) -> list[str]:
    return [r.code for r in readings if isinstance(r, Problem)]


@pytest.fixture
def program(tmp_path: Path):
    """A program in the place of Tesseract that does what a line of Python says."""

    def make(body: str) -> str:
        script = tmp_path / "tesseract.py"
        script.write_text(f"import sys, time, os\n{body}\n", encoding="utf-8")
        if os.name == "nt":
            starter = tmp_path / "fake.bat"
            starter.write_text(f'@"{sys.executable}" "{script}" %*\n', encoding="ascii")
        else:
            starter = tmp_path / "fake"
            starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
            starter.chmod(starter.stat().st_mode | stat.S_IXUSR)
        return str(starter)

    return make


@needs_tesseract
def test_a_printed_page_is_read() -> None:
    """Name, address and phone of a printed form come out as lines of the page, without spaces between kanji."""
    (segment,) = ocr(pgm(page()))
    assert isinstance(segment, TextSegment)
    found = {d.entity_type: str(segment.place(d.start)) for d in Scanner().detector.text(segment)}
    assert {"PERSON", "JP_ADDRESS", "PHONE_NUMBER"} <= set(found)
    assert all(place.startswith("page=3;line=") for place in found.values())


@needs_tesseract
def test_scanned_pdf_and_picture_in_a_scan(tmp_path: Path) -> None:
    """A PDF of pictures is read to its end and no page is `no-text` any more; without the setting all is as before."""
    folder = tmp_path / "in"
    folder.mkdir()
    page().save(
        folder / "申込書.pdf", resolution=150, save_all=True, append_images=[page(("備考", "携帯：080-1111-2222"))]
    )
    url = f"sqlite:///{(tmp_path / 'i.db').as_posix()}"

    def scan(**plugin: object) -> tuple[State, str, set[str]]:
        Scanner(settings=Settings(inventory=url, jobs=1, plugin=plugin)).scan(folder)
        with Inventory.open(url) as store:
            (asset,) = store.assets()
            return asset.state, asset.reason, {f.locator.get("page") for f in store.findings()}

    assert scan() == (State.PARTIAL, "no-text", set())
    assert scan(ocr={"enabled": True}) == (State.SCANNED, "", {"1", "2"})


@needs_tesseract
def test_unknown_languages_are_missing_data() -> None:
    """Data that is not installed is told as that."""
    assert codes(ocr(pgm(page()), languages="xyz")) == ["ocr-missing"]


@needs_tesseract
def test_what_is_no_picture_is_a_failed_page() -> None:
    """Bytes that Tesseract does not take cost their page only."""
    assert codes(ocr(b"not a picture")) == ["ocr-failed"]


def test_without_the_program() -> None:
    """A missing program is a problem of every page, told with what is missing."""
    assert codes(ocr(pgm(Image.new("L", (400, 400), 255)), program="no-such-tesseract")) == ["ocr-missing"]


def test_a_stuck_program_is_ended(program, tmp_path: Path) -> None:
    """A page that takes too long is ended from outside, and the program is gone."""
    mark = tmp_path / "pid"
    stuck = program(f"open({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    assert codes(ocr(pgm(Image.new("L", (400, 400), 255)), program=stuck, page_seconds=3)) == ["ocr-failed"]
    if os.name != "nt":
        for _ in range(100):
            if not Path(f"/proc/{mark.read_text()}").exists():
                break
            time.sleep(0.1)
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


def test_one_thread_for_each_page(program) -> None:
    """Tesseract is told not to start threads of its own."""
    shows = program("print(os.environ.get('OMP_THREAD_LIMIT'), sys.argv[1:])")
    (segment,) = ocr(pgm(Image.new("L", (400, 400), 255)), program=shows)
    assert segment.text == "1 ['stdin', 'stdout', '-l', 'jpn+eng', '--psm', '3']"


def test_pages_of_an_item_are_limited(program) -> None:
    """After so many pages of one item, or so much time, the rest are problems; the next item has its own."""
    engine = TesseractOcr(OcrOptions(enabled=True, program=program("print('text')"), item_pages=2))
    small, one = pgm(Image.new("L", (400, 400), 255)), context()
    assert [codes(ocr(small, one, engine)) for _ in range(3)] == [[], [], ["limit-ocr"]]
    assert codes(ocr(small, context(), engine)) == []


def test_time_of_a_run_is_limited(program) -> None:
    """When the time of the run is used up, further pages say so, and the code is one that the next run tries again."""
    from piiscan.problems import PROBLEMS

    engine = TesseractOcr(OcrOptions(enabled=True, program=program("time.sleep(0.2)"), run_seconds=0.1))
    small = pgm(Image.new("L", (400, 400), 255))
    assert codes(ocr(small, context(), engine)) == []
    assert codes(ocr(small, context(), engine)) == ["limit-ocr-run"]
    assert PROBLEMS["limit-ocr-run"].retry
    assert not PROBLEMS["limit-ocr"].retry


def test_the_end_of_the_items_time_is_kept(program) -> None:
    """A page gets no more than what is left of the item's time, and none when that is over."""
    stuck = program("time.sleep(600)")
    small = pgm(Image.new("L", (400, 400), 255))
    assert codes(ocr(small, context(Limits(item_seconds=3)), program=stuck)) == ["ocr-failed"]
    assert codes(ocr(small, context(Limits(item_seconds=0.5)), program=stuck)) == ["limit-ocr"]


def test_icons_are_not_asked_for(program) -> None:
    """Pictures smaller than a line of print cost nothing."""
    within = context()
    assert ocr(pgm(Image.new("L", (400, 90), 255)), within, program=program("raise SystemExit(1)")) == []
    assert within.budget.ocr_pages == 0


def test_spaces_between_kanji_go() -> None:
    """Tesseract's spaces between Japanese characters are dropped; those between words and figures stay."""
    (segment,) = segments("氏 名 ： 山 田 太 郎\nTaro Yamada 090 1234\n\f", Locator.of(page=1))
    assert segment.text == "氏名：山田太郎\nTaro Yamada 090 1234"


def test_no_text_of_a_page_in_messages(program) -> None:
    """What the program writes on its error channel is not passed on: it may quote the page."""
    leaks = program("sys.stderr.write('カナリア山田'); raise SystemExit(3)")
    (problem,) = ocr(pgm(Image.new("L", (400, 400), 255)), program=leaks)
    assert "カナリア" not in repr(problem)
    assert problem.detail == "exit code 3"
