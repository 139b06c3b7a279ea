"""Mailboxes in one file (mbox in its dialects), message by message, without holding the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import Budget
from piiscan.model import Content, Reading
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._unpack import member

_LINE = 64 * 1024
_DATED = re.compile(rb"^From .{0,300}?\d{1,2}:\d{2}(:\d{2})?.{0,40}$")
_HEADER = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:")
_QUOTED = re.compile(rb"^>+From ")


class MboxReader:
    """Each message is an item, named by its number: its subject may name a person."""

    name: ClassVar[str] = "mbox"
    media_types: ClassVar[tuple[str, ...]] = ("application/mbox",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        with content.open() as stream:
            box = _Mailbox(stream, context.budget)
            number = 0
            while box.begin():
                number += 1
                message = box.message()
                yield from member(context, f"message-{number:04}.eml", message, media_type="message/rfc822")
                for _ in message:  # what nobody read of it, up to the next one
                    pass
        if not number:
            raise ReadError("damaged", "no message")


class _Mailbox:
    """Lines of a mailbox with one line of look-ahead, as "From " also begins sentences."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream, self._budget = stream, budget
        self._line = self._next()
        self._ahead = self._next()
        self._blank, self._starts = True, True

    def _next(self) -> bytes:
        return self._stream.readline(_LINE)

    def _advance(self) -> None:
        self._blank = self._starts and not self._line.strip()
        self._starts = self._line.endswith(b"\n")
        self._line, self._ahead = self._ahead, self._next()

    def _separates(self) -> bool:
        """Whether the line parts two messages: two of these hold: a blank line before, a date in it, a header behind."""
        line = self._line
        if not self._starts or not line.startswith(b"From "):
            return False
        dated = _DATED.match(line.rstrip(b"\r\n")) is not None
        return self._blank + dated + (_HEADER.match(self._ahead) is not None) >= 2

    def begin(self) -> bool:
        """Go behind the From_ line of the next message; false at the end."""
        while self._line and not self._line.strip():
            self._advance()
        if self._starts and self._line.startswith(b"From "):
            self._advance()
        return bool(self._line)

    def message(self) -> Iterator[bytes]:
        """The bytes of the message, quoting of From_ lines undone."""
        out, size = [], 0
        while self._line and not self._separates():
            line = self._line
            out.append(line[1:] if self._starts and _QUOTED.match(line) else line)
            size += len(line)
            self._advance()
            if size >= _LINE:
                self._budget.check_time()
                yield b"".join(out)
                out, size = [], 0
        self._budget.check_time()
        yield b"".join(out)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The mbox reader."""
    return [MboxReader]
