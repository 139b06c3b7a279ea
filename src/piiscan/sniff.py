"""What an item is: from its content first, from its name only where the content leaves a choice.

:func:`sniff` needs the first 64 KiB and decides the family; :func:`refine` looks inside ZIP and OLE containers, whose directory lies elsewhere.
"""

from __future__ import annotations

import re

from piiscan.model import Content
from piiscan.text.sniffing import sniff_text

PLAIN, CSV, TSV, ZENGIN = "text/plain", "text/csv", "text/tab-separated-values", "application/x-zengin"
JSON, NDJSON, XML, HTML = "application/json", "application/x-ndjson", "text/xml", "text/html"
MAIL, MBOX = "message/rfc822", "application/mbox"
ZIP, TAR, GZIP, BZIP2, XZ = (
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
)
SEVEN_ZIP, RAR, ZSTD = "application/x-7z-compressed", "application/x-rar", "application/zstd"
LZMA, COMPRESS = "application/x-lzma", "application/x-compress"
RTF, PDF, SQLITE, PARQUET = (
    "application/rtf",
    "application/pdf",
    "application/vnd.sqlite3",
    "application/vnd.apache.parquet",
)
OLE, OOXML_ENCRYPTED = "application/x-ole-storage", "application/x-ooxml-encrypted"
DOC, XLS, PPT, MSG = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
)
UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"

_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    f"{_OOXML}wordprocessingml.document",
    f"{_OOXML}spreadsheetml.sheet",
    f"{_OOXML}presentationml.presentation",
)
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
EPUB, JAR, ODF_PREFIX = "application/epub+zip", "application/java-archive", "application/vnd.oasis.opendocument."
IDML = "application/vnd.adobe.indesign-idml-package"
ODT, ODS, ODP = f"{ODF_PREFIX}text", f"{ODF_PREFIX}spreadsheet", f"{ODF_PREFIX}presentation"

# Main part's content type in [Content_Types].xml, less its "+xml" -> media type of the package.
OOXML_TYPES = {
    f"{_OOXML}wordprocessingml.document.main": DOCX,
    f"{_OOXML}wordprocessingml.template.main": f"{_OOXML}wordprocessingml.template",
    "application/vnd.ms-word.document.macroenabled.main": "application/vnd.ms-word.document.macroenabled.12",
    "application/vnd.ms-word.template.macroenabledtemplate.main": "application/vnd.ms-word.template.macroenabled.12",
    f"{_OOXML}spreadsheetml.sheet.main": XLSX,
    f"{_OOXML}spreadsheetml.template.main": f"{_OOXML}spreadsheetml.template",
    "application/vnd.ms-excel.sheet.macroenabled.main": "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.ms-excel.template.macroenabled.main": "application/vnd.ms-excel.template.macroenabled.12",
    "application/vnd.ms-excel.addin.macroenabled.main": "application/vnd.ms-excel.addin.macroenabled.12",
    "application/vnd.ms-excel.sheet.binary.macroenabled.main": XLSB,
    f"{_OOXML}presentationml.presentation.main": PPTX,
    f"{_OOXML}presentationml.template.main": f"{_OOXML}presentationml.template",
    f"{_OOXML}presentationml.slideshow.main": f"{_OOXML}presentationml.slideshow",
    "application/vnd.ms-powerpoint.presentation.macroenabled.main": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    "application/vnd.ms-powerpoint.template.macroenabled.main": "application/vnd.ms-powerpoint.template.macroenabled.12",
    "application/vnd.ms-powerpoint.slideshow.macroenabled.main": "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
    "application/vnd.ms-visio.drawing.main": "application/vnd.ms-visio.drawing",
    "application/vnd.ms-visio.drawing.macroenabled.main": "application/vnd.ms-visio.drawing.macroenabled.12",
    "application/vnd.ms-visio.stencil.main": "application/vnd.ms-visio.stencil",
    "application/vnd.ms-visio.stencil.macroenabled.main": "application/vnd.ms-visio.stencil.macroenabled.12",
    "application/vnd.ms-visio.template.main": "application/vnd.ms-visio.template",
    "application/vnd.ms-visio.template.macroenabled.main": "application/vnd.ms-visio.template.macroenabled.12",
}

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Stream in the root of an OLE file -> media type; the first that is there decides.
_OLE_STREAMS = (
    ("EncryptedPackage", OOXML_ENCRYPTED),
    ("__properties_version1.0", MSG),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
    ("PP40", PPT),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/x-mspublisher"),
    ("Props9", "application/vnd.ms-project"),
    ("FileHeader", "application/x-hwp"),
    ("JSRV_SegmentInformation", "application/x-ichitaro"),
    ("DocumentText", "application/x-ichitaro"),
)

