"""The PDF reader: what comes out, with which place, and that nothing is passed over in silence."""

from __future__ import annotations

import gc
import hashlib
import json
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiscan.content import BytesContent, FileContent
from piiscan.demo._pdf import write_pdf
from piiscan.errors import LimitError, ReadError
from piiscan.limits import Budget, Limits
from piiscan.model import Content, Embedded, Item, Problem, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers._pdf_page import tidy
from piiscan.readers.pdf import PdfReader

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "files"


def read(data: bytes | Content, passwords: tuple[str, ...] = (), limits: Limits | None = None) -> list[Reading]:
    content = BytesContent(data, "a.pdf") if isinstance(data, bytes) else data
    item = Item(uri="file:///a.pdf", source="t", name="a.pdf")
    return list(
        PdfReader().read(content, ReadContext(item=item, budget=Budget(limits or Limits()), passwords=passwords))
    )


def texts(readings: list[Reading], kind: SegmentKind = SegmentKind.PROSE) -> list[str]:
    return [r.text for r in readings if isinstance(r, TextSegment) and r.kind is kind]


def problems(readings: list[Reading]) -> dict[str, Problem]:
    return {r.code: r for r in readings if isinstance(r, Problem)}


def with_object(pdf: bytes, catalog_entry: bytes, *bodies: bytes) -> bytes:
    """Append objects (numbered from 900) and point the catalog at them, by an incremental update."""
    root = int(re.search(rb"/Root (\d+) 0 R", pdf)[1])
    catalog = re.search(rb"\n%d 0 obj\n(.*?)>>\nendobj" % root, pdf, re.DOTALL)[1]
    out, entries = bytearray(pdf), []
    for number, body in [(root, catalog + catalog_entry + b" >>"), *enumerate(bodies, 900)]:
        entries.append((number, len(out)))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in entries)
    previous = re.search(rb"startxref\n(\d+)", pdf)[1]
    return bytes(out) + b"trailer\n<< /Size 990 /Root %d 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        root,
        previous,
        start,
    )


def test_text_comes_page_by_page_with_the_line_inside_the_page() -> None:
    """A place found in the text leads to its page and its line there."""
    readings = read(write_pdf([["表紙"], ["氏名：髙橋 﨑子", "電話 03-1234-5678"]]))
    second = [r for r in readings if isinstance(r, TextSegment)][1]
    assert second.text == "氏名：髙橋 﨑子\n電話 03-1234-5678"
    assert str(second.place(second.text.index("電話"))) == "page=2;line=2"
    assert problems(readings) == {}


def test_characters_outside_the_basic_plane_survive() -> None:
    """Names such as 𠮷田 come out as one character, not as two halves."""
    assert texts(read(write_pdf([["𠮷田様"]]))) == ["𠮷田様"]


def test_fields_remarks_and_properties_come_with_their_labels() -> None:
    """Form values carry the field's name as label, remarks and properties their kinds."""
    pdf = write_pdf([["申込書"]], info={"Author": "総務 花子"}, fields={"氏名": "鈴木 一郎"}, note="折り返し電話")
    readings = read(pdf)
    (field,) = [r for r in readings if isinstance(r, TextSegment) and r.kind is SegmentKind.FIELD]
    assert (field.label, field.text, str(field.locator)) == ("氏名", "鈴木 一郎", "page=1;part=form;path=氏名")
    assert texts(readings, SegmentKind.COMMENT) == ["折り返し電話"]
    assert texts(readings, SegmentKind.PROPERTY) == ["総務 花子"]


def test_pages_that_are_pictures_are_counted() -> None:
    """A scan between text pages makes a problem with the number of pages and the first of them."""
    problem = problems(read(write_pdf([["本文"] * 9], scanned_pages=2)))["no-text"]
    assert (problem.count, str(problem.locator)) == (2, "page=2")
    assert problem.detail == "2 of 3 pages that are pictures: 2, 3"


