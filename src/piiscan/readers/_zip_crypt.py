"""Opening encrypted zip entries with the passwords somebody configured: traditional encryption and WinZip AES."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from piiscan.errors import ReadError

AES = 99
BlockEncryptor = Callable[[bytes], bytes]


def spellings(passwords: Sequence[str]) -> Iterator[bytes]:
    """The bytes people's archivers made of the passwords: UTF-8, and CP932 on Japanese Windows."""
    for password in passwords:
        tried = {password.encode("utf-8", "replace"), password.encode("cp932", "replace")}
        yield from sorted(tried)


def decrypted(
    method: int, flags: int, crc: int | None, time: int, extra: bytes, packed: Iterator[bytes], passwords: Sequence[str]
) -> tuple[int, Iterator[bytes]]:
    """The method of the plain entry, and its packed bytes. Raises ReadError `encrypted` where no password fits."""
    if method == AES:
        return _aes(extra, packed, passwords)
    if flags & 0x2040:
        raise ReadError("encrypted", "strong encryption")
    head, rest = _take(packed, 12)
    check = time >> 8 if flags & 8 or crc is None else crc >> 24
    for password in spellings(passwords):
        cipher = _Traditional(password)
        if cipher.decrypt(head)[-1] == check:
            return method, map(cipher.decrypt, rest)
    raise ReadError("encrypted", "zip password")


def _take(chunks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    data = b""
    for chunk in chunks:
        data += chunk
        if len(data) >= size:
            return data[:size], chain([data[size:]], chunks)
    raise ReadError("truncated")


def _crc_table() -> tuple[int, ...]:
    table = []
    for i in range(256):
        value = i
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


class _Traditional:
    """The cipher of PKZIP 2.0. Python makes about one megabyte of it a second."""

    def __init__(self, password: bytes) -> None:
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        for byte in password:
            self._keys = _mixed(*self._keys, byte)

    def decrypt(self, data: bytes) -> bytes:
        a, b, c = self._keys
        out = bytearray()
        for byte in data:
            k = c | 2
            plain = byte ^ ((k * (k ^ 1)) >> 8 & 0xFF)
            a, b, c = _mixed(a, b, c, plain)
            out.append(plain)
        self._keys = (a, b, c)
        return bytes(out)


def _mixed(a: int, b: int, c: int, byte: int) -> tuple[int, int, int]:
    a = a >> 8 ^ _TABLE[(a ^ byte) & 0xFF]
    b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    c = c >> 8 ^ _TABLE[(c ^ b >> 24) & 0xFF]
    return a, b, c


def _aes(extra: bytes, packed: Iterator[bytes], passwords: Sequence[str]) -> tuple[int, Iterator[bytes]]:
    at = extra.find(b"\x01\x99\x07\x00")
    if at < 0 or len(extra) < at + 11 or extra[at + 8] not in {1, 2, 3}:
        raise ReadError("encrypted", "AES")
    strength = extra[at + 8]
    method = int.from_bytes(extra[at + 9 : at + 11], "little")
    key_size, salt_size = 8 + 8 * strength, 4 + 4 * strength
    if not passwords:
        raise ReadError("encrypted", "AES")
    head, rest = _take(packed, salt_size + 2)
    for password in spellings(passwords):
        # PBKDF2 with SHA-1 and 1000 rounds is what the format prescribes
        derived = hashlib.pbkdf2_hmac("sha1", password, head[:salt_size], 1000, 2 * key_size + 2)
        if derived[-2:] == head[-2:]:
            return method, _aes_stream(derived[:key_size], derived[key_size : 2 * key_size], rest)
    raise ReadError("encrypted", "AES")


def _aes_stream(key: bytes, mac_key: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Counter mode with a little-endian counter, which no library offers: the key stream comes from plain blocks."""
    encrypt = _block_encryptor(key)
    mac = hmac.new(mac_key, digestmod="sha1")
    counter, held = 1, b""
    for chunk in chunks:
        data = held + chunk
        usable = max(0, len(data) - 10) // 16 * 16
        data, held = data[:usable], data[usable:]
        mac.update(data)
        yield _xor(data, encrypt, counter)
        counter += usable // 16
    data, tag = held[:-10], held[-10:]
    mac.update(data)
    yield _xor(data, encrypt, counter)
    if not hmac.compare_digest(mac.digest()[:10], tag):
        raise ReadError("damaged", "authentication")


def _xor(data: bytes, encrypt: BlockEncryptor, counter: int) -> bytes:
    blocks = -(-len(data) // 16)
    stream = encrypt(b"".join((counter + i).to_bytes(16, "little") for i in range(blocks)))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def _block_encryptor(key: bytes) -> BlockEncryptor:
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError as error:  # it comes with msoffcrypto-tool, but is not ours to rely on
        raise ReadError("encrypted", "AES") from error
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305 - blocks of a counter, not of text