# (offset, bytes, media type), first match wins.
_MAGIC = (
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"PK\x07\x08", ZIP),
    (0, b"PK00PK\x03\x04", ZIP),
    (0, _OLE_MAGIC, OLE),
    (0, b"\x1f\x8b", GZIP),
    (0, b"BZh", BZIP2),
    (0, b"\xfd7zXZ\x00", XZ),
    (0, b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (0, b"Rar!\x1a\x07", RAR),
    (0, b"RE~^", RAR),
    (0, b"\x28\xb5\x2f\xfd", ZSTD),
    (0, b"\x1f\x9d", COMPRESS),
    (0, b"\x1f\xa0", COMPRESS),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"LZIP", "application/x-lzip"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"xar!", "application/x-xar"),
    (2, b"-lh", "application/x-lzh"),
    (2, b"-lz", "application/x-lzh"),
    (0, b"{\\rtf", RTF),
    (0, b"SQLite format 3\x00", SQLITE),
    (0, b"PAR1", PARQUET),
    (0, b"PARE", PARQUET),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"8BPS\x00", "image/vnd.adobe.photoshop"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"\x01\x00\x00\x00", "image/emf"),
    (0, b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"MThd", "audio/midi"),
    (0, b".snd", "audio/basic"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "video/x-ms-asf"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ\x90\x00", "application/x-msdownload"),
    (0, b"MZP\x00", "application/x-msdownload"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"\x00\x01\x00\x00\x00", "font/ttf"),
    (0, b"OTTO", "font/otf"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (4, b"Standard Jet DB\x00", "application/x-msaccess"),
    (4, b"Standard ACE DB\x00", "application/x-msaccess"),
    (257, b"ustar", TAR),
)
_BY_FIRST: dict[int, list[tuple[bytes, str]]] = {}
for _offset, _bytes, _type in _MAGIC:
    if _offset == 0:
        _BY_FIRST.setdefault(_bytes[0], []).append((_bytes, _type))
_ELSEWHERE = tuple(m for m in _MAGIC if m[0])

_FTYP = (
    (re.compile(rb"hei[cxms]|hev[cx]|mif1|msf1"), "image/heic"),
    (re.compile(rb"avi[fs]"), "image/avif"),
    (re.compile(rb"M4[AB] "), "audio/mp4"),
    (re.compile(rb"qt  "), "video/quicktime"),
    (re.compile(rb"crx "), "image/x-canon-cr3"),
)


def sniff(head: bytes, name: str) -> str:
    """The media type of an item from its first bytes (64 KiB are enough) and its name. Never raises."""
    if not head:
        return EMPTY
    found = _binary(head)
    if found is not None:
        return found
    text = sniff_text(head, name.replace("\\", "/").rstrip("/").rpartition("/")[2].lower())
    return text or UNKNOWN


def media_type_of(content: Content) -> str:
    """`sniff` and `refine` in one. Opening errors pass through."""
    return refine(content, sniff(content.head(), content.name))


def _binary(head: bytes) -> str | None:
    for magic, kind in _BY_FIRST.get(head[0], ()):
        if head.startswith(magic):
            return kind if _plausible(kind, head) else None
    for offset, magic, kind in _ELSEWHERE:
        if head.startswith(magic, offset):
            return kind if kind != "application/x-lzh" or head[6:7] == b"-" else None
    if b"%PDF" in head[:1024] and _pdf_start(head):
        return PDF
    return _family(head)


def _plausible(kind: str, head: bytes) -> bool:
    """Guards magics that are short or are words."""
    if kind == BZIP2:
        return head[3:4].isdigit() and head[4:10] in {b"1AY&SY", b"\x17rE8P\x90"}
    if kind == GZIP:
        return len(head) < 3 or head[2] == 8
    if kind == "image/emf":
        return head[40:44] == b" EMF"
    if kind == "image/vnd.microsoft.icon":
        return len(head) > 9 and head[5] == 0 and head[9] == 0 and head[4] > 0
    if kind == "image/jxl":
        return len(head) > 16 and b"\x00" in head[:256]
    if kind == "audio/mpeg":
        return len(head) > 9 and head[3] < 16 and max(head[6:10]) < 128
    if kind == PARQUET:
        return (len(head) > 8 and b"\x00" in head[:256]) or not head[4:64].isascii()
    return True


def _pdf_start(head: bytes) -> bool:
    """Junk before %PDF is allowed by every viewer; a text that mentions it is no PDF."""
    at = head.index(b"%PDF")
    return at == 0 or (head[at + 4 : at + 5] == b"-" and (b" obj" in head or b"\x00" in head))


def _family(head: bytes) -> str | None:
    if head[:4] in {b"RIFF", b"RIFX"}:
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return next((kind for pattern, kind in _FTYP if pattern.match(brand)), "video/mp4")
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00" and head[15:18] == b"\x00\x00\x00":
        return "image/bmp"
    if head[:2] == b"\xff\xfe":
        return None  # UTF-16, not an MPEG frame: text must never be taken for sound
    if head[0] == 0xFF and len(head) > 3 and head[1] & 0xE6 in {0xE2, 0xE4, 0xE6} and head[1] & 0x18 != 0x08:
        return (
            "audio/mpeg" if head[2] & 0xF0 not in {0x00, 0xF0} and b"\x00" in head[:4096] and head[1] >= 0xF2 else None
        )
    if head[:3] == b"\x5d\x00\x00" and len(head) > 13:
        return LZMA
    return TAR if _old_tar(head) else None


def _old_tar(head: bytes) -> bool:
    """A tar from before ustar has no magic, but a checksum over its first header."""
    if len(head) < 512 or not head[0] or head[156] not in b"\x00012345":
        return False
    octal = head[148:156].strip(b"\x00 ")
    try:
        return int(octal, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512])
    except ValueError:
        return False


