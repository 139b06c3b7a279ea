"""What stands in the metadata of pictures comes out, in the encoding it was written in, with the tag it was in."""

from __future__ import annotations

import struct
import zlib

import pytest
from image_samples import detector, jpeg, read, saved, scene
from PIL import Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from piiscan.model import Problem, TextSegment
from piiscan_images import exif, iptc

NAME = "山田太郎"


def texts(readings: list, tag: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reading in readings:
        if isinstance(reading, TextSegment) and reading.locator.get("tag"):
            found.setdefault(reading.locator.get("tag"), []).append(reading.text)
    return found


def kinds(readings: list) -> dict[str, list[str]]:
    """Entity types by tag, as the default profile reports them."""
    found: dict[str, list[str]] = {}
    for reading in readings:
        if isinstance(reading, TextSegment):
            for detection in detector().text(reading):
                found.setdefault(detection.entity_type, []).append(str(reading.place(detection.start)))
    return found


def with_exif(tags: dict[int, object], inner: dict[int, object] | None = None, gps: dict | None = None) -> Image.Exif:
    block = Image.Exif()
    for number, value in tags.items():
        block[number] = value
    if inner:
        block[exif.EXIF_IFD] = inner
    if gps:
        block[exif.GPS_IFD] = gps
    return block


def rational(*numbers: float) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(int(n * 10_000), 10_000) for n in numbers)


GPS = {1: "N", 2: rational(35, 40, 52.4256), 3: "E", 4: rational(139, 46, 1.65)}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_japanese_in_ascii_tags(encoding: str) -> None:
    """EXIF says ASCII, programs write UTF-8 or Shift_JIS: the text is read as what it is."""
    text = f"撮影者は{NAME}です。連絡先は店長まで"
    block = with_exif({0x013B: NAME.encode(encoding), 0x010E: text.encode(encoding)})
    found = texts(read(jpeg(scene(), exif=block)))
    assert found["Exif.Artist"] == [NAME]
    assert found["Exif.ImageDescription"] == [text]


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_position_owner_and_serial_in_every_container(fmt: str) -> None:
    """GPS, the owner's name and the serial of the body are found in all formats that hold EXIF."""
    if fmt == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    inner = {0xA430: NAME.encode(), 0xA431: "4093281", 0xA435: "00000000"}
    data = saved(scene(320, 240).convert("RGB"), fmt, exif=with_exif({0x010F: "Maker"}, inner, GPS).tobytes())
    readings = read(data, f"a.{fmt.lower()}")
    assert [r for r in readings if isinstance(r, Problem)] == []
    assert texts(readings)["Exif.GPS"] == ["35.681229,139.767125"]
    found = kinds(readings)
    assert found["GEO_LOCATION"] == ["tag=Exif.GPS"]
    assert found["DEVICE_ID"] == ["tag=Exif.BodySerialNumber"]
    assert found.get("PERSON", []) + found.get("IMAGE_PERSON_METADATA", []) == ["tag=Exif.CameraOwnerName"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"ASCII\0\0\0" + b"plain words", "plain words"),
        (b"UNICODE\0" + NAME.encode("utf-16-le"), NAME),
        (b"UNICODE\0" + NAME.encode("utf-16-be"), NAME),
        (b"UNICODE\0" + "\ufeff".encode("utf-16-le") + NAME.encode("utf-16-le"), NAME),
        (b"JIS\0\0\0\0\0" + NAME.encode("iso2022_jp"), NAME),
        (b"JIS\0\0\0\0\0" + NAME.encode("iso2022_jp")[3:-3], NAME),
        (b"\0\0\0\0\0\0\0\0" + f"{NAME}の写真、四月".encode("cp932"), f"{NAME}の写真、四月"),
        (f"{NAME}の写真、四月".encode(), f"{NAME}の写真、四月"),
        (b"ASCII\0\0\0" + b"\0" * 64, ""),
    ],
)
def test_user_comments_by_their_charset(written: bytes, expected: str) -> None:
    """The comment is read by the charset before it, or by its bytes where that is empty, wrong or missing."""
    assert exif.user_comment(written) == expected