def test_empty_pages_only_are_not_clean() -> None:
    """A document of which nothing comes out says so."""
    assert "no-text" in problems(read(write_pdf([[]])))


def test_attached_files_come_out_as_embedded_with_unique_names() -> None:
    """Both files with the same name are handed on, the second under another path."""
    stream = b"<< /Type /EmbeddedFile /Length 5 >>\nstream\n%s\nendstream"
    spec = b"<< /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F %d 0 R >> >>"
    names = b"/Names << /EmbeddedFiles << /Names [ (a) 902 0 R (b) 903 0 R ] >> >>"
    pdf = with_object(write_pdf([["本文"]]), names, stream % b"first", stream % b"other", spec % 900, spec % 901)
    embedded = [r for r in read(pdf) if isinstance(r, Embedded)]
    assert [e.path for e in embedded] == ["a.txt", "a.txt~2"]
    assert [e.content.head() for e in embedded] == [b"first", b"other"]


def test_bookmarks_that_go_in_a_circle_end_with_a_problem() -> None:
    """Titles come out once and the circle is told."""
    marks = [
        b"<< /Title (Yamada) /Parent 900 0 R /Next 902 0 R >>",
        b"<< /Title (Mori) /Parent 900 0 R /Next 901 0 R >>",
    ]
    outline = b"<< /Type /Outlines /First 901 0 R /Last 901 0 R >>"
    readings = read(with_object(write_pdf([["本文"]]), b"/Outlines 900 0 R", outline, *marks))
    assert texts(readings) == ["本文", "Yamada\nMori"]
    assert "part-unreadable" in problems(readings)


def test_scripts_and_xmp_are_read() -> None:
    """A script run on opening and the author in the XMP packet are both text."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Suzuki</rdf:li>'
        b"</rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    pdf = with_object(
        write_pdf([["本文"]]),
        b"/Names << /JavaScript << /Names [ (s) 900 0 R ] >> >> /Metadata 901 0 R",
        b"<< /S /JavaScript /JS (app.alert\\('x@example.jp'\\)) >>",
        b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(xmp), xmp),
    )
    readings = read(pdf)
    assert "app.alert('x@example.jp')" in texts(readings)
    (creator,) = [r for r in readings if isinstance(r, TextSegment) and r.kind is SegmentKind.PROPERTY]
    assert (creator.text, creator.label) == ("Suzuki", "creator")


def test_damaged_xmp_is_read_as_far_as_it_goes() -> None:
    """A packet with undeclared prefixes and unclosed elements still gives its values."""
    xmp = b"<x:xmpmeta><lost:author>Suzuki</lost:author><broken a='1'></x:xmpmeta>"
    body = b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(xmp), xmp)
    assert texts(read(with_object(write_pdf([["本文"]]), b"/Metadata 900 0 R", body)), SegmentKind.PROPERTY) == [
        "Suzuki"
    ]


def test_text_of_a_stamp_is_read() -> None:
    """A name that only the appearance of a stamp shows comes out, and the page's own text not twice."""
    drawn = b"BT /F9 12 Tf 2 2 Td (Tanaka) Tj ET"
    stamp = b"<< /Type /Annot /Subtype /Stamp /Rect [ 300 300 400 330 ] /F 4 /AP << /N 901 0 R >> >>"
    look = (
        b"<< /Type /XObject /Subtype /Form /BBox [ 0 0 100 30 ] /Resources << /Font << /F9 << /Type /Font /Subtype /Type1 "
        b"/BaseFont /Helvetica >> >> >> /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)
    )
    pdf = with_object(
        write_pdf([["request"]]).replace(b"/Annots [  ]", b"/Annots 902 0 R"), b"", stamp, look, b"[ 900 0 R ]"
    )
    readings = read(pdf)
    assert texts(readings) == ["request"]
    assert texts(readings, SegmentKind.COMMENT) == ["Tanaka"]