def refine(content: Content, media_type: str) -> str:
    """The document type inside a ZIP or OLE container, else `media_type`. Never raises on damage: then the container's type stays."""
    if media_type == ZIP:
        return _refine_zip(content)
    if media_type == OLE:
        return _refine_ole(content)
    return media_type


def _refine_zip(content: Content) -> str:
    import zipfile

    try:
        with content.open() as stream, zipfile.ZipFile(stream) as archive:
            return _zip_kind(archive)
    except Exception:  # noqa: BLE001 - zipfile and zlib raise many things on damaged input
        return _zip_by_head(content.head())


def _zip_kind(archive: object) -> str:
    import zipfile

    assert isinstance(archive, zipfile.ZipFile)
    names = archive.NameToInfo
    if "mimetype" in names and names["mimetype"].file_size < 256:
        declared = archive.read("mimetype").decode("ascii", "replace").strip().lower()
        if declared.startswith(ODF_PREFIX) or declared in {EPUB, IDML}:
            return declared  # others (StarOffice, ...) stay ZIP: their members are read one by one
    if "[Content_Types].xml" in names:
        with archive.open("[Content_Types].xml") as part:
            return _ooxml_kind(part.read(1024 * 1024))
    if "META-INF/MANIFEST.MF" in names:
        return JAR
    if "Index/Document.iwa" in names or "Index.zip" in names or "index.apxl" in names:
        return "application/vnd.apple.iwork"
    return ZIP


def _ooxml_kind(content_types: bytes) -> str:
    text = content_types.decode("utf-8", "replace").lower()
    for main, kind in OOXML_TYPES.items():
        if f'"{main}+xml"' in text or f'"{main}"' in text or f"'{main}+xml'" in text:
            return kind
    if "fixeddocumentsequence+xml" in text:
        return "application/vnd.ms-xpsdocument"
    return ZIP


def _zip_by_head(head: bytes) -> str:
    """For archives whose directory is lost: the first member tells ODF and EPUB, part names tell OOXML."""
    if head[30:38] == b"mimetype":
        match = re.match(rb"application/(?:vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)", head[38:120])
        if match:
            return match.group().decode("ascii")
    for part, kind in ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)):
        if b"[Content_Types].xml" in head and part in head:
            return kind
    return ZIP


def _refine_ole(content: Content) -> str:
    import olefile

    try:
        with content.open() as stream, olefile.OleFileIO(stream) as ole:
            names = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception:  # noqa: BLE001 - olefile raises many things on damaged input
        return _ole_by_head(content.head())
    return next((kind for name, kind in _OLE_STREAMS if name.lower() in names), OLE)


def _ole_by_head(head: bytes) -> str:
    for name, kind in _OLE_STREAMS[:6]:
        if name.encode("utf-16-le") in head:
            return kind
    return OLE
