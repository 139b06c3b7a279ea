"""From bytes to text in the encodings Japanese companies have: UTF-8, UTF-16, CP932, EUC-JP, ISO-2022-JP, and mixtures of them.

Try strictly, then judge by the look of the result (:mod:`piiscan.text.likelihood`); detectors of other libraries do worse on short text
(docs/adr/0010). Nothing here raises on bad bytes: they become U+FFFD and are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from piiscan.limits import SNIFF_BYTES
from piiscan.text.japanese_codecs import BAD, decode_eucjp, decode_iso2022jp, has_iso2022jp
from piiscan.text.likelihood import log_likelihood, share_of

__all__ = ["Decoded", "Decoder", "decode", "decode_as", "decode_eucjp", "decode_iso2022jp", "is_mojibake", "unmojibake"]

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
"""Encodings in which a newline is not one byte."""

SAMPLE_BYTES = 1024

# What a reading must bring over another one to be believed although it is rarer.
_PRIOR = {"utf-8": 0.0, "cp932": 0.0, "euc-jp": -1.0, "utf-16-le": -4.0, "utf-16-be": -6.0, "cp1252": -4.0}
_BYTEWISE = ("cp932", "euc-jp", "utf-8", "cp1252")
_STICKY = 6.0

_NON_ASCII_LINE = re.compile(rb"(?m)^[^\n\x80-\xff]*[\x80-\xff][^\n]*\n?")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF8_KANJI = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_UTF8_WORD = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")
_ODD_UTF8 = re.compile("[\u0180-\u036f\u0530-\u07ff]")
_ORDINARY_UTF8 = re.compile("[\u00a0-\u017f\u2000-\u206f\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_HIRAGANA = re.compile("[ぁ-ん]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_EUC_AS_CP932 = re.compile("[､･｡｢][\uff61-\uff9f\u4e00-\u9fff]")
_MOJIBAKE = re.compile(
    "(?:[縺繧繝][^\n]{0,2}){3}"  # UTF-8 read as CP932
    "|(?:[â-ï][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2010-\u2122]{2}){2}"  # UTF-8 read as Latin-1 or CP1252
    "|(?:[‚ƒ][\u0020-\u00ff\u0152-\u0178\u2010-\u2122]){3}"  # CP932 read as CP1252
    "|\ufffd{2}"
)
_MOJIBAKE_MARKS = (*"縺繧繝âãäåæçèéï‚ƒ", "\ufffd\ufffd")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text. `encoding` is the one most of it had; `undecodable` counts bytes or pairs that became U+FFFD."""

    text: str = field(repr=False)
    encoding: str
    mixed: bool = False
    undecodable: int = 0
    mojibake: bool = False


class Decoder:
    """Decodes the blocks of one item one after the other, remembering what the earlier ones were.

    `bulk` is the encoding in use, `seen` all that were met in non-ASCII text. Blocks must end at newlines where the item has any.
    """

    def __init__(self, encoding: str | None = None) -> None:
        self.bulk = encoding
        self.fixed = encoding is not None
        self.seen: set[str] = set()
        self.undecodable = 0
        self.mojibake = 0

    @property
    def mixed(self) -> bool:
        """Whether lines of different encodings were met (ASCII fits them all)."""
        return len(self.seen) > 1

    def block(self, data: bytes) -> str:
        """The text of a block."""
        if self.bulk is None and not self.seen and not self.undecodable and len(data) <= SNIFF_BYTES:
            return self._first(*_first_block(data))
        return self._decoded(data)

    def _first(self, text: str, known: Decoder) -> str:
        self.bulk, self.seen = known.bulk, set(known.seen)
        self.undecodable, self.mojibake = known.undecodable, self.mojibake + known.mojibake
        return text

    def _decoded(self, data: bytes) -> str:
        text = self._block(data)
        if _may_be_mojibake(text):
            self.mojibake += len(_MOJIBAKE.findall(text))
        return text

    def _block(self, data: bytes) -> str:
        if self.fixed and self.bulk in WIDE:
            return self._use(self.bulk, data)
        if data.isascii() and not has_iso2022jp(data):
            return data.decode("ascii")
        if self.fixed and self.bulk:
            text = _strict(data, self.bulk)
            if text is not None:
                self.seen.add(self.bulk)
                return text
        has_escapes = has_iso2022jp(data)
        if self.bulk in {"cp932", "euc-jp"} and not has_escapes:
            # What served for earlier blocks, fits this one and looks right needs no judging; judging is slow.
            text = _strict(data, self.bulk)
            if text is not None and not _doubtful_cp932(text):
                return self._took(self.bulk, text)
        text = _strict(data, "utf-8") if self._may_be_utf8(data) else None
        if text is not None and not has_escapes and not _doubtful_utf8(text):
            return self._took("utf-8", text)
        if has_escapes or _has_utf8_line(data):
            return self._lines(data)
        encoding = "cp932" if _surely_cp932(data) else _best(_sample(data), self.bulk)
        text = _strict(data, encoding)
        if text is None or (encoding == "cp932" and _doubtful_cp932(text)):
            return self._lines(data)
        return self._took(encoding, text)

    def _lines(self, data: bytes) -> str:
        """Decide line by line: slower, and right for logs and joined files."""
        return "".join(map(self._line, data.splitlines(keepends=True)))

    def _line(self, line: bytes) -> str:
        if has_iso2022jp(line):
            if not line.isascii() and len(_UTF8_KANJI.findall(line)) > 1:
                return self._use(_best(line, self.bulk), line)
            self.seen.add("iso-2022-jp")
            self.bulk = self.bulk or "iso-2022-jp"
            seven_bit = decode_iso2022jp(line)
            self.undecodable += seven_bit.count(BAD)
            return seven_bit
        if line.isascii():
            return line.decode("ascii")
        text = _strict(line, "utf-8") if self._may_be_utf8(line) else None
        if text is not None and not _doubtful_utf8(text):
            return self._took("utf-8", text)
        return self._use(_best(_sample(line), self.bulk), line)

    def _may_be_utf8(self, data: bytes) -> bool:
        """After other Japanese text, a few bytes that are UTF-8 by chance are no proof."""
        return self.bulk in {None, "utf-8", "cp1252", "iso-2022-jp"} or _UTF8_KANJI.search(data) is not None

    def _use(self, encoding: str, data: bytes) -> str:
        text = _strict(data, encoding)
        if text is None:
            text = _lenient(data, encoding)
            self.undecodable += text.count(BAD)
        return self._took(encoding, text)

    def _took(self, encoding: str, text: str) -> str:
        if not text.isascii():
            self.seen.add(encoding)
            self.bulk = encoding
        return text