def test_tags_of_windows() -> None:
    """XPAuthor and its companions are UTF-16; authors stand behind semicolons."""
    block = with_exif({0x9C9D: f"{NAME};佐藤花子\0".encode("utf-16-le"), 0x9C9C: "お客様の写真\0".encode("utf-16-le")})
    found = texts(read(jpeg(scene(), exif=block)))
    assert found["Exif.XPAuthor"] == [NAME, "佐藤花子"]
    assert found["Exif.XPComment"] == ["お客様の写真"]


@pytest.mark.parametrize(
    "position",
    [
        {1: "N", 2: rational(0, 0, 0), 3: "E", 4: rational(0, 0, 0)},
        {1: "N", 2: rational(95, 0, 0), 3: "E", 4: rational(10, 0, 0)},
        {2: "x", 4: None},
    ],
)
def test_positions_that_are_none(position: dict) -> None:
    """The zero of a receiver without a fix, degrees beyond the pole, and rubbish are no position."""
    assert list(exif._position(position)) == []


def test_artists_that_are_no_person() -> None:
    """Companies, addresses of pages and phrases in the artist tag name nobody; the text is judged like any other."""
    for artist in ("株式会社サンプル写真", "www.example.com", "OLYMPUS DIGITAL CAMERA", "© 2020 Example"):
        assert "IMAGE_PERSON_METADATA" not in kinds(read(jpeg(scene(), exif=with_exif({0x013B: artist.encode()}))))


def dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def photoshop(data: bytes) -> bytes:
    size = len(data)
    return b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", size) + data + b"\0" * (size % 2)


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more application segment behind the start of the image."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


@pytest.mark.parametrize(("charset", "encoding"), [(b"\x1b%G", "utf-8"), (b"", "cp932"), (b"\x1b$B", "iso2022_jp")])
def test_iptc_in_its_charset(charset: bytes, encoding: str) -> None:
    """By-line and caption come out in the charset the envelope names, or the one they are in."""
    caption = "開店セールのお客様、中央が山田さん"
    records = dataset(1, 90, charset) if charset else b""
    records += dataset(2, 80, NAME.encode(encoding)) + dataset(2, 120, caption.encode(encoding))
    found = texts(read(with_segment(jpeg(scene()), 0xED, photoshop(records))))
    assert found["Iptc.Byline"] == [NAME]
    assert found["Iptc.Caption"] == [caption]


def test_iptc_that_lies_about_its_length() -> None:
    """A record longer than the block gives what is there."""
    records = dataset(2, 80, b"Hanako Sato")[:-3]
    assert [f.text for f in iptc.facts(records)] == ["Hanako S"]


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="35,40.8737N"
 exif:GPSLongitude="139,46.0275E" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" aux:SerialNumber="0612345">
<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>鈴木一郎</rdf:li><rdf:li>田中みのり</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
<rdf:li><rdf:Description mwg-rs:Name="高橋さくら" mwg-rs:Type="Face"/></rdf:li>
<rdf:li><rdf:Description mwg-rs:Name="ポチ" mwg-rs:Type="Pet"/></rdf:li>
<rdf:li rdf:parseType="Resource"><mwg-rs:Name>伊藤次郎</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>
</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li MPReg:Rectangle="0.1,0.1,0.2,0.2" MPReg:PersonDisplayName="渡辺陽子"/></rdf:Bag>
</MPRI:Regions></MP:RegionInfo>
<Iptc4xmpCore:CreatorContactInfo Iptc4xmpCore:CiEmailWork="photo@example.co.jp" Iptc4xmpCore:CiTelWork="090-1234-5678"
 Iptc4xmpCore:CiAdrExtadr="東京都千代田区丸の内1-1-1"/>
