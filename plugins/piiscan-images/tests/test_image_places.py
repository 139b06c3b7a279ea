"""Pictures inside other files, and a scan of a folder with all of it."""

from __future__ import annotations

from pathlib import Path

from image_samples import jpeg, scene
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from piiscan import Scanner, Settings
from piiscan.inventory.store import Inventory
from piiscan.model import State


def photo() -> bytes:
    """A JPEG with a position."""
    block = Image.Exif()
    third = (IFDRational(35, 1), IFDRational(40, 1), IFDRational(52, 1))
    block[0x8825] = {1: "N", 2: third, 3: "E", 4: (IFDRational(139, 1), *third[1:])}
    return jpeg(scene(), exif=block.tobytes())


def pdf(*pictures: bytes) -> bytes:
    """A PDF that shows each JPEG on a page of its own, as cameras and scanners put them in: unchanged."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for number, data in enumerate(pictures):
        page, image, content = (3 + 3 * number + k for k in range(3))
        kids.append(b"%d 0 R" % page)
        draw = b"q 200 0 0 200 0 0 cm /I Do Q BT ET"
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>"
            % (content, image),
            b"<</Type/XObject/Subtype/Image/Width 960/Height 640/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream"
            % (len(data), data),
            b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
        ]
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))


def scanned(folder: Path) -> Inventory:
    url = f"sqlite:///{(folder.parent / 'i.db').as_posix()}"
    Scanner(settings=Settings(inventory=url, jobs=1)).scan(folder)
    return Inventory.open(url)


def test_photos_in_a_pdf_keep_their_position(tmp_path: Path) -> None:
    """A photo in a PDF that still has its metadata is a member that is read; one without, and the same again, are not."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "flyer.pdf").write_bytes(pdf(jpeg(scene()), photo(), photo()))
    with scanned(folder) as store:
        found = [(f.entity_type, f.item.rpartition("!/")[2]) for f in store.findings()]
        members = [a.name for a in store.assets() if a.parent]
    assert found == [("GEO_LOCATION", "page2-picture1.jpg")]
    assert members == ["flyer.pdf › page2-picture1.jpg"]


def test_a_pdf_without_such_photos_is_not_searched(tmp_path: Path) -> None:
    """Pictures without metadata make no member."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "plain.pdf").write_bytes(pdf(jpeg(scene())))
    with scanned(folder) as store:
        assert [a.parent for a in store.assets()] == [None]


def test_a_folder_with_pictures_in_an_archive(tmp_path: Path) -> None:
    """Pictures in an archive are read like others, and an unknown picture format is skipped with its reason."""
    import zipfile

    folder = tmp_path / "in"
    folder.mkdir()
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        archive.writestr("店内.jpg", photo())
        archive.writestr("plan.wmf", b"\xd7\xcd\xc6\x9a" + bytes(200))
    with scanned(folder) as store:
        states = {a.name: (a.state, a.reason, dict(a.entities)) for a in store.assets() if a.parent}
    assert states["photos.zip › 店内.jpg"] == (State.SCANNED, "", {"GEO_LOCATION": 1})
    assert states["photos.zip › plan.wmf"] == (State.SKIPPED, "unsupported-format", {})
