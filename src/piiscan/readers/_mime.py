"""MIME as mails really are: headers, parts and transfer encodings, from bytes, with damage repaired and noted, never raised.

Own code instead of the `email` package: see ADR 0018 (bytes of parts stay as they are, nesting is bounded, charsets are decided by us).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from piiscan.text.decoding import decode, decode_as

MAX_DEPTH = 50
MAX_PARTS = 10_000
MAX_COPIES = 2 * 1024**3
"""Bytes that all levels of nesting may hold together: each level holds its own copy of what is inside it."""
MAX_HEADER_BYTES = 1024**2
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
_WORD = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(rb';\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL)
_SECTION = re.compile(r"^([^*]+)(?:\*(\d{1,4}))?(\*)?$")
_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?\n")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_GUESSED_BOUNDARY = re.compile(rb"^--([^\s].{0,250}?)[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Header:
    """One header line, unfolded, as bytes."""

    name: str
    raw: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return header_text(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf, or a multipart with `parts`. `number` is what IMAP calls it (``1.2``), empty for the top."""

    number: str
    headers: tuple[Header, ...] = field(repr=False)
    body: bytes = field(repr=False)
    media_type: str
    parameters: dict[str, str] = field(repr=False)
    disposition: str
    file_name: str | None = field(repr=False)
    encoding: str
    parts: tuple[Part, ...] = ()
    around: tuple[bytes, ...] = field(default=(), repr=False)
    damage: str = ""
    """A problem code: the multipart has no end; or it nests too deeply or has too many parts, then `body` is all of it."""

    def content(self) -> tuple[bytes, bool]:
        """The body without its transfer encoding, and whether all of it could be undone."""
        return undo_transfer(self.body, self.encoding)


def split_message(data: bytes) -> tuple[tuple[Header, ...], bytes]:
    """Headers and body. A line that is no header ends the headers as a blank line does."""
    headers: list[Header] = []
    at = 0
    pending: list[bytes] = []
    while at < len(data) and at < MAX_HEADER_BYTES:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end + 1
        line = data[at:end].rstrip(b"\r\n")
        if not line.strip():
            at = end
            break
        if line[:1] in {b" ", b"\t"} and pending:
            pending.append(line.lstrip() if pending[-1].endswith(b" ") else b" " + line.lstrip())
        elif _HEADER.match(line):
            headers += _finished(pending)
            pending = [line]
        else:
            break
        at = end
    headers += _finished(pending)
    return tuple(headers), data[at:]


def _finished(lines: Sequence[bytes]) -> list[Header]:
    if not lines:
        return []
    match = _HEADER.match(lines[0])
    assert match is not None
    return [Header(match.group(1).decode("ascii"), b"".join([lines[0][match.end() :], *lines[1:]]))]