<dc:creator><rdf:Seq><rdf:li>中村健</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_persons_and_contacts_in_xmp(fmt: str) -> None:
    """Persons shown, names beside faces (not pets), the creator's contact, position and serial, in every container."""
    options = {"xmp": XMP.encode()}
    if fmt == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP)
        options = {"pnginfo": info}
    elif fmt == "TIFF":
        options = {"tiffinfo": {700: XMP.encode()}}
    readings = read(saved(scene(320, 240), fmt, **options), f"a.{fmt.lower()}")
    found = texts(readings)
    assert found["Xmp.PersonInImage"] == ["鈴木一郎", "田中みのり"]
    assert found["Xmp.Name"] == ["高橋さくら", "伊藤次郎"]
    assert found["Xmp.PersonDisplayName"] == ["渡辺陽子"]
    assert found["Xmp.GPS"] == ["35.681228,139.767125"]
    reported = kinds(readings)
    assert len(reported["IMAGE_PERSON_METADATA"]) + len(reported.get("PERSON", [])) == 6
    assert "ポチ" not in [r.text for r in readings if isinstance(r, TextSegment) and r.known]
    assert {"EMAIL_ADDRESS", "PHONE_NUMBER", "JP_ADDRESS", "DEVICE_ID", "GEO_LOCATION"} <= set(reported)


def test_xmp_in_two_parts() -> None:
    """A packet too long for one segment goes on in others, in whatever order they stand."""
    packet = XMP.encode()
    head, guid = b"http://ns.adobe.com/xmp/extension/\0", b"A" * 32
    data = jpeg(scene())
    for start in (0, 700, 1400):
        part = packet[start:] if start == 1400 else packet[start : start + 700]
        data = with_segment(data, 0xE1, head + guid + struct.pack(">II", len(packet), start) + part)
    assert texts(read(data))["Xmp.PersonInImage"] == ["鈴木一郎", "田中みのり"]


def test_xmp_opens_nothing_and_expands_nothing(tmp_path) -> None:
    """Entities of a packet, inside or outside, stay what they are: no file is read, no text blown up."""
    secret = tmp_path / "secret.txt"
    secret.write_text("外部の秘密", encoding="utf-8")
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x"}">' for n in range(12))
    packet = f'<!DOCTYPE r [<!ENTITY out SYSTEM "{secret.as_uri()}">{bomb}]>' + XMP.replace("中村健", "&out;&a11;")
    found = texts(read(jpeg(scene(), xmp=packet.encode())))
    assert "外部の秘密" not in str(found)
    assert max(len(text) for group in found.values() for text in group) < 1000


def test_text_chunks_of_png() -> None:
    """Plain, compressed and international chunks come out, also behind the picture; so do profiles written as hex digits."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", NAME.encode("utf-8").decode("latin-1"))
    info.add_text("Comment", "zipped words", zip=True)
    info.add_itxt("Description", "お客様の写真", zip=True)
    iim = dataset(2, 80, NAME.encode())
    info.add_text("Raw profile type iptc", f"\niptc\n{len(iim):8}\n{iim.hex()}\n", zip=True)
    data = saved(scene(), "PNG", pnginfo=info)
    late = b"tEXt" + b"Title\0after the picture"
    chunk = struct.pack(">I", len(late) - 4) + late + struct.pack(">I", zlib.crc32(late))
    end = data.rindex(b"IEND") - 4
    found = texts(read(data[:end] + chunk + data[end:], "a.png"))
    assert found["Text.Author"] == [NAME]
    assert found["Text.Comment"] == ["zipped words"]
    assert found["Text.Description"] == ["お客様の写真"]
    assert found["Text.Title"] == ["after the picture"]
    assert found["Iptc.Byline"] == [NAME]


def test_comments_of_jpeg_and_gif() -> None:
    """The comment segment is read."""
    assert texts(read(jpeg(scene(), comment=f"{NAME}様".encode("cp932"))))["Text.Comment"] == [f"{NAME}様"]
    gif = saved(scene(), "GIF", comment="090-1234-5678")
    assert "PHONE_NUMBER" in kinds(read(gif, "a.gif"))


def test_real_pictures_give_what_their_makers_wrote(corpus) -> None:
    """The IPTC reference picture and one with a camera's serial and owner, written by other programs than ours."""
    (reference,) = corpus("metadata-extractor-images/Canon_EOS_7D.jpg") or [None]
    found = kinds(read(reference.read_bytes(), reference.name))
    assert found["DEVICE_ID"]
    assert "tag=Xmp.OwnerName" in found["IMAGE_PERSON_METADATA"]
    assert found["EMAIL_ADDRESS"]
