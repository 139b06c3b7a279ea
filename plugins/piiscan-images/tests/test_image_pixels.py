"""What pictures show: thumbnails of something else, faces, identity documents, pages of text."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import piexif
import pytest
from image_samples import detector, drawn_face, jpeg, qr, read, saved, scene
from PIL import Image, ImageDraw, ImageFilter

from piiscan.content import BytesContent
from piiscan.limits import Budget, Limits
from piiscan.model import Attribute, Embedded, Item, Locator, Problem, Reading, TextSegment
from piiscan.protocols import ReadContext
from piiscan_images import exif
from piiscan_images.documents import looks_like
from piiscan_images.faces import Face
from piiscan_images.metadata import parsed_exif
from piiscan_images.options import ImageOptions
from piiscan_images.reader import ImageReader


def with_thumbnail(picture: Image.Image, thumbnail: Image.Image, orientation: int = 1) -> bytes:
    small = thumbnail.copy()
    small.thumbnail((160, 160))
    block = piexif.dump({"0th": {0x0112: orientation}, "1st": {}, "thumbnail": jpeg(small, quality=85)})
    return jpeg(picture, exif=block, quality=90)


def stale(data: bytes) -> list[str]:
    with Image.open(io.BytesIO(data)) as picture:
        block = picture.info["exif"]
    assert exif.thumbnail(parsed_exif(block), block.removeprefix(b"Exif\0\0")), "the picture has a thumbnail"
    return [c.evidence[0] for c in _known(read(data), "IMAGE_UNCROPPED_THUMBNAIL")]


def _known(readings: list[Reading], kind: str) -> list:
    return [c for r in readings if isinstance(r, TextSegment) for c in r.known if c.entity_type == kind]


def bars(picture: Image.Image) -> Image.Image:
    """As cameras do it: 160 x 120 with black bars."""
    small = picture.copy()
    small.thumbnail((160, 120))
    ground = Image.new("L", (160, 120), 0)
    ground.paste(small, ((160 - small.width) // 2, (120 - small.height) // 2))
    return ground


def blurred(picture: Image.Image) -> Image.Image:
    """With one part painted over, as a face is."""
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle((40, 40, 240, 300), fill=128)
    return copy


def test_thumbnails_that_show_the_same() -> None:
    """The thumbnail of the picture itself, with bars or without, in any compression, is no finding."""
    for size in ((960, 640), (800, 600), (960, 540), (640, 960)):
        picture = scene(*size)
        assert stale(with_thumbnail(picture, picture)) == []
        assert stale(with_thumbnail(picture, bars(picture))) == []


def test_a_turned_picture_has_a_turned_thumbnail() -> None:
    """Cameras store both as the sensor saw it; a program may turn one of them: neither is a finding."""
    picture = scene()
    assert stale(with_thumbnail(picture, picture, orientation=6)) == []
    assert stale(with_thumbnail(picture.rotate(90, expand=True), picture)) == []


def test_a_cropped_picture() -> None:
    """A thumbnail of another shape still shows what was cut off; it is a picture of its own to look into."""
    readings = read(with_thumbnail(scene().crop((0, 0, 500, 640)), scene()))
    (candidate,) = _known(readings, "IMAGE_UNCROPPED_THUMBNAIL")
    assert candidate.evidence == ("cropped",)
    (member,) = [r for r in readings if isinstance(r, Embedded)]
    with Image.open(member.content.open()) as thumbnail:
        assert thumbnail.size == (160, 107)


def test_an_edited_picture() -> None:
    """A thumbnail without the paint over a face, or of another picture of the same shape, is a finding."""
    picture = scene()
    assert stale(with_thumbnail(blurred(picture), picture)) == ["edited"]
    assert stale(with_thumbnail(picture, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))) == ["edited"]


def test_a_blurred_part() -> None:
    """Blur keeps the brightness of a part; that its lines are gone shows all the same."""
    picture = scene()
    draw = ImageDraw.Draw(picture)
    for n in range(40):
        draw.line((500 + 9 * n, 60, 860 - 9 * n, 300), fill=255 if n % 2 else 0, width=5)
    gone = picture.copy()
    box = (490, 50, 870, 310)
    gone.paste(picture.crop(box).filter(ImageFilter.GaussianBlur(25)), box[:2])
    assert stale(with_thumbnail(gone, picture)) == ["edited"]
    assert stale(with_thumbnail(picture, picture)) == []


def test_brightness_is_no_edit() -> None:
    """A picture made lighter or with more contrast shows the same as before."""
    picture = scene()
    assert stale(with_thumbnail(picture.point(lambda v: min(255, 30 + v * 0.8)), picture)) == []


def test_thumbnails_of_real_pictures(corpus) -> None:
    """Of the collected pictures straight from cameras, with thumbnails by many makers, none is called cropped or edited."""
    names = ("Canon_PowerShot_S40", "DSCN0042", "FujiFilm_DX-10", "Kodak_DC240", "Olympus_PEN_E-P3", "Issue_80")
    found = [p for name in names for p in corpus(f"*/{name}.jpg")]
    assert len(found) == len(names)
    assert {p.name: stale(p.read_bytes()) for p in found} == {p.name: [] for p in found}


def test_thumbnails_can_be_left_alone() -> None:
    """The comparison is a setting."""
    data = with_thumbnail(scene().crop((0, 0, 500, 640)), scene())
    assert _known(read(data, thumbnails=False), "IMAGE_UNCROPPED_THUMBNAIL") == []


def test_faces_are_counted_on_request_only() -> None:
    """Two drawn faces are two findings with a place and no value; without the setting nobody looks, and nothing says zero."""
    ground = Image.new("L", (1280, 960), 140)
    ground.paste(drawn_face(), (100, 100))
    ground.paste(drawn_face(), (700, 300))
    data = jpeg(ground)
    readings = read(data, faces=True)
    assert [c.score >= 0.5 for c in _known(readings, "FACE_IMAGE")] == [True, True]
    assert ("image.faces", "2") in [(r.key, r.value) for r in readings if isinstance(r, Attribute)]
    without = read(data)
    assert _known(without, "FACE_IMAGE") == []
    assert "image.faces" not in [r.key for r in without if isinstance(r, Attribute)]


def test_a_picture_without_faces_says_zero() -> None:
    """Zero faces is something else than not counted."""
    readings = read(jpeg(scene()), faces=True)
    assert ("image.faces", "0") in [(r.key, r.value) for r in readings if isinstance(r, Attribute)]


def test_real_faces(corpus) -> None:
    """Faces of two portraits are found; a form full of lines, which one cascade takes for a face, stays below what is reported."""
    folder, portraits = "metadata-extractor-images", ("9540743374e1fdb273b6a6ca625eb7a3.png", "Canon_EOS_7D.jpg")
    pictures = [p.read_bytes() for name in portraits for p in corpus(f"{folder}/{name}")]
    (fax,) = corpus(f"{folder}/9b286add70871bbbef1601997b429344.tif")
    with Image.open(fax) as form:
        form.seek(3)
        pictures.append(saved(form.convert("L"), "PNG"))
    scores = [[c.score >= 0.5 for c in _known(read(data, codes=False, faces=True), "FACE_IMAGE")] for data in pictures]
    assert scores == [[True], [True], [False]]


CARD, PHOTO = (1011, 638), (4000, 3000)
AT_SIDE, FILLING = Face((650, 250, 850, 600), 0.75), Face((200, 100, 800, 900), 0.75)


@pytest.mark.parametrize(
    ("name", "size", "faces", "text", "low", "high"),
    [
        ("IMG_0001.jpg", PHOTO, [], "", 0, 0),
        ("IMG_0001.jpg", CARD, None, "", 0, 0),
        ("IMG_0001.jpg", CARD, [FILLING], "", 0, 0),
        ("IMG_0001.jpg", CARD, [AT_SIDE], "", 0.3, 0.4),
        ("運転免許証_表.jpg", PHOTO, None, "", 0.5, 0.5),
        ("menkyo_ura.png", CARD, None, "", 0.55, 0.65),
        ("マイナンバーカード.jpg", CARD, [AT_SIDE], "", 0.65, 0.75),
        ("scan001.jpg", PHOTO, None, "氏 名 昭和55年\n東京都公安委員会", 0.55, 0.65),
        ("scan001.jpg", CARD, [AT_SIDE], "運転免許証", 0.8, 0.9),
        ("在留カード.jpg", CARD, [AT_SIDE], "在留カード 国籍・地域", 0.85, 0.95),
        ("パスポートケース.jpg", CARD, None, "", 0, 0),
        ("passport-cover-red.png", (1200, 848), None, "", 0, 0),
        ("運転免許証_記入例.png", CARD, None, "", 0, 0),
        ("免許証アイコン.png", (64, 40), None, "", 0, 0),
    ],
)
def test_identity_documents(name: str, size: tuple, faces: list | None, text: str, low: float, high: float) -> None:
    """One sign is a hint, agreeing ones are more; goods for cards, samples and icons are none."""
    scan = looks_like(name, size, faces, text)
    assert low <= (scan.confidence if scan else 0) <= high


def test_an_identity_document_is_a_finding() -> None:
    """By its name it is reported in the default profile, with nothing of its content."""
    readings = read(jpeg(scene(1011, 638)), "顧客/マイナンバーカード_裏.jpg")
    found = {
        d.entity_type: str(r.place(d.start)) for r in readings if isinstance(r, TextSegment) for d in detector().text(r)
    }
    assert found == {"ID_DOCUMENT_IMAGE": "picture=個人番号カード"}


class Echo:
    """An engine that says what size it was given, and can be used up."""

    name = "echo"

    def __init__(self) -> None:
        self.places: list[Locator] = []

    def read(self, picture: bytes, context: ReadContext, locator: Locator) -> Iterator[Reading]:
        self.places.append(locator)
        kind, width, height, _, pixels = picture.split(maxsplit=4)
        assert kind == b"P5"
        assert len(pixels) <= int(width) * int(height)
        yield TextSegment(text=f"氏名：山田太郎 {width.decode()}x{height.decode()}", locator=locator, first_line=1)


def with_ocr(data: bytes, name: str) -> tuple[list[Reading], Echo]:
    echo = Echo()
    item = Item(uri="test:///a", source="test", name=name)
    from piiscan import sniff

    content = BytesContent(data, name)
    context = ReadContext(item=item, budget=Budget(Limits()), media_type=sniff.media_type_of(content), ocr=echo)
    return list(ImageReader(ImageOptions()).read(content, context)), echo


def test_pictures_go_to_ocr_upright() -> None:
    """Where an engine is switched on, it gets the picture turned by its orientation, and its text is text of the picture."""
    readings, _ = with_ocr(with_thumbnail(scene(), scene(), orientation=6), "a.jpg")
    (segment,) = [r for r in readings if isinstance(r, TextSegment) and r.locator.get("part") == "ocr"]
    assert segment.text == "氏名：山田太郎 640x960"


def test_pages_of_a_fax_go_to_ocr_one_by_one() -> None:
    """A TIFF of three pages is three pages, and codes on any of them are found."""
    pages = [scene(300, 400), qr("https://a.example.jp/"), scene(200, 300)]
    readings, echo = with_ocr(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "fax.tif")
    assert [str(place) for place in echo.places] == [f"page={n};part=ocr" for n in (1, 2, 3)]
    assert any(isinstance(r, TextSegment) and r.locator.get("page") == "2" and r.locator.get("code") for r in readings)


def test_a_fax_whose_second_page_is_broken() -> None:
    """What was read stays, the rest is a problem."""
    pages = [scene(300, 400), scene(300, 400)]
    data = bytearray(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, len(data) + 1000)
    readings, _ = with_ocr(bytes(data), "fax.tif")
    assert any(isinstance(r, TextSegment) for r in readings)
    assert all(isinstance(r, TextSegment | Attribute | Problem) for r in readings)