class Parser:
    """Takes one mail apart. `check` is called for each part and may raise to stop (the time limit)."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._parts = 0

    def parse(self, data: bytes, number: str = "", depth: int = 0, default: str = "text/plain") -> Part:
        """A message or part with everything inside it."""
        self._check()
        headers, body = split_message(data)
        first: dict[str, bytes] = {}
        for header in headers:
            first.setdefault(header.name.lower(), header.raw)
        media_type, parameters = value_and_parameters(first.get("content-type", b""))
        disposition, more = value_and_parameters(first.get("content-disposition", b""))
        if media_type.count("/") != 1:
            media_type = "text/plain" if "content-type" in first else default
        encoding = first.get("content-transfer-encoding", b"").strip().split(b";")[0].decode("ascii", "replace").lower()
        part = Part(
            number=number, headers=headers, body=body, media_type=media_type, parameters=parameters,
            disposition=disposition, file_name=more.get("filename") or parameters.get("name"), encoding=encoding,
        )  # fmt: skip
        return self._with_parts(part, depth) if media_type.startswith("multipart/") else part

    def _with_parts(self, whole: Part, depth: int) -> Part:
        if depth >= MAX_DEPTH or depth * len(whole.body) > MAX_COPIES:
            return replace(whole, damage="limit-depth")
        pieces, around, complete = _split(whole.body, whole.parameters.get("boundary", ""))
        self._parts += len(pieces)
        if self._parts > MAX_PARTS:
            return replace(whole, damage="limit-members")
        inner = "message/rfc822" if whole.media_type == "multipart/digest" else "text/plain"
        prefix = f"{whole.number}." if whole.number else ""
        parts = tuple(self.parse(p, f"{prefix}{i}", depth + 1, inner) for i, p in enumerate(pieces, 1))
        return replace(whole, body=b"", parts=parts, around=around, damage="" if complete else "truncated")


def _split(body: bytes, boundary: str) -> tuple[list[bytes], tuple[bytes, ...], bool]:
    """The parts, what stands before and after them, and whether the end mark was there."""
    mark = boundary.encode("utf-8", "surrogateescape")
    places = _boundaries(body, mark) if mark else []
    if not places:  # a boundary that was lost or changed on the way: the first line that looks like one
        guess = next((m.group(1) for m in _GUESSED_BOUNDARY.finditer(body[:65536])), None)
        places = _boundaries(body, guess) if guess else []
    if not places:
        return [], (body,), False
    pieces = [body[end:start] for (_, end, _), (start, _, _) in pairwise(places)]
    closed = places[-1][2]
    if not closed:
        pieces.append(body[places[-1][1] :])
    epilogue = body[places[-1][1] :] if closed else b""
    return pieces, (body[: places[0][0]], epilogue), closed


def _boundaries(body: bytes, mark: bytes) -> list[tuple[int, int, bool]]:
    """(where the text before ends, where the text behind starts, whether it closes) of each boundary line up to the closing one."""
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(mark) + rb"(--)?[ \t]*(?=\r?\n|$)(?:\r?\n)?")
    found = []
    at = 0
    while match := line.search(body, at):
        if match.start() and match.group()[:1] not in b"\r\n":
            at = match.end() + 1
            continue
        found.append((match.start(), match.end(), match.group(1) is not None))
        if found[-1][2] or len(found) > MAX_PARTS:
            break
        # the line break that ends this line may begin the next boundary
        at = match.end() - (1 if body[match.end() - 1 : match.end()] == b"\n" else 0)
    return found


def value_and_parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """A structured header: its value in lower case, and its parameters with RFC 2231 and RFC 2047 undone."""
    value = raw.partition(b";")[0].strip().strip(b'"').lower().decode("ascii", "replace")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in _PARAMETER.finditer(raw[len(raw.partition(b";")[0]) :]):
        section = _SECTION.match(match.group(1).decode("ascii", "replace").lower())
        if section is None:
            continue
        quoted = match.group(2)
        # only these two are escaped by those who do; a single backslash is one of a Windows path
        text = re.sub(rb'\\(["\\])', rb"\1", quoted) if quoted is not None else match.group(3).strip()
        if section.group(2) is None and section.group(3) is None:
            plain.setdefault(section.group(1), header_text(text))
        else:
            pieces.setdefault(section.group(1), {})[int(section.group(2) or 0)] = (text, section.group(3) is not None)
    return value, {**plain, **{name: _joined(parts) for name, parts in pieces.items()}}


def _joined(parts: dict[int, tuple[bytes, bool]]) -> str:
    charset, data = "", b""
    for number, (text, extended) in sorted(parts.items()):
        piece = text
        if extended:
            if number == 0 and piece.count(b"'") >= 2:
                label, _, piece = piece.split(b"'", 2)
                charset = label.decode("ascii", "replace")
            piece = _PERCENT.sub(lambda m: bytes([int(m.group(1), 16)]), piece)
        data += piece
    return decode_as(data, charset or None)


def header_text(raw: bytes) -> str:
    """The text of a header: RFC 2047 words joined before they are decoded (senders cut characters in two), the rest as found."""
    out: list[str] = []
    charset, data, at = "", b"", 0
    for match in _WORD.finditer(raw):
        between = raw[at : match.start()]
        label = match.group(1).partition(b"*")[0].decode("ascii", "replace").lower()
        if data and (between.strip() or label != charset):
            out.append(decode_as(data, charset))
            data = b""
        if between.strip() or (not out and not data):
            out.append(_raw_text(between))
        charset, data = label, data + _word_bytes(match.group(2), match.group(3))
        at = match.end()
    if data:
        out.append(decode_as(data, charset))
    out.append(_raw_text(raw[at:]))
    return "".join(out).strip()


def _raw_text(raw: bytes) -> str:
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    return decode(raw).text


def _word_bytes(kind: bytes, text: bytes) -> bytes:
    if kind in b"bB":
        return base64(text)[0]
    return _HEX.sub(lambda m: bytes([int(m.group(1), 16)]), text.replace(b"_", b" "))


def undo_transfer(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Undo base64, quoted-printable or uuencode; other encodings change nothing."""
    if encoding == "base64":
        return base64(body)
    if encoding == "quoted-printable":
        return quoted_printable(body), True
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        match = _UU_BEGIN.search(body)
        return uudecode(body[match.end() :] if match else body)
    return body, True