@lru_cache(maxsize=1)
def _first_block(data: bytes) -> tuple[str, Decoder]:
    """The text of a block before which there was none, and what the decoder then knows. The last one is kept: a small file is decoded to see what
    it is, and at once again to be read."""
    decoder = Decoder()
    return decoder._decoded(data), decoder  # noqa: SLF001 - its own module


def decode(data: bytes, declared: tuple[str | None, int] | None = None) -> Decoded:
    """Decode bytes of unknown encoding; a byte order mark is dropped. `declared` is what :func:`declared_by_bytes` said, if it was asked."""
    encoding, skip = declared or declared_by_bytes(data)
    decoder = Decoder(encoding)
    text = decoder.block(data[skip:] if skip else data)
    name = decoder.bulk or "ascii"
    return Decoded(text, name, decoder.mixed, decoder.undecodable, decoder.mojibake > 0)


def declared_by_bytes(head: bytes) -> tuple[str | None, int]:
    """(encoding, length of its byte order mark) where the head settles it for the whole item; (None, 0) where it does not.

    UTF-16 without a mark is told by its look, since it cannot be decided line by line.
    """
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    return wide_encoding(head), 0


def wide_encoding(head: bytes) -> str | None:
    """``utf-16-le`` or ``-be`` if bytes without a mark look like it, else None."""
    sample = head[:512]
    if len(sample) < 4 or (len(head) % 2 and len(head) <= len(sample)):
        return None
    if not _CONTROLS.search(sample) and (has_iso2022jp(sample) or _strict_prefix(sample, "utf-8")):
        return None
    if len(sample) >= 128 and not _CONTROLS.search(sample):
        return None  # every tenth character of UTF-16 has a byte among the controls
    encoding = max(_PRIOR, key=lambda e: _score(sample, e))
    if encoding not in WIDE or share_of(_lenient(sample[: len(sample) & ~1], encoding), "ucox") > 0.05:
        return None  # binary data is more like UTF-16 than like anything else
    return encoding


def decode_as(data: bytes, charset: str | None) -> str:
    """Decode bytes whose sender named a charset, the way Japanese senders mean it.

    Shift_JIS in any spelling is CP932, EUC-JP and ISO-2022-JP include the vendor rows; unknown, wrong and meaningless labels (US-ASCII,
    Latin-1 on Japanese bytes) are detected. Never raises.
    """
    label = re.sub(r"[^a-z0-9]", "", (charset or "").lower())
    if label.startswith(("iso2022jp", "cp5022", "csiso2022jp")):
        return decode_iso2022jp(data) if has_iso2022jp(data) or data.isascii() else decode(data).text
    codec = _LABELS.get(label) or _known_codec(charset or "")
    if codec is None:
        return decode(data).text
    text = _strict(data[3:] if codec == "utf-8" and data.startswith(BOMS[0][0]) else data, codec)
    if text is not None:
        return text
    return decode(data).text if codec in _PRIOR else data.decode(codec, "replace")


_LABELS = {
    **dict.fromkeys(
        (
            "shiftjis",
            "sjis",
            "xsjis",
            "windows31j",
            "cswindows31j",
            "ms932",
            "cp932",
            "mskanji",
            "csshiftjis",
            "shiftjisx0213",
        ),
        "cp932",
    ),
    **dict.fromkeys(("eucjp", "xeucjp", "cseucpkdfmtjapanese", "eucjpms", "cp51932", "ujis", "eucjpwin"), "euc-jp"),
    **dict.fromkeys(("utf8", "utf8mb4", "unicode11utf8"), "utf-8"),
}
_DETECTED = frozenset({"ascii", "iso8859-1", "cp1252", "latin-1", "iso8859-15"})
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})