_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def encrypted_pdf(user: bytes, owner: bytes) -> bytes:
    """A one-page document in the oldest encryption (RC4, 40 bits), which is short enough to write out."""
    padded = lambda password: (password + _PAD)[:32]  # noqa: E731
    o_entry = _rc4(hashlib.md5(padded(owner)).digest()[:5], padded(user))
    file_id = b"0123456789abcdef"
    key = hashlib.md5(padded(user) + o_entry + (-4).to_bytes(4, "little", signed=True) + file_id).digest()[:5]
    text = _rc4(
        hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10],
        b"BT /F1 12 Tf 50 700 Td (090-1234-5678) Tj ET",
    )
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Contents 4 0 R /Resources << /Font << /F1 << "
            b"/Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
        % (o_entry.hex().encode(), _rc4(key, _PAD).hex().encode()),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    ids = file_id.hex().encode()
    out += b"trailer\n<< /Size 6 /Root 1 0 R /Encrypt 5 0 R /ID [ <%s> <%s> ] >>\nstartxref\n%d\n%%%%EOF\n" % (
        ids,
        ids,
        start,
    )
    return bytes(out)


@pytest.mark.parametrize("password", ["user", "owner"])
def test_either_password_opens(password: str) -> None:
    """The user's and the owner's password both open the document, also when it is not the first tried."""
    assert texts(read(encrypted_pdf(b"user", b"owner"), ("wrong", password))) == ["090-1234-5678"]


def test_without_the_password_it_is_encrypted_not_empty() -> None:
    """No password and wrong passwords end in the code `encrypted`, and no password is in the error."""
    for passwords in ((), ("secret-word",)):
        with pytest.raises(ReadError) as caught:
            read(encrypted_pdf(b"user", b"owner"), passwords)
        assert caught.value.code == "encrypted"
        assert "secret" not in str(caught.value)


def test_a_document_that_opens_without_a_password_is_read() -> None:
    """Documents that only forbid printing are read as any other."""
    assert texts(read(encrypted_pdf(b"", b"owner"))) == ["090-1234-5678"]


def test_cut_off_documents_are_never_clean() -> None:
    """Cut anywhere, a document either fails as damaged or comes with a problem."""
    whole = write_pdf([["電話 03-1234-5678"] * 5, ["二枚目"]])
    for length in range(0, len(whole) - 8, 97):
        try:
            codes = set(problems(read(whole[:length])))
        except ReadError as error:
            codes = {error.code}
        assert codes & {"truncated", "damaged", "part-unreadable", "no-text"}, length


def test_a_rebuilt_table_of_objects_is_told() -> None:
    """Text is still read when the offsets are wrong, and the item is marked damaged."""
    broken = re.sub(rb"startxref\n\d+", b"startxref\n7", write_pdf([["本文です"]]))
    readings = read(broken)
    assert texts(readings) == ["本文です"]
    assert "damaged" in problems(readings)


def test_more_pages_than_the_limit_are_counted() -> None:
    """Pages over the limit are left out and counted."""
    readings = read(write_pdf([["一"], ["二"], ["三"]]), limits=Limits(pdf_pages=1))
    assert texts(readings) == ["一"]
    assert problems(readings)["limit-pages"].count == 2


def test_time_limit_is_asked_between_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over reading stops with `timeout`, and what came before stays."""
    content, item = BytesContent(write_pdf([["一"], ["二"]])), Item(uri="u", source="s", name="n")
    budget = Budget(Limits(item_seconds=1000))
    readings = PdfReader().read(content, ReadContext(item=item, budget=budget))
    assert next(readings).text == "一"  # type: ignore[union-attr]
    budget._deadline = 0.0
    with pytest.raises(LimitError, match="timeout"):
        next(readings)


def test_a_page_longer_than_a_segment_is_cut_at_a_newline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces add up to the page and go on counting its lines."""
    monkeypatch.setattr("piiscan.readers._pdf_page.SEGMENT_CHARS", 10)
    pieces = [r for r in read(write_pdf([["あいうえ", "かきくけ", "さしすせ"]])) if isinstance(r, TextSegment)]
    assert "".join(p.text for p in pieces) == "あいうえ\nかきくけ\nさしすせ"
    assert [p.first_line for p in pieces] == [1, 3]