def base64(text: bytes) -> tuple[bytes, bool]:
    """Base64 with foreign characters in it, several pieces each padded, or its end missing."""
    complete, out = True, []
    for piece in re.split(rb"=+", text.translate(None, _BASE64)):
        if len(piece) % 4 == 1:
            complete, piece = False, piece[:-1]  # noqa: PLW2901 - one character holds no byte
        out.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    return b"".join(out), complete


def quoted_printable(text: bytes) -> bytes:
    """Quoted-printable; an equals sign that begins no code stands for itself."""
    return binascii.a2b_qp(_SOFT_BREAK.sub(b"", text))


def uudecode(text: bytes) -> tuple[bytes, bool]:
    """The lines up to ``end``."""
    out: list[bytes] = []
    for line in text.split(b"\n"):
        bare = line.rstrip(b"\r")
        if bare.strip() == b"end":
            return b"".join(out), True
        try:
            out.append(binascii.a2b_uu(bare))
        except binascii.Error:  # a wrong length byte, or blanks that were cut off
            wanted = ((bare[0] - 32 & 63) * 4 + 5) // 3 if bare else 0
            try:
                out.append(binascii.a2b_uu(bare[:wanted].ljust(wanted)))
            except binascii.Error:
                return b"".join(out), False
    return b"".join(out), False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a plain body: text (`name` is None) that starts at `line`, or a file that was uuencoded into it."""

    data: bytes = field(repr=False)
    line: int
    name: str | None = field(default=None, repr=False)
    complete: bool = True


def inline_files(text: bytes) -> Iterator[Piece]:
    """A plain body parted into text and uuencoded files."""
    start, at, line = 0, 0, 1
    while match := _UU_BEGIN.search(text, at):
        at = match.end()
        if not b"!" <= text[at : at + 1] <= b"`":  # a sentence, not the length of a line
            continue
        end = _UU_END.search(text, at)
        if end is None:
            break
        yield Piece(text[start : match.start()], line)
        data, complete = uudecode(text[at : end.end()])
        yield Piece(data, 0, header_text(match.group(1)), complete)
        line += text.count(b"\n", start, end.end())
        start = at = end.end()
    yield Piece(text[start:], line)


def unflow(text: str, delete_space: bool) -> str:
    """Join the lines of format=flowed (RFC 3676), quotes kept apart."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        bare = line.rstrip("\r")
        depth = len(bare) - len(bare.lstrip(">"))
        body = bare[depth:].removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        if flows and delete_space:
            body = body[:-1]
        if open_depth == depth and out:
            out[-1] += body
        else:
            out.append(">" * depth + (" " if depth else "") + body)
        open_depth = depth if flows else None
    return "\n".join(out)
