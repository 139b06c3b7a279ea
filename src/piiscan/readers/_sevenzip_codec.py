"""Decoding a 7z folder: a chain of coders over the decompressors of the standard library."""

from __future__ import annotations

import hashlib
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from piiscan.errors import ReadError
from piiscan.limits import Budget
from piiscan.readers._sevenzip_format import Coder, Folder, Stream
from piiscan.readers._unpack import Decompressor, Inflate, bzip2, lzma1_filter, lzma_raw, read_range, unpack

AES = b"\x06\xf1\x07\x01"
_BRANCH_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x09": lzma.FILTER_SPARC,
}
_UNSUPPORTED = {
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "deflate64",
    b"\x04\xf7\x11\x01": "zstd",
    b"\x04\xf7\x11\x02": "brotli",
    b"\x04\xf7\x11\x04": "lz4",
    b"\x0a": "ARM64 filter",
    b"\x0b": "RISC-V filter",
}
CHECKED_BYTES = 8 * 1024**2
Chunks = Iterator[bytes]


class Keys:
    """Keys made of the configured passwords, the one that fitted last first; deriving one takes half a second."""

    def __init__(self, passwords: Sequence[str], budget: Budget) -> None:
        self._passwords = list(dict.fromkeys(passwords))
        self._budget = budget
        self._made: dict[tuple[str, bytes, int], bytes] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._passwords))

    def fitted(self, password: str) -> None:
        self._passwords.remove(password)
        self._passwords.insert(0, password)

    def key(self, password: str, salt: bytes, power: int) -> bytes:
        made = self._made.get((password, salt, power))
        if made is None:
            made = self._made[password, salt, power] = self._derive(
                password.encode("utf-16-le", "replace"), salt, power
            )
        return made

    def _derive(self, password: bytes, salt: bytes, power: int) -> bytes:
        if power == 0x3F:
            return (salt + password)[:32].ljust(32, b"\0")
        if power > 24:
            raise ReadError("damaged", "7z key rounds")
        digest = hashlib.sha256()
        for start in range(0, 1 << power, 4096):
            self._budget.check_time()
            rounds = range(start, min(start + 4096, 1 << power))
            digest.update(b"".join(salt + password + i.to_bytes(8, "little") for i in rounds))
        return digest.digest()


def folder_bytes(stream: BinaryIO, folder: Folder, keys: Keys, first: Stream) -> Chunks:
    """The unpacked bytes of a folder. Raises ReadError: `encrypted`, `unsupported-format`, `damaged`, `truncated`.

    `first` is what the folder begins with: its checksum tells the right password.
    """
    order = _order(folder)
    if not any(c.method == AES for c in folder.coders):
        return _chain(stream, folder, order, "", keys)
    for password in keys:
        try:
            chunks = _chain(stream, folder, order, password, keys)
            start = _start(chunks, first)
        except ReadError as error:
            if error.code not in {"damaged", "truncated"}:
                raise
            continue
        keys.fitted(password)
        return chain([start], chunks)
    raise ReadError("encrypted", "7z AES")


def _start(chunks: Chunks, first: Stream) -> bytes:
    """Enough of the beginning to see whether the password was right; long files are believed by their first piece."""
    start = next(chunks, b"")
    if first.crc is None or first.size > CHECKED_BYTES:
        return start
    while len(start) < first.size:
        start += next(chunks, b"") or b"\0" * first.size
    if zlib.crc32(start[: first.size]) != first.crc:
        raise ReadError("damaged", "checksum")
    return start


def _order(folder: Folder) -> list[int]:
    """Positions of the coders from the packed bytes to the plain ones. Only chains: BCJ2, which parts one stream into four, is not read."""
    for coder in folder.coders:
        if coder.inputs != 1 or coder.outputs != 1:
            raise ReadError("unsupported-format", "7z BCJ2")
        if coder.method in _UNSUPPORTED:
            raise ReadError("unsupported-format", f"7z {_UNSUPPORTED[coder.method]}")
    feeds = {out: into for into, out in folder.binds}
    if len(folder.packed) != 1 or folder.packed[0] >= len(folder.coders):
        raise ReadError("damaged", "7z coders")
    order = [folder.packed[0]]
    while order[-1] in feeds and len(order) <= len(folder.coders):
        order.append(feeds[order[-1]])
    if len(order) != len(folder.coders) or len(set(order)) != len(order):
        raise ReadError("damaged", "7z coders")
    return order


