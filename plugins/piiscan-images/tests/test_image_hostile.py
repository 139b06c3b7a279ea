"""Pictures that are damaged, huge, or made to hurt: a problem, nothing lost, and no value anywhere it should not be."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from pathlib import Path

import pytest
from image_samples import jpeg, read, saved, scene
from PIL import Image, PngImagePlugin

from piiscan import Scanner, Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Problem, State, TextSegment
from piiscan.reports.html import HtmlReport

CANARY = "カナリア山田太郎"


def codes(readings: list) -> set[str]:
    return {r.code for r in readings if isinstance(r, Problem)}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int, comment: str = "") -> bytes:
    """A PNG of a few bytes that unfolds to gigabytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"Comment\0" + comment.encode()) if comment else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + text
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_not_unfolded() -> None:
    """Pixels beyond the limit are not decoded, the problem says how many, and the metadata is read all the same."""
    readings = read(bomb(60_000, 60_000, "電話 090-1234-5678"), "a.png")
    (problem,) = [r for r in readings if isinstance(r, Problem)]
    assert (problem.code, problem.detail) == ("limit-bytes", "60000 x 60000 pixels")
    assert "電話 090-1234-5678" in [r.text for r in readings if isinstance(r, TextSegment)]


def test_the_limit_of_pixels_is_a_setting() -> None:
    """A smaller limit holds for every picture; without pixels there is nothing to decode."""
    assert codes(read(saved(scene(800, 600), "PNG"), "a.png", max_pixels=400_000)) == {"limit-bytes"}
    assert codes(read(saved(scene(800, 600), "PNG"), "a.png", max_pixels=480_000)) == set()


def test_large_jpegs_are_decoded_coarser() -> None:
    """A JPEG may be larger than the limit as long as what is kept of it is not."""
    data = jpeg(scene(4800, 3200))
    assert codes(read(data, max_pixels=4_000_000)) == set()
    assert codes(read(data, max_pixels=1_000_000)) == {"limit-bytes"}


def test_compressed_text_that_unfolds_is_cut() -> None:
    """A text chunk of a hundred megabytes is read as far as four."""
    packed = zlib.compress(b"x" * 100_000_000, 9)
    data = saved(scene(), "PNG")
    at = data.index(b"IDAT") - 4
    started = time.process_time()
    readings = read(data[:at] + chunk(b"zTXt", b"Comment\0\0" + packed) + data[at:], "a.png")
    assert sum(len(r.text) for r in readings if isinstance(r, TextSegment)) <= 4 * 1024**2
    assert (
        time.process_time() - started < 60
    )  # unfolding all of it a hundred times would take longer; no measure of speed


def test_directories_in_a_circle() -> None:
    """EXIF whose directories point at themselves and each other ends."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    gps = struct.pack("<HHII", 0x8825, 4, 1, 8)
    ifd = struct.pack("<H", 2) + entry + gps + struct.pack("<I", 8)
    body = b"Exif\0\0II*\0" + struct.pack("<I", 8) + ifd
    data = jpeg(scene())
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    assert codes(read(data)) <= {"part-unreadable"}


def test_a_tiff_whose_pages_go_in_a_circle() -> None:
    """The next page of the last page is the first: every page once, then an end."""
    data = bytearray(saved(scene(100, 100), "TIFF"))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    assert codes(read(bytes(data), "a.tif")) <= {"part-unreadable", "damaged"}


def test_values_that_lie_about_their_place() -> None:
    """Offsets and counts beyond the file give the other tags."""
    rng = random.Random(5)
    block = Image.Exif()
    block[0x013B] = "Hanako Sato"
    block[0x010E] = "x" * 100
    good = block.tobytes()
    for _ in range(60):
        broken = bytearray(good)
        for _ in range(3):
            broken[rng.randrange(6, len(broken))] = rng.randrange(256)
        assert codes(read(jpeg(scene(64, 64), exif=bytes(broken)))) <= {"part-unreadable"}


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_cut_files_say_so(fmt: str) -> None:
    """A picture that ends in the middle is never clean."""
    data = saved(scene(), fmt)
    assert codes(read(data, f"a.{fmt.lower()}")) == set()
    assert codes(read(data[: len(data) * 2 // 3], f"a.{fmt.lower()}")) & {"truncated", "damaged", "part-unreadable"}


def test_formats_nobody_decodes() -> None:
    """A metafile is a format that is not read, not a damaged one."""
    wmf = b"\xd7\xcd\xc6\x9a" + bytes(100)
    assert codes(read(wmf, "a.wmf")) == {"unsupported-format"}


def test_no_value_gets_out(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """What stands in metadata is neither in the inventory nor in a log, and markup in it is nowhere."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Author", CANARY)
    info.add_itxt("Comment", f"<script>alert('{CANARY}')</script> 090-1234-5678")
    info.add_itxt("XML:com.adobe.xmp", f"<x><unclosed attr='{CANARY}'>")
    folder = tmp_path / "in"
    folder.mkdir()
    scene().save(folder / "a.png", pnginfo=info)
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:900])
    block = Image.Exif()
    block[0x013B] = CANARY.encode()
    (folder / "b.jpg").write_bytes(jpeg(scene(), exif=block)[:-500])
    url = f"sqlite:///{(tmp_path / 'i.db').as_posix()}"
    with caplog.at_level(0):
        Scanner(settings=Settings(inventory=url, jobs=1, plugin={"images": {"faces": True}})).scan(folder)
    out = io.BytesIO()
    with Inventory.open(url) as store:
        states = {a.name: a.state for a in store.assets()}
        assert sum(1 for _ in store.findings()) > 0
        HtmlReport().write(store, out)
    assert states["a.png"] is State.SCANNED
    assert states["cut.png"] in {State.FAILED, State.PARTIAL}
    assert states["b.jpg"] in {State.FAILED, State.PARTIAL}
    shown = capfd.readouterr()
    for text in ((tmp_path / "i.db").read_bytes(), out.getvalue(), (caplog.text + shown.out + shown.err).encode()):
        assert CANARY.encode() not in text
        assert b"<script>alert" not in text


def test_every_real_picture_ends_in_a_known_way(corpus) -> None:
    """All collected pictures, whole and damaged, give readings and known problems."""
    paths = [
        p
        for pattern in (
            "exif-samples/*",
            "metadata-extractor-images/*.jpg",
            "metadata-extractor-images/*.png",
            "tika/*.heic",
        )
        for p in corpus(pattern)
    ]
    paths = [p for p in paths if p.suffix.lower() in {".jpg", ".png", ".tiff", ".heic"}]
    assert len(paths) > 20
    for path in paths:
        readings = read(path.read_bytes(), path.name)
        assert readings, path.name
        assert codes(readings) <= {"truncated", "damaged", "part-unreadable"}, path.name
