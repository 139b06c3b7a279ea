"""The made-up company's other stores: a core system's database, exports in a bucket, pictures of the web shop."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import struct
from base64 import b64decode
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random

from piiscan.demo._model import FIXED_TIME
from piiscan.demo._people import Maker, Person

_PICTURE = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASst"
    "LTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAwAEADASIAAhEBAxEB/8QAFwABAQEBAAAA"
    "AAAAAAAAAAAAAgEEBf/EABYQAAMAAAAAAAAAAAAAAAAAAAABAv/EABgBAQEBAQEAAAAAAAAAAAAAAAIDAQUE/8QAFhEAAwAAAAAAAAAAAAAAAAAAAAEC/9oADAMBAAIR"
    "AxEAPwDlqRKRqRKT0NhmgKRKRqSqQtlpoKkSkSkSkLZaaCpKpGpEpC2WmjMpEpGpEpNbOPNAUiUjUiUhbLTQFIlI1IlIWy00BSJSNSJSFstNGZSJSNSVSa2ceaCpEpEp"
    "EpC2WmgKRKRqRKQtlZoCkSkakSkLZaaP/9k="
)
"""A drawing of 64 x 48 points."""


def make_database(path: Path, seed: int = 1, persons: int = 60) -> None:
    """A SQLite database as a core system has it: customers under romaji column names, points, and a table without anybody."""
    import sqlite3

    path.unlink(missing_ok=True)
    people = Maker(Random(seed + 10)).people(persons)  # noqa: S311 - made-up data
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE TABLE m_kokyaku (kaiin_no TEXT PRIMARY KEY, shimei TEXT, shimei_kana TEXT, yubin TEXT, jusho TEXT, tel TEXT)"
        )
        rows = [(p.member_id, p.name, p.kana, p.zip, p.address, p.phone) for p in people]
        base.executemany("INSERT INTO m_kokyaku VALUES (?, ?, ?, ?, ?, ?)", rows)
        base.execute("CREATE TABLE t_point (kaiin_no TEXT, point INTEGER)")
        base.executemany("INSERT INTO t_point VALUES (?, ?)", [(p.member_id, n * 10) for n, p in enumerate(people)])
        base.execute("CREATE TABLE m_shohin (code TEXT, hinmei TEXT, tanka INTEGER)")
        base.executemany(
            "INSERT INTO m_shohin VALUES (?, ?, ?)", [(f"A{n:04}", f"星柄マグ{n}号", 900 + n) for n in range(50)]
        )


def make_exports(folder: Path, seed: int = 1, persons: int = 40) -> None:
    """A bucket with what a payment service and a newsletter system leave there: gzipped CSV and JSON Lines."""
    people = Maker(Random(seed + 20)).people(persons)  # noqa: S311
    _write(folder / "exports/2024/settlement_202406.csv.gz", gzip.compress(_settlement(people), mtime=0))
    lines = (
        json.dumps({"email": p.email, "name": p.name, "opt_in": n % 3 > 0}, ensure_ascii=False)
        for n, p in enumerate(people)
    )
    _write(folder / "newsletter/配信先 2024.jsonl", ("\n".join(lines) + "\n").encode())
    _write(folder / "exports/README.txt", "決済代行会社からの受領分。確認後に削除すること。\n".encode())


def _settlement(people: Sequence[Person]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("決済番号", "氏名", "電話番号", "金額"))
    writer.writerows((f"P{n:06}", p.name, p.phone, 1000 + n) for n, p in enumerate(people))
    return out.getvalue().encode()


def make_pictures(folder: Path, seed: int = 1) -> None:
    """Pictures of a sale as they came from the camera: place, owner, who is shown; and one without any of it."""
    shown, owner = Maker(Random(seed + 30)).people(2)  # noqa: S311
    _write(folder / "2024/06/夏のセール会場.jpg", _jpeg(_exif(owner.name), _xmp(shown.name)))
    _write(folder / "2024/06/商品.jpg", _PICTURE)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (FIXED_TIME, FIXED_TIME))


def _jpeg(*segments: bytes) -> bytes:
    """The drawing with these APP1 segments."""
    parts = [b"\xff\xe1" + struct.pack(">H", len(s) + 2) + s for s in segments]
    return _PICTURE[:2] + b"".join(parts) + _PICTURE[2:]


def _exif(owner: str) -> bytes:
    """Artist, and a position in the sea off Tokyo (TIFF 6.0, Exif 2.32: IFD0 with tags 013B and 8825, then the GPS IFD)."""
    artist = owner.encode() + b"\0"
    ifd0, after = 8, 8 + 2 + 2 * 12 + 4
    gps_at = after + len(artist) + len(artist) % 2
    entries = struct.pack("<HHLL", 0x013B, 2, len(artist), after) + struct.pack("<HHLL", 0x8825, 4, 1, gps_at)
    head = b"II*\0" + struct.pack("<L", ifd0) + struct.pack("<H", 2) + entries + struct.pack("<L", 0)
    values_at = gps_at + 2 + 4 * 12 + 4
    gps = struct.pack("<H", 4)
    gps += struct.pack("<HHL4s", 1, 2, 2, b"N\0\0\0") + struct.pack("<HHLL", 2, 5, 3, values_at)
    gps += (
        struct.pack("<HHL4s", 3, 2, 2, b"E\0\0\0")
        + struct.pack("<HHLL", 4, 5, 3, values_at + 24)
        + struct.pack("<L", 0)
    )
    degrees = struct.pack("<12L", 35, 1, 20, 1, 3000, 100, 139, 1, 50, 1, 1500, 100)
    return b"Exif\0\0" + head + artist + b"\0" * (len(artist) % 2) + gps + degrees


def _xmp(name: str) -> bytes:
    """Who is shown, as picture agencies write it (IPTC Extension)."""
    return (
        b"http://ns.adobe.com/xap/1.0/\0"
        + f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>{name}</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()
    )
