"""The contracts of readers and reports, and the worklist of photos."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from image_samples import jpeg, qr, saved
from PIL import Image, PngImagePlugin

from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Severity, State
from piiscan.testing import ReaderSuite, ReportSuite
from piiscan_images.photos import PhotosCsv, PhotosXlsx
from piiscan_images.reader import ImageReader


class TestJpeg(ReaderSuite):
    expected = ("山田太郎", "https://a.example.jp/")
    name = "a.jpg"
    media_type = "image/jpeg"

    @pytest.fixture
    def reader(self) -> ImageReader:
        return ImageReader()

    @pytest.fixture
    def sample(self) -> bytes:
        block = Image.Exif()
        block[0x013B] = "山田太郎".encode()
        return jpeg(qr("https://a.example.jp/"), exif=block)


class TestPng(TestJpeg):
    name = "a.png"
    media_type = "image/png"

    @pytest.fixture
    def sample(self) -> bytes:
        info = PngImagePlugin.PngInfo()
        info.add_itxt("Author", "山田太郎", zip=True)
        return saved(qr("https://a.example.jp/"), "PNG", pnginfo=info)


class TestPhotosCsv(ReportSuite):
    @pytest.fixture
    def report(self) -> PhotosCsv:
        return PhotosCsv()


class TestPhotosXlsx(ReportSuite):
    @pytest.fixture
    def report(self) -> PhotosXlsx:
        return PhotosXlsx()


def result(name: str, attributes: dict[str, str], found: dict[str, int], parent: str | None = None) -> ItemResult:
    findings = tuple(
        Finding(
            entity_type=kind, category="pi", severity=Severity.MEDIUM, confidence=0.75, locator=Locator.of(n=n), count=1,
            mask="", rule="r", recognizer="images",
        )
        for kind, count in found.items()
        for n in range(count)
    )  # fmt: skip
    item = Item(
        uri=f"cms://site/{name}", source="お店のサイト", name=name, change_token="1", attributes=attributes, parent=parent,
        modified=datetime(2026, 4, 1, tzinfo=UTC),
    )  # fmt: skip
    return ItemResult(item=item, state=State.SCANNED, findings=findings, media_type="image/jpeg")


@pytest.fixture
def site(tmp_path: Path) -> Inventory:
    """A site with published and unpublished pictures, as a CMS source describes them."""
    store = Inventory.open(f"sqlite:///{(tmp_path / 'site.db').as_posix()}")
    run = store.begin_run(["site"], "default", "settings", "key", {}, full=False)
    shown = {
        "media.public": "true",
        "media.used_on": "https://s.example.jp/sale https://s.example.jp/",
        "media.uploaded": "2026-03-01T09:00:00",
    }
    results = [
        result(
            "sale.jpg",
            {**shown, "image.faces": "3", "media.public_since": "2026-03-05", "media.uses": "40"},
            {"FACE_IMAGE": 3, "GEO_LOCATION": 1},
        ),
        result(
            "named.jpg",
            {"public": "true", "used_on": json.dumps(["https://s.example.jp/staff"])},
            {"IMAGE_PERSON_METADATA": 2},
        ),
        result("draft.jpg", {"media.public": "false", "image.faces": "1"}, {"FACE_IMAGE": 1}),
        result("unknown.jpg", {"image.faces": "1"}, {"FACE_IMAGE": 1}),
        result("goods.jpg", {**shown, "image.faces": "0"}, {}),
        result("集合写真.jpg", {**shown}, {}),
        result("=cmd|calc.jpg", {**shown, "image.faces": "1"}, {"FACE_IMAGE": 1}),
        result(
            "sale-300x200.jpg",
            {**shown, "image.faces": "2", "cms.version_of": "cms://site/sale.jpg"},
            {"FACE_IMAGE": 2},
        ),
        result("logo.jpg", {**shown}, {"CREDIT_CARD": 1}),
    ]
    store.save(run.id, results, "settings")
    counters, members = store.counters(run.id)
    store.finish_run(run.id, "done", counters, members)
    return store


def rows(site: Inventory) -> list[dict[str, str]]:
    out = io.BytesIO()
    with site:
        PhotosCsv().write(site, out)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def test_the_worklist_names_what_shows_or_names_people(site: Inventory) -> None:
    """Published ones first, most people first; goods without people and scaled versions are not in it; consent is left to be filled in."""
    found = rows(site)
    assert [row["画像"] for row in found] == [
        "sale.jpg", "'=cmd|calc.jpg", "named.jpg", "集合写真.jpg", "unknown.jpg", "draft.jpg"
    ]  # fmt: skip
    first = found[0]
    assert (first["公開"], first["顔の数"], first["顔の確度"], first["掲載開始"], first["位置情報"]) == (
        "公開中",
        "3",
        "0.75",
        "2026-03-05",
        "1",
    )
    assert first["掲載ページ"].split("\n") == ["https://s.example.jp/sale", "https://s.example.jp/", "ほか38ページ"]
    assert {row["同意の状態"] for row in found} == {""}
    named = found[2]
    assert (named["顔の数"], named["人物名の記録"], named["掲載ページ"]) == (
        "未計測",
        "2",
        "https://s.example.jp/staff",
    )
    assert (found[3]["手がかり"], found[3]["掲載開始"]) == ("集合写真", "2026-03-01")
    assert [row["公開"] for row in found[4:]] == ["不明", "非公開"]


def test_the_workbook_has_the_same_rows(site: Inventory) -> None:
    """Two sheets and an explanation, no formula, a choice of states to fill in."""
    out = io.BytesIO()
    with site:
        PhotosXlsx().write(site, out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["公開中の写真", "公開されていない・不明", "このリストについて"]
    public = book["公開中の写真"]
    header = [cell.value for cell in public[1]]
    names = [row[header.index("画像")].value for row in public.iter_rows(min_row=2)]
    assert names == ["sale.jpg", "=cmd|calc.jpg", "named.jpg", "集合写真.jpg"]
    assert all(cell.data_type != "f" for row in public.iter_rows() for cell in row)
    assert "同意あり" in public.data_validations.dataValidation[0].formula1


def test_a_picture_inside_an_item_of_the_site(tmp_path: Path) -> None:
    """A thumbnail inside a published picture is published as well."""
    store = Inventory.open(f"sqlite:///{(tmp_path / 'm.db').as_posix()}")
    run = store.begin_run(["site"], "default", "settings", "key", {}, full=False)
    outer = result("a.jpg", {"media.public": "true", "media.used_on": "https://s.example.jp/"}, {})
    inner = result("a.jpg!/thumbnail.jpg", {"image.faces": "1"}, {"FACE_IMAGE": 1}, parent=outer.item.uri)
    store.save(run.id, [outer, inner], "settings")
    counters, members = store.counters(run.id)
    store.finish_run(run.id, "done", counters, members)
    (row,) = rows(store)
    assert (row["公開"], row["掲載ページ"]) == ("公開中", "https://s.example.jp/")
