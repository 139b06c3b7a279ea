"""Plain text in old encodings, tables as text, and archives: everything without dates of its own, so that bytes depend on the seed only."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from piiscan.demo._model import FIXED_TIME

_DATE = (2024, 6, 1, 16, 0, 0)


def csv_text(rows: Iterable[Sequence[object]], delimiter: str = ",", quote: int = csv.QUOTE_MINIMAL) -> str:
    """Rows as CSV with Windows line ends."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quote, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def iso_2022_jp_ms(text: str) -> bytes:
    """ISO-2022-JP as Windows mailers write it: with ① and 髙, which the standard has no room for."""
    out, double = bytearray(), False
    for char in text:
        code = _windows_code(char)
        if (len(code) == 2) != double:
            double = not double
            out += b"\x1b$B" if double else b"\x1b(B"
        out += _jis(code) if double else code
    return bytes(out) + (b"\x1b(B" if double else b"")


def _windows_code(char: str) -> bytes:
    return _nec_selected().get(char) or char.encode("cp932")


@cache
def _nec_selected() -> Mapping[str, bytes]:
    """IBM's extra characters at the place NEC gave them, which is the one that fits into 7-bit codes."""
    table = {}
    for lead in range(0xED, 0xEF):
        for trail in [*range(0x40, 0x7F), *range(0x80, 0xFD)]:
            code = bytes((lead, trail))
            char = code.decode("cp932", "ignore")
            if len(char) == 1 and char.encode("cp932") != code:
                table[char] = code
    return table


def _jis(code: bytes) -> bytes:
    """Shift JIS to JIS for one character of two bytes."""
    lead, trail = code
    lead = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2
    if trail >= 0x9F:
        return bytes((lead, trail - 0x7E))
    return bytes((lead - 1, trail - (0x20 if trail > 0x7F else 0x1F)))


def zip_bytes(members: Mapping[str, bytes], *, names: str = "utf-8", stored: Sequence[str] = ()) -> bytes:
    """A ZIP; members in `stored` are not compressed. With `names` ``cp932`` names are stored as Windows used to, without a word on it."""
    out, stand_ins = io.BytesIO(), {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(members.items()):
            if names != "utf-8":
                # zipfile marks every name that is not ASCII as UTF-8, so a name of the same length stands in
                raw = name.encode(names)
                stand_ins[f"~{number}~".ljust(len(raw), "~")] = raw
                name = f"~{number}~".ljust(len(raw), "~")  # noqa: PLW2901
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, method)
    packed = out.getvalue()
    for stand_in, raw in stand_ins.items():
        packed = packed.replace(stand_in.encode(), raw)
    return packed


def locked_zip(name: str, data: bytes, password: bytes) -> bytes:
    """A ZIP with one member under the traditional cipher, as mail gateways make them. zipfile can only read those."""
    crc = zlib.crc32(data)
    keys = _ZipKeys(password)
    body = keys.encrypt(bytes(range(11)) + bytes((crc >> 24,)) + data)
    stamp = struct.pack("<HH", 16 << 11, (44 << 9) | (6 << 5) | 1)
    raw = name.encode("cp932")
    common = struct.pack("<HHH", 20, 1, 0) + stamp + struct.pack("<LLLHH", crc, len(body), len(data), len(raw), 0)
    local = b"PK\3\4" + common + raw + body
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0x20, 0) + raw
    return local + central + b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)


class _ZipKeys:
    """The traditional PKWARE cipher."""

    def __init__(self, password: bytes) -> None:
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._mix(byte)

    def _mix(self, byte: int) -> None:
        one, two, three = self.keys
        one = _crc_step(one, byte)
        two = ((two + (one & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [one, two, _crc_step(three, two >> 24)]

    def encrypt(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            temp = self.keys[2] | 2
            out.append(byte ^ ((temp * (temp ^ 1)) >> 8) & 0xFF)
            self._mix(byte)
        return bytes(out)


def _crc_step(value: int, byte: int) -> int:
    """One step of CRC-32 without its initial and final inversion."""
    return zlib.crc32(bytes((byte,)), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def tar_bytes(members: Mapping[str, bytes]) -> bytes:
    """A plain tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), FIXED_TIME
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gz(data: bytes) -> bytes:
    """gzip without a time in its header."""
    return gzip.compress(data, mtime=0)


def bz(data: bytes) -> bytes:
    """bzip2."""
    return bz2.compress(data)


def xz(data: bytes) -> bytes:
    """xz."""
    return lzma.compress(data)


def seven_zip(name: str, data: bytes) -> bytes:
    """A 7z archive with one member, compressed by LZMA2."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    packed = lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)
    header = _seven_header(name, data, len(packed))
    start = struct.pack("<QQL", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start + packed + header


def _seven_header(name: str, data: bytes, packed: int) -> bytes:
    """Header, pack info, one folder with one coder (LZMA2, dictionary of 1 MiB), the file's name. Tags as in 7zFormat.txt."""
    pack_info = b"\x06" + _number(0) + _number(1) + b"\x09" + _number(packed) + b"\0"
    folder = b"\x01" + b"\x21\x21" + b"\x01" + bytes((16,))
    unpack = b"\x07\x0b" + _number(1) + b"\0" + folder + b"\x0c" + _number(len(data)) + b"\x0a\x01"
    unpack += struct.pack("<L", zlib.crc32(data)) + b"\0"
    names = b"\0" + name.encode("utf-16-le") + b"\0\0"
    files = b"\x05" + _number(1) + b"\x11" + _number(len(names)) + names + b"\0"
    return b"\x01\x04" + pack_info + unpack + b"\0" + files + b"\0"


def _number(value: int) -> bytes:
    """7z's number: the leading ones of the first byte tell how many bytes follow."""
    for extra in range(8):
        if value < 1 << (7 * (extra + 1)):
            first = (0xFF00 >> extra) & 0xFF | (value >> (8 * extra))
            return bytes((first,)) + (value & ((1 << (8 * extra)) - 1)).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")
