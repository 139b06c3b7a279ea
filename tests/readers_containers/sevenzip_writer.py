"""Writes 7z archives for the tests, from the format's description: any coder chain, solid folders, packed or plain header."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib

MAGIC = b"7z\xbc\xaf\x27\x1c"
LZMA2_PROPS = bytes([24])
_LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}


def number(value):
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            first = (0xFF00 >> extra & 0xFF) | value >> 8 * extra
            return bytes([first]) + (value & (1 << 8 * extra) - 1).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")


def bits(values):
    raw = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        raw[i // 8] |= 0x80 >> i % 8 if value else 0
    return bytes(raw)


def raw_lzma(data, filters):
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)


def _lzma2_filtered(data, filter_id):
    """What a branch filter makes of the data, taken from LZMA2's compressor by unpacking without the filter."""
    settings = [{"id": filter_id}, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    if filter_id == lzma.FILTER_DELTA:
        settings[0]["dist"] = 1
    return lzma.decompress(raw_lzma(data, settings), format=lzma.FORMAT_RAW, filters=settings[1:])


def _deflate(data):
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


# name: (method id, properties, function that packs)
METHODS = {
    "copy": (b"\x00", b"", lambda d: d),
    "lzma": (b"\x03\x01\x01", bytes([93]) + struct.pack("<L", 1 << 20), lambda d: raw_lzma(d, [_LZMA1])),
    "lzma2": (b"\x21", LZMA2_PROPS, lambda d: raw_lzma(d, [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])),
    "bzip2": (b"\x04\x02\x02", b"", bz2.compress),
    "deflate": (b"\x04\x01\x08", b"", _deflate),
    "delta": (b"\x03", b"\x00", lambda d: _lzma2_filtered(d, lzma.FILTER_DELTA)),
    "x86": (b"\x03\x03\x01\x03", b"", lambda d: _lzma2_filtered(d, lzma.FILTER_X86)),
    "arm": (b"\x03\x03\x05\x01", b"", lambda d: _lzma2_filtered(d, lzma.FILTER_ARM)),
    "ppmd": (b"\x03\x04\x01", b"\x06\0\0\x01\0", lambda d: d),
    "aes": (b"\x06\xf1\x07\x01", b"\x13\x00", lambda d: d),
}


def _folder(chain, data):
    """(packed bytes, folder record, sizes of the coders' outputs) of a chain, outermost packer first: ("lzma", "x86")."""
    sizes, packed = [], data
    for name in reversed(chain):
        sizes.insert(0, len(packed))
        packed = METHODS[name][2](packed)
    record = number(len(chain))
    for name in chain:
        method, properties, _ = METHODS[name]
        record += bytes([len(method) | (0x20 if properties else 0)]) + method
        record += number(len(properties)) + properties if properties else b""
    for i in range(1, len(chain)):
        record += number(i) + number(i - 1)
    return packed, record, sizes


def _streams(packed, records, sizes, start, substreams=b"", crcs=b""):
    return (
        b"\x06" + number(start) + number(len(packed)) + b"\x09" + b"".join(number(len(p)) for p in packed) + b"\x00"
        + b"\x07\x0b" + number(len(records)) + b"\x00" + b"".join(records)
        + b"\x0c" + b"".join(number(s) for each in sizes for s in each) + crcs + b"\x00" + substreams + b"\x00"
    )  # fmt: skip


def make_7z(folders, empty=(), directories=(), header_chain=None, crc_error=False):
    """`folders` are (chain, {name: data}) pairs; files of one folder are solid."""
    packed, records, sizes, files, digests = [], [], [], [], []
    for chain, members in folders:
        out, record, each = _folder(chain, b"".join(members.values()))
        packed.append(out)
        records.append(record)
        sizes.append(each)
        files += members
        digests += [zlib.crc32(d) ^ crc_error for d in members.values()]
    sub = b"\x08\x0d" + b"".join(number(len(m)) for _, m in folders) + b"\x09"
    sub += b"".join(number(len(d)) for _, m in folders for d in list(m.values())[:-1])
    sub += b"\x0a\x01" + b"".join(struct.pack("<L", d) for d in digests) + b"\x00"
    names = [*files, *empty, *directories]
    text = b"\x00" + b"".join(n.encode("utf-16-le") + b"\0\0" for n in names)
    info = number(len(names))
    if empty or directories:
        flags = bits([False] * len(files) + [True] * (len(empty) + len(directories)))
        info += b"\x0e" + number(len(flags)) + flags
        flags = bits([True] * len(empty) + [False] * len(directories))
        info += b"\x0f" + number(len(flags)) + flags
    info += b"\x11" + number(len(text)) + text
    times = b"\x01\x00" + struct.pack("<Q", (1_700_000_000 + 11_644_473_600) * 10_000_000) * len(names)
    info += b"\x14" + number(len(times)) + times + b"\x00"
    streams = b"\x04" + _streams(packed, records, sizes, 0, sub) if folders else b""
    header = b"\x01" + streams + b"\x05" + info + b"\x00"
    body = b"".join(packed)
    if header_chain:
        out, record, each = _folder(header_chain, header)
        crc = b"\x0a\x01" + struct.pack("<L", zlib.crc32(header))
        header = b"\x17" + _streams([out], [record], [each], len(body), crcs=crc)
        body += out
    return wrap(body, header)


def wrap(body, header):
    start = struct.pack("<QQL", len(body), len(header), zlib.crc32(header))
    return MAGIC + b"\x00\x04" + struct.pack("<L", zlib.crc32(start)) + start + body + header
