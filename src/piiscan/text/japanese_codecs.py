"""Decoders for the Japanese byte encodings as they are found, where Python's own codecs lose characters.

Windows programs write the vendor rows (NEC row 13: ① ㈱; NEC-selected IBM rows 89-92 and IBM rows 115-119: 髙 﨑) into ISO-2022-JP and
EUC-JP; the standard codecs reject those. The rows are the same table as in CP932, so a row and cell is decoded by way of CP932.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

BAD = "\ufffd"
_EUC_ERRORS = "piiscan.eucjp"

_ESCAPE = re.compile(rb"(\x1b\$\([@BDOPQ]|\x1b\$[@B]|\x1b\([BJHI]|\x1b&@|\x0e|\x0f|[\r\n])")
_MODES = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "ascii",
    b"\x1b(H": "ascii",
    b"\x1b(I": "kana",
    b"\x1b$@": "jis208",
    b"\x1b$B": "jis208",
    b"\x1b$(@": "jis208",
    b"\x1b$(B": "jis208",
    b"\x1b$(D": "jis212",
    b"\x1b$(O": "jis213",
    b"\x1b$(Q": "jis213",
    b"\x1b$(P": "jis213plane2",
}
_CLEAN = re.compile(rb"[\x21-\x7e]*")
_HIGH = bytes(b | 0x80 for b in range(256))
_SIGNATURE = re.compile(rb"\x1b\$(?:[@B]|\([@BDOPQ])|\x1b\(I|\x0e[\x21-\x5f]+\x0f")


def has_iso2022jp(data: bytes) -> bool:
    """Whether the bytes carry escape sequences (or shifts) of ISO-2022-JP."""
    return (b"\x1b" in data or b"\x0e" in data) and _SIGNATURE.search(data) is not None


def decode_iso2022jp(data: bytes) -> str:
    """Decode ISO-2022-JP as Windows mailers write it; undecodable bytes become U+FFFD, one each.

    Knows JIS X 0208 with the vendor rows, JIS X 0212, JIS X 0213, half-width kana by escape, shift and as 8-bit bytes. Every line starts
    in ASCII again, as the standard demands, so a lost escape garbles one line only.
    """
    out: list[str] = []
    mode, shifted = "ascii", False
    for piece in _ESCAPE.split(data):
        if piece in _MODES:
            mode = _MODES[piece]
        elif piece in {b"\x0e", b"\x0f"}:
            shifted = piece == b"\x0e"
        elif piece in {b"\r", b"\n"}:
            mode, shifted = "ascii", False
            out.append(piece.decode("ascii"))
        elif piece and piece != b"\x1b&@":
            out.append(_decode_run(piece, "kana" if shifted else mode))
    return "".join(out)


def _decode_run(run: bytes, mode: str) -> str:
    if mode == "ascii":
        return run.decode("ascii") if run.isascii() else "".join(map(_single, run))
    if mode == "kana":
        return "".join(_single(b | 0x80 if 0x21 <= b <= 0x5F else b) for b in run)
    if mode == "jis208" and len(run) % 2 == 0 and _CLEAN.fullmatch(run):
        return decode_eucjp(run.translate(_HIGH))
    out: list[str] = []
    at = 0
    while at < len(run):
        if run[at] < 0x21:  # spaces and controls pass through
            out.append(chr(run[at]))
            at += 1
        else:
            out.append(_pair(run[at : at + 2], mode))
            at += 2
    return "".join(out)


def _single(byte: int) -> str:
    if byte < 0x80:
        return chr(byte)
    return chr(0xFEC0 + byte) if 0xA1 <= byte <= 0xDF else BAD


@cache
def _pair(pair: bytes, mode: str) -> str:
    if len(pair) < 2 or not 0x21 <= pair[1] <= 0x7E:
        return BAD
    high = bytes(b | 0x80 for b in pair)
    try:
        if mode == "jis212":
            return decode_eucjp(b"\x8f" + high)
        if mode == "jis213":
            return high.decode("euc_jis_2004")
        if mode == "jis213plane2":
            return (b"\x8f" + high).decode("euc_jis_2004")
    except UnicodeDecodeError:
        return BAD
    if pair[0] > 0x7E:  # rows 115-119 of the IBM extension, written with lead bytes 93-97
        return cp932_row_cell(pair[0] - 0x20, pair[1] - 0x20)
    return decode_eucjp(high)


def cp932_row_cell(row: int, cell: int) -> str:
    """The character CP932 has at a JIS row (1-120) and cell (1-94); U+FFFD where it has none."""
    lead = (row - 1) // 2 + 0x81
    lead += 0x40 if lead > 0x9F else 0
    trail = cell + 0x9E if row % 2 == 0 else cell + (0x40 if cell > 63 else 0x3F)
    if lead > 0xFC:
        return BAD
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return BAD


def decode_eucjp(data: bytes) -> str:
    """Decode EUC-JP with vendor extensions (CP51932, eucJP-ms); undecodable bytes become U+FFFD."""
    return data.decode("euc_jp", _EUC_ERRORS)


@cache
def _eucjp_ms_set3() -> dict[bytes, str]:
    """Rows 83-84 of code set 3 in eucJP-ms: the IBM extension in its CP932 order, less what JIS X 0212 has."""
    kanji = (cp932_row_cell(row, cell) for row in range(115, 120) for cell in range(1, 95))
    rest = [c for c in kanji if "\u4e00" <= c < "\uff00" and not _in_euc(c)]
    chars = [chr(0x2170 + n) for n in range(10)] + [chr(0x2160 + n) for n in range(10)] + list("＇＂㈱№℡") + rest
    cells = [(0xF3, c) for c in range(0xF3, 0xFF)] + [(0xF4, c) for c in range(0xA1, 0xFF)]
    return {bytes((0x8F, *cell)): char for cell, char in zip(cells, chars, strict=False)}


def _in_euc(char: str) -> bool:
    try:
        char.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    return True


def _euc_vendor(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: what the plain codec rejects is looked up in the vendor rows."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, at = error.object, error.start
    first = data[at]
    if first == 0x8F:
        char = _eucjp_ms_set3().get(bytes(data[at : at + 3]))
        if char is not None:
            return char, at + 3
        if len(data) > at + 2 and data[at + 1] > 0xA0 and data[at + 2] > 0xA0:
            return BAD, at + 3
    elif 0xA1 <= first <= 0xFE and at + 1 < len(data) and 0xA1 <= data[at + 1] <= 0xFE:
        return cp932_row_cell(first - 0xA0, data[at + 1] - 0xA0), at + 2
    return BAD, at + 1


codecs.register_error(_EUC_ERRORS, _euc_vendor)