@pytest.mark.parametrize(
    ("given_text", "tidied"),
    [
        ("山\n田\n太\n郎\n様\n以上です", "山田太郎様\n以上です"),
        ("1\n2\n3\n合計", "1\n2\n3\n合計"),
        ("〒100\ufffe\r\n0001", "〒100-\n0001"),
        ("ab\nc", "ab\nc"),
    ],
)
def test_upright_lines_are_put_together(given_text: str, tidied: str) -> None:
    """Characters of upright writing become a line again; columns of figures do not become numbers."""
    assert tidy(given_text) == tidied


def test_files_larger_than_the_memory_bound_are_read_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file by its path gives the same text, and can be deleted at once afterwards."""
    monkeypatch.setattr("piiscan.readers._pdf_raw.MEMORY_BYTES", 10)
    path = tmp_path / "契約書.pdf"
    path.write_bytes(write_pdf([["本文"]]))
    assert texts(read(FileContent(path))) == ["本文"]
    path.unlink()


def test_reading_may_stop_anywhere() -> None:
    """Leaving the reader after the first segment closes the document (open handles would warn here)."""
    item = Item(uri="u", source="s", name="n")
    readings = PdfReader().read(
        BytesContent(write_pdf([["一"], ["二"]])), ReadContext(item=item, budget=Budget(Limits()))
    )
    next(readings)
    readings.close()  # type: ignore[attr-defined]
    import pypdfium2

    gc.collect()
    assert not [ref for ref in pypdfium2.internal.bases.ObjectTracker[pypdfium2.PdfDocument] if ref()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 4000), noise=st.binary(min_size=1, max_size=40))
def test_damage_never_gets_out_as_another_exception(position: int, noise: bytes) -> None:
    """Bytes overwritten anywhere give text, problems or a ReadError, nothing else."""
    pdf = bytearray(write_pdf([["電話 03-1234-5678"]], fields={"a": "b"}, note="c", scanned_pages=1))
    position %= len(pdf)
    pdf[position : position + len(noise)] = noise
    try:
        readings = read(bytes(pdf))
    except ReadError:
        return
    assert readings


def test_a_compression_bomb_in_an_attachment_hits_the_budget() -> None:
    """An attachment that blows up beyond the limit of unpacked bytes stops the item."""
    packed = zlib.compress(bytes(3_000_000))
    stream = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    spec = b"<< /Type /Filespec /F (a) /EF << /F 900 0 R >> >>"
    pdf = with_object(write_pdf([["本文"]]), b"/Names << /EmbeddedFiles << /Names [ (a) 901 0 R ] >> >>", stream, spec)
    with pytest.raises(LimitError, match="limit-bytes"):
        read(pdf, limits=Limits(archive_bytes=1_000_000))


@pytest.mark.skipif(not (CORPUS / "manifest.json").is_file(), reason="corpus of sample files is not on this machine")
def test_corpus_nothing_damaged_or_encrypted_comes_out_clean_and_empty() -> None:
    """Over all PDFs of the corpus: an item without text has a problem or an error."""
    entries = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["files"]
    silent = []
    for entry in (e for e in entries if e["format"] == "pdf"):
        try:
            readings = read(FileContent(CORPUS / entry["path"]), tuple(filter(None, [entry.get("password")])))
        except ReadError:
            continue
        shown = any(isinstance(r, TextSegment | Embedded) and getattr(r, "kind", None) != "property" for r in readings)
        if not shown and not problems(readings):
            silent.append(entry["path"])
    assert silent == []