def _chain(stream: BinaryIO, folder: Folder, order: Sequence[int], password: str, keys: Keys) -> Chunks:
    start, size = folder.places[0]
    chunks: Chunks = read_range(stream, start, size)
    for i in order:
        coder = folder.coders[i]
        chunks = _decrypt(chunks, coder, password, keys) if coder.method == AES else _decode(chunks, coder)
        chunks = _exactly(chunks, folder.sizes[i])
    return chunks


def _decode(chunks: Chunks, coder: Coder) -> Chunks:
    method, properties = coder.method, coder.properties
    if method in {b"\x00", b""}:
        return chunks
    if method == b"\x03\x01\x01":
        return unpack(chunks, lzma_raw([lzma1_filter(properties)]), marked=False)
    if method == b"\x21":
        return unpack(chunks, lzma_raw([{"id": lzma.FILTER_LZMA2, "dict_size": _lzma2_dictionary(properties)}]))
    if method == b"\x04\x01\x08":
        return unpack(chunks, Inflate())
    if method == b"\x04\x02\x02":
        return _streams(chunks, bzip2)
    if method == b"\x03":
        return _filtered(chunks, {"id": lzma.FILTER_DELTA, "dist": (properties or b"\0")[0] + 1})
    if method in _BRANCH_FILTERS:
        return _filtered(chunks, {"id": _BRANCH_FILTERS[method]})
    raise ReadError("unsupported-format", f"7z method {method.hex()}")


def _lzma2_dictionary(properties: bytes) -> int:
    bits = properties[0] if properties else 41
    if bits > 40:
        raise ReadError("damaged", "LZMA settings")
    return 0xFFFFFFFF if bits == 40 else (2 | bits & 1) << bits // 2 + 11


def _streams(chunks: Chunks, make: Callable[[], Decompressor]) -> Chunks:
    """Several streams after each other, as multi-threaded bzip2 writes."""
    back: list[bytes] = []

    def source() -> Chunks:
        while back:
            yield back.pop()
        yield from chunks

    while True:
        engine = make()
        yield from unpack(source(), engine)
        rest = engine.unused_data or next(chunks, b"")
        if not rest:
            return
        back.append(rest)


def _filtered(chunks: Chunks, settings: dict[str, int]) -> Chunks:
    """A branch or delta filter alone. liblzma has no filter without a compressor, so the bytes are handed to it as LZMA2's
    stored blocks; that also makes it give out the last bytes, which it keeps back behind an LZMA1 without an end mark.
    """
    return unpack(_stored_lzma2(chunks), lzma_raw([settings, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))


def _stored_lzma2(chunks: Chunks) -> Chunks:
    control = b"\x01"
    for chunk in chunks:
        for at in range(0, len(chunk), 1 << 16):
            block = chunk[at : at + (1 << 16)]
            yield control + (len(block) - 1).to_bytes(2, "big") + block
            control = b"\x02"
    yield b"\x00"


def _exactly(chunks: Chunks, size: int) -> Chunks:
    """The first `size` bytes; fewer is `truncated`."""
    left = size
    for chunk in chunks:
        if len(chunk) >= left:
            yield chunk[:left]
            return
        left -= len(chunk)
        yield chunk
    if left:
        raise ReadError("truncated")


def _decrypt(chunks: Chunks, coder: Coder, password: str, keys: Keys) -> Chunks:
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError as error:  # it comes with msoffcrypto-tool, but is not ours to rely on
        raise ReadError("encrypted", "7z AES") from error
    properties = coder.properties
    if not properties:
        raise ReadError("damaged", "7z key")
    first, second = (properties + b"\0")[:2]
    salt_size, iv_size = (first >> 7) + (second >> 4), (first >> 6 & 1) + (second & 15)
    salt, iv = properties[2 : 2 + salt_size], properties[2 + salt_size : 2 + salt_size + iv_size]
    key = keys.key(password, salt, first & 0x3F)
    engine = Cipher(algorithms.AES(key), modes.CBC(iv.ljust(16, b"\0")[:16])).decryptor()
    return (engine.update(chunk) for chunk in chunks)
