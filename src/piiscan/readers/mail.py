"""Single mails (RFC 5322 and MIME), also web pages saved as mail (.mht) and Apple's .emlx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Embedded, Locator, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._mime import Parser, Part, inline_files, unflow
from piiscan.readers._smime import signed_content
from piiscan.readers._unpack import Names
from piiscan.text.decoding import decode_as
from piiscan.text.streaming import cut

MAX_MAIL_BYTES = 512 * 1024**2
"""Mails are taken apart in memory."""

TRANSPORT = re.compile(
    r"^(?:content-.*|mime-version|message-id|in-reply-to|references|thread-.*|received|received-spf|dkim-signature|domainkey-.*|arc-.*"
    r"|authentication-results|x-google-dkim-signature|x-ms-exchange-.*|x-microsoft-antispam.*|x-gm-message-state|x-mailer|user-agent)$",
    re.IGNORECASE,
)
"""Headers of machines for machines: identifiers that look like addresses but lead to no person, and signatures."""

_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_ENVELOPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_TEXT_MESSAGES = frozenset({"message/delivery-status", "message/disposition-notification", "message/feedback-report"})
_TEXT = frozenset({"text/plain", "text/enriched", "text/x-amp-html", "text/rfc822-headers", *_TEXT_MESSAGES})
_ENDINGS = {
    "text/html": ".html",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "image/jpeg": ".jpg",
}
_PGP = "-----BEGIN PGP MESSAGE-----"


class MailReader:
    """Headers as labelled fields, text bodies as text, everything else as items of their own, with IMAP's part numbers."""

    name: ClassVar[str] = "mail"
    media_types: ClassVar[tuple[str, ...]] = (
        "message/rfc822",
        "message/global",
        "multipart/related",
        "application/x-mimearchive",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        with content.open() as stream:
            data = stream.read(MAX_MAIL_BYTES + 1)
        if len(data) > MAX_MAIL_BYTES:
            raise ReadError("too-large", str(MAX_MAIL_BYTES))
        top = Parser(context.budget.check_time).parse(_message(data))
        yield from _headers(top, Locator())
        yield from _Walk(context).part(top, single=True)


def _message(data: bytes) -> bytes:
    """Without what may stand in front: a BOM, blank lines, the length line of .emlx, a From_ line of mbox."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    first, _, rest = data.partition(b"\n")
    if first.strip().isdigit() and len(first) < 20:
        return rest[: int(first)]
    if first.startswith((b"From ", b">From ")):
        return rest
    return data


def _headers(part: Part, locator: Locator) -> Iterator[Reading]:
    for header in part.headers:
        text = "" if TRANSPORT.match(header.name) else header.text
        if text:
            place = locator.then(header=header.name)
            yield TextSegment(text=text, locator=place, kind=SegmentKind.FIELD, label=header.name)


class _Walk:
    """One mail's parts, in order."""

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self._names = Names()

    def part(self, part: Part, *, single: bool = False) -> Iterator[Reading]:
        self._context.budget.check_time()
        number = part.number or "1"
        place = Locator.of(part=number)
        if part.media_type == "multipart/encrypted":
            yield self._context.problem("encrypted", "PGP/MIME", place)
            return
        if not part.media_type.startswith("multipart/"):
            yield from self._leaf(part, number, place)
            return
        if part.damage:
            yield self._context.problem(part.damage, "multipart", Locator() if single else place)
        if part.body:
            yield from self._text(part.body, part, place)
        for name, text in zip(("preamble", "epilogue"), part.around, strict=False):
            if text.strip():
                yield from self._text(text, part, Locator.of(part=f"{part.number}.{name}".lstrip(".")))
        for inner in part.parts:
            yield from self.part(inner)

    def _leaf(self, part: Part, number: str, place: Locator) -> Iterator[Reading]:
        data, complete = part.content()
        if not complete:
            yield self._context.problem("truncated", part.encoding, place)
        if part.media_type in _SIGNATURES:
            return  # a signature over the other parts: keys and checksums
        if part.media_type in _ENVELOPES:
            yield from self._envelope(data, place, number)
        elif part.media_type in _TEXT and not part.file_name and part.disposition != "attachment":
            for piece in inline_files(data):
                if not piece.complete:
                    yield self._context.problem("truncated", "uuencode", place)
                if piece.name is None:
                    yield from self._text(piece.data, part, place, piece.line)
                else:
                    yield self._embedded(piece.name, piece.data, None)
        elif part.media_type in _MESSAGES:
            yield self._embedded(part.file_name or f"part-{number}.eml", data, "message/rfc822")
        elif data or part.file_name:
            yield self._attachment(part, data, number)

    def _attachment(self, part: Part, data: bytes, number: str) -> Embedded:
        media_type = part.media_type
        name = part.file_name or f"part-{number}{_ENDINGS.get(media_type, '')}"
        charset = part.parameters.get("charset")
        if media_type == "text/html" and charset:
            # the mail's word counts more than the page's own; as UTF-8 with a BOM nobody has to ask again
            data = b"\xef\xbb\xbf" + decode_as(data, charset).encode("utf-8", "replace")
        known = media_type != "application/octet-stream" and not media_type.startswith("text/x-")
        return self._embedded(name, data, media_type if known else None)

    def _embedded(self, name: str, data: bytes, media_type: str | None) -> Embedded:
        label = self._names.label(name)
        return Embedded(path=label, content=BytesContent(data, label), size=len(data), media_type=media_type)

    def _envelope(self, data: bytes, place: Locator, number: str) -> Iterator[Reading]:
        try:
            inner = signed_content(data)
        except ReadError as error:
            yield self._context.problem(error.code, error.detail, place)
            return
        yield self._embedded(f"part-{number}.signed.eml", inner, "message/rfc822")

    def _text(self, data: bytes, part: Part, place: Locator, first_line: int = 1) -> Iterator[Reading]:
        text = decode_as(data, part.parameters.get("charset"))
        if _PGP in text:
            yield self._context.problem("encrypted", "PGP", place)
        flowed = part.parameters.get("format", "").lower() == "flowed"
        if flowed:  # joined lines are no longer the lines a person counts
            text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
        for piece, line in cut(iter([text])):
            if piece.strip():
                yield TextSegment(text=piece, locator=place, first_line=None if flowed else first_line + line - 1)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The mail reader."""
    return [MailReader]
