"""Which kind of text a head is: markup, mail, JSON, table, fixed records or plain. Used by :mod:`piiscan.sniff`."""

from __future__ import annotations

import json
import re

from piiscan.limits import SNIFF_BYTES
from piiscan.text.decoding import WIDE, declared_by_bytes, decode
from piiscan.text.likelihood import share_of

_CONTROLS = bytes([*range(9), *range(14, 27), 28, 29, 30, 31, 127])

_HOST = bytes((0x40, *range(0xF0, 0xFA), *range(0xC1, 0xCA), *range(0xD1, 0xDA)))
_ASCII = bytes((0x20, 0x0A, *range(0x30, 0x3A), *range(0x61, 0x7B)))
_PLAIN_NAMES = frozenset({
    ".log", ".md", ".sql", ".yaml", ".yml", ".ini", ".conf", ".cfg", ".toml", ".properties", ".py", ".js", ".ts",
    ".java", ".c", ".h", ".cpp", ".cs", ".rb", ".php", ".sh", ".bat", ".ps1", ".css", ".rst", ".tex", ".env",
    ".ics", ".vcf", ".ldif", ".srt", ".vtt", ".diff", ".patch", ".go", ".rs", ".vb", ".bas", ".pl", ".lua", ".r",
})  # fmt: skip
_MAIL_HEADERS = re.compile(
    r"(?:from|to|cc|bcc|subject|date|message-id|received|return-path|mime-version|content-type|content-transfer-encoding|delivered-to"
    r"|reply-to|sender|in-reply-to|references|user-agent|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+|authentication-results)\Z",
    re.IGNORECASE,
)
_STRONG_MAIL = frozenset({"received", "return-path", "message-id", "mime-version", "delivered-to", "dkim-signature"})
_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]?:")
_MBOX_FROM = re.compile(r"From \S+.{0,60}\d\d:\d\d.{0,20}\d{4}")
_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|style|table|div|p|h[1-6]|span|center|font)\b", re.IGNORECASE
)
_XML_START = re.compile(r"<(?:\?xml\b|!DOCTYPE\s+(?!html)|[A-Za-z_][\w.-]*:?[\w.-]*(?:\s+[\w:.-]+\s*=|\s*/?>))")
_FLAT_ODF = re.compile(r"office:mimetype\s*=\s*[\"'](application/vnd\.oasis\.opendocument\.[a-z-]+)[\"']")
_JSON_START = re.compile(r'\s*(?:\{\s*(?:"|\}|\Z)|\[\s*(?:["\[{\]]|-?\d|true\b|false\b|null\b|\Z))')
_QUOTED = re.compile(r'"[^"]*"')
_ZENGIN_HEADER = re.compile(rb"1(?:11|12|21|71|72|91)[01][0-9 ]{10}")


def sniff_text(head: bytes, name: str) -> str | None:
    """The media type of a textual head, None if it is not text. `name` is lower case, without folders."""
    if looks_zengin(head):
        return "application/x-zengin"
    text = text_of_head(head)
    if text is None:
        return None
    ending = _ending(name)
    start = text.lstrip("\ufeff \t\r\n\f")
    return (
        _markup(start, ending)
        or _mail(text.lstrip("\ufeff\r\n"), ending)
        or _json(start, ending, complete=len(head) < SNIFF_BYTES)
        or _table(text, ending, complete=len(head) < SNIFF_BYTES)
        or "text/plain"
    )


def _ending(name: str) -> str:
    """As pathlib's `suffix`."""
    at = name.rfind(".")
    return name[at:] if 0 < at < len(name) - 1 else ""