def _known_codec(charset: str) -> str | None:
    import codecs

    try:
        name = codecs.lookup(charset.strip()).name
        b"a".decode(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name in _DETECTED or name in _NOT_CHARSETS else name


def is_mojibake(text: str) -> bool:
    """Whether text carries the marks of having been decoded wrongly and saved so."""
    return _may_be_mojibake(text) and _MOJIBAKE.search(text) is not None


def _may_be_mojibake(text: str) -> bool:
    """Cheap test before the pattern: looking for single characters is some hundred times faster."""
    return not text.isascii() and any(mark in text for mark in _MOJIBAKE_MARKS)


def unmojibake(line: str) -> str | None:
    """The original of a line that was decoded wrongly once, if it can be had back in full; else None."""
    if not is_mojibake(line):
        return None
    for wrong, right in (("cp932", "utf-8"), ("cp1252", "utf-8"), ("cp1252", "cp932")):
        try:
            raw = line.encode(wrong) if wrong == "cp932" else b"".join(map(_western_byte, line))
            text = raw.decode(right)
        except UnicodeError:
            continue
        if not is_mojibake(text):
            return text
    return None


def _western_byte(char: str) -> bytes:
    """CP1252 as programs do it: bytes it does not define stay control characters."""
    return char.encode("latin-1" if ord(char) < 256 else "cp1252")


def _has_utf8_line(data: bytes) -> bool:
    """Whether a line of a block that is not UTF-8 as a whole is Japanese UTF-8 by itself."""
    found = _UTF8_WORD.search(data)
    while found:
        start, end = data.rfind(b"\n", 0, found.start()) + 1, data.find(b"\n", found.end())
        if end < 0:
            end = len(data)
        if _strict(data[start:end], "utf-8") is not None:
            return True
        found = _UTF8_WORD.search(data, end)
    return False


def _doubtful_cp932(text: str) -> bool:
    """UTF-8 and EUC-JP often decode as CP932; then these characters come out, which hardly anybody writes."""
    if any(mark in text for mark in "縺繧繝"):
        return True
    return ("､" in text or "･" in text) and len(_EUC_AS_CP932.findall(text)) > 2


def _surely_cp932(data: bytes) -> bool:
    """Plain Japanese of Windows: it decodes, and much of it is hiragana, whose first byte EUC-JP and UTF-8 text never has at such a place, where
    other encodings give half-width kana."""
    text = _strict(data, "cp932")
    if text is None or _doubtful_cp932(text) or _HALF_KANA.search(text):
        return False
    others = len(data) - len(text)  # the characters of two bytes
    hiragana = len(_HIRAGANA.findall(text))
    return hiragana > 8 and hiragana * 5 > others


def _doubtful_utf8(text: str) -> bool:
    """Few bytes of CP932 or EUC-JP can be valid UTF-8 by chance; then letters of far scripts come out, and hardly anything else."""
    odd = len(_ODD_UTF8.findall(text[:SAMPLE_BYTES]))
    if odd == 0 or odd > 40 or _ORDINARY_UTF8.search(text):
        return False
    raw = text.encode()
    return max(_score(raw, "cp932"), _score(raw, "euc-jp")) > _score(raw, "utf-8")


def _best(sample: bytes, bulk: str | None) -> str:
    """The encoding under which the sample looks most like text."""
    candidates = _BYTEWISE[:3] if bulk in {"cp932", "euc-jp"} else _BYTEWISE  # damage in Japanese text is not French
    return max(candidates, key=lambda e: _score(sample, e) + (_STICKY if e == bulk else 0.0))


def _score(sample: bytes, encoding: str) -> float:
    return log_likelihood(_lenient(sample, encoding)) + _PRIOR.get(encoding, 0.0)


def _sample(data: bytes) -> bytes:
    """Lines with non-ASCII bytes, up to SAMPLE_BYTES: ASCII says nothing."""
    parts: list[bytes] = []
    size = 0
    for match in _NON_ASCII_LINE.finditer(data):
        part = match.group()
        if len(part) > SAMPLE_BYTES // 2:
            first = next(i for i, b in enumerate(part) if b > 0x7F)
            part = part[first : first + SAMPLE_BYTES // 2]
        parts.append(part)
        size += len(part)
        if size >= SAMPLE_BYTES:
            break
    return b"".join(parts) or data[:SAMPLE_BYTES]


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        if encoding == "euc-jp":
            text = decode_eucjp(data)
            return None if BAD in text else text
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _lenient(data: bytes, encoding: str) -> str:
    return decode_eucjp(data) if encoding == "euc-jp" else data.decode(encoding, "replace")


def _strict_prefix(sample: bytes, encoding: str) -> bool:
    """Whether a sample that may end inside a character decodes."""
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 3 and error.reason == "unexpected end of data"
    return True
