"""Mailboxes: where one message ends, and that a large box costs no memory."""

import io
import tracemalloc

from piiscan.content import StreamContent
from piiscan.limits import Budget, Limits
from piiscan.model import Embedded, Item
from piiscan.protocols import ReadContext
from piiscan.readers.mbox import MboxReader

FROM = b"From taro@example.jp Mon Jun  1 10:00:00 2026\n"


def test_messages_are_parted_and_quoted_from_lines_restored(read):
    one = b"Subject: a\n\nFrom the beginning it was so.\n>From here\n>>From there\n> quoted stuff\n\n"
    two = b"Subject: b\n\nbody\n"
    out = read(MboxReader, FROM + one + FROM + two)
    assert list(out.members) == ["message-0001.eml", "message-0002.eml"]
    assert out.members["message-0001.eml"] == one.replace(b">From h", b"From h").replace(b">>From", b">From")
    assert out.members["message-0002.eml"] == two
    assert {e.media_type for e in out.embedded} == {"message/rfc822"}


def test_a_sentence_that_begins_with_from_is_no_message(read):
    box = FROM + b"Subject: a\n\ntext\n\nFrom now on all is well.\nFrom 10:30 to 2026 we wait\nyes\n"
    assert len(read(MboxReader, box).members) == 1


def test_a_missing_blank_line_or_date_does_not_hide_a_message(read):
    box = FROM + b"Subject: a\n\ntext\n" + FROM + b"Subject: b\n\ntext\n\nFrom MAILER-DAEMON\nSubject: c\n\nx\n"
    assert len(read(MboxReader, box).members) == 3


def test_windows_line_ends_and_thunderbird_separators(read):
    box = b"From - Mon Jun 01 10:00:00 2026\r\nSubject: a\r\n\r\nx\r\n\r\n" * 3
    assert len(read(MboxReader, box).members) == 3


def test_messages_nobody_reads_are_passed_over(read):
    out = read(MboxReader, (FROM + b"Subject: a\n\n" + b"x" * 300_000 + b"\n\n") * 3, read_members=False)
    assert len(out.members) == 3


def test_a_large_box_is_never_held_in_memory():
    class Repeated(io.RawIOBase):
        message = FROM + b"Subject: a\n\n" + b"y" * 70 * 1000 + b"\n\n"
        left = 500

        def __init__(self):
            self.buffer = b""

        def readable(self):
            return True

        def seekable(self):
            return True

        def readinto(self, target):
            if not self.buffer and self.left:
                self.left -= 1
                self.buffer = self.message
            piece, self.buffer = self.buffer[: len(target)], self.buffer[len(target) :]
            target[: len(piece)] = piece
            return len(piece)

    content = StreamContent(lambda: io.BufferedReader(Repeated()))
    context = ReadContext(item=Item(uri="u", source="s", name="n"), budget=Budget(Limits()))
    tracemalloc.start()
    count = sum(len(r.content.head()) > 60_000 for r in MboxReader().read(content, context) if isinstance(r, Embedded))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 500
    assert peak < 8_000_000