def text_of_head(head: bytes) -> str | None:
    """The head decoded if it looks like text in any encoding we know, else None."""
    encoding, skip = declared_by_bytes(head)
    sample = head[:16384] if len(head) > 16384 else head
    if encoding is None:
        controls = len(sample) - len(sample.translate(None, _CONTROLS))
        if controls * 33 > len(sample) and controls > 1:
            return None
        if not sample.isascii() and _is_ebcdic(sample):
            return None
        head = _whole_lines(head)
    elif encoding in WIDE:
        head = head[: skip + (len(head) - skip) // 4 * 4] if len(head) > 4096 else head
    decoded = decode(head, (encoding, skip))
    if decoded.text.isascii() or _surely_text(encoding, decoded.encoding):
        return decoded.text
    probe = decoded.text[:2048]
    noise = share_of(probe, "uc") * len(probe)
    strange = encoding in WIDE and skip == 0 and share_of(probe, "ucxo") > 0.05
    if noise > 4 + len(probe) / 10 or decoded.undecodable > 4 + len(decoded.text) // 20 or strange:
        return None
    return decoded.text


def _surely_text(declared: str | None, encoding: str) -> bool:
    """Valid UTF-8 of any script is text; so is what has a byte order mark."""
    return declared is not None or encoding == "utf-8"


def _whole_lines(head: bytes) -> bytes:
    """Without the last, cut line of a full head, so that a split character does not count as damage."""
    if len(head) < SNIFF_BYTES:
        return head
    end = head.rfind(b"\n")
    return head[: end + 1] if end > len(head) // 2 else head


def _is_ebcdic(sample: bytes) -> bool:
    """Host files: letters and digits high, spaces 0x40, hardly any ASCII."""
    host, ascii_ = (len(sample) - len(sample.translate(None, some)) for some in (_HOST, _ASCII))
    return len(sample) > 80 and host * 10 > len(sample) * 8 and ascii_ * 50 < len(sample)


def looks_zengin(head: bytes) -> bool:
    """Whether these are 120-byte records of the Zengin format: a header and then data, trailer or end records."""
    if not _ZENGIN_HEADER.match(head):
        return False
    following = [head[at : at + 1] for at in range(120, min(len(head), 120 * 50), 120)]
    if head[120:121] in b"\r\n":
        lines = [line for line in head.replace(b"\r", b"\n").split(b"\n") if line.strip(b"\x1a")][1:50]
        following = [line[:1] if len(line) == 120 else b"?" for line in lines]
    good = sum(kind in {b"1", b"2", b"8", b"9"} for kind in following)
    return good > 0 and good * 3 >= len(following) * 2


def _markup(start: str, ending: str) -> str | None:
    if not start.startswith("<"):
        if ending in {".html", ".htm", ".xhtml"} and re.search(r"<[a-zA-Z!/][^<>]{0,200}>", start):
            return "text/html"
        return None
    beginning = start[:4096]
    flat = _FLAT_ODF.search(beginning)
    if flat and beginning.startswith("<?xml"):
        return flat.group(1) + "-flat-xml"
    body = re.sub(r"\A(?:<\?[^>]*\?>|<!--.*?-->|\s)+", "", beginning, flags=re.DOTALL)
    if re.match(r"<(?:!doctype\s+html|html)\b", body, re.IGNORECASE):
        return "text/html"
    if beginning.startswith("<?xml"):
        return "text/xml"
    if _HTML_START.match(body) and ending not in {".xml", ".svg"}:
        return "text/html"
    if _XML_START.match(body) and (ending in {".xml", ".svg", ".rss"} or re.search(r"</[A-Za-z_][\w:.-]*\s*>", start)):
        return "text/html" if ending in {".html", ".htm"} else "text/xml"
    return "text/html" if ending in {".html", ".htm"} else None


def _mail(text: str, ending: str) -> str | None:
    if text.startswith("From ") and not text.startswith("From :"):
        block = text.partition("\n")[2]
        return "application/mbox" if _is_mail_head(block, lenient=_MBOX_FROM.match(text) is not None) else None
    lenient = ending in {".eml", ".emlx", ".mht", ".mhtml"}
    return "message/rfc822" if _is_mail_head(text, lenient) else None


def _is_mail_head(text: str, lenient: bool) -> bool:
    """Every line up to the first blank one must be a header or its continuation, and enough of them those of mail."""
    known: set[str] = set()
    for number, line in enumerate(text[:SNIFF_BYTES].split("\n")):
        bare = line.rstrip("\r")
        if not bare.strip():
            break
        if bare[0] in " \t" and number:
            continue
        match = _HEADER_LINE.match(bare)
        if not match:
            if number < 2 or not lenient:
                return False
            break
        if _MAIL_HEADERS.match(match.group(1)):
            known.add(match.group(1).lower())
    if lenient:
        return bool(known)
    return (len(known) >= 3 and bool(known & _STRONG_MAIL)) or {"from", "date", "subject"} <= known


def _json(start: str, ending: str, complete: bool) -> str | None:
    if not _JSON_START.match(start):
        return None
    lines = start.split("\n", 3)
    if ending in {".ndjson", ".jsonl"} or (len(lines) > 1 and _is_json(lines[0]) and _is_json(lines[1])):
        return "application/x-ndjson"
    if ending in {".json", ".geojson", ".webmanifest", ".map", ".har", ".ipynb"}:
        return "application/json"
    try:
        json.JSONDecoder(strict=False).raw_decode(start)
    except (ValueError, RecursionError) as error:
        at = getattr(error, "pos", 0)
        return "application/json" if not complete and at > len(start) - 4096 else None
    return "application/json" if start[0] == "{" or '"' in start[:4096] or start[:4096].strip().endswith("]") else None


def _is_json(line: str) -> bool:
    if line[:1] not in "{[" or not line:
        return False
    try:
        json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _table(text: str, ending: str, complete: bool) -> str | None:
    if ending == ".csv":
        return "text/csv"
    if ending in {".tsv", ".tab"}:
        return "text/tab-separated-values"
    if ending in _PLAIN_NAMES:
        return None
    lines = [line for line in text.split("\n")[: 200 if complete else -1] if line.strip()][:100]
    if len(lines) < 3:
        return None
    if _regular(lines, "\t", 1 if len(lines) > 4 else 2):
        return "text/tab-separated-values"
    return "text/csv" if _regular(lines, ",", 3) else None


def _regular(lines: list[str], delimiter: str, least: int) -> bool:
    """Whether (nearly) every line has the same number of delimiters outside quotes, at least `least`."""
    if sum(delimiter in line for line in lines) * 20 < len(lines) * 19:
        return False
    counts = [(_QUOTED.sub("", line) if '"' in line else line).count(delimiter) for line in lines]
    usual = max(set(counts), key=counts.count)
    return usual >= least and counts.count(usual) * 20 >= len(counts) * 19
