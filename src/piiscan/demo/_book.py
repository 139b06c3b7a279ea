"""Workbooks, mails, databases, bank files: what takes a little more than text."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from piiscan.demo._model import FIXED_TIME
from piiscan.demo._pack import iso_2022_jp_ms
from piiscan.demo._people import Person, half_kana

OWN_ACCOUNT = "1000001"
_NOW = datetime.fromtimestamp(FIXED_TIME, UTC)
Sheet = Callable[[Any, Any], None]
"""Fills one worksheet: gets the workbook and the worksheet of xlsxwriter."""


def xlsx(
    sheets: Mapping[str, Sheet | Sequence[Sequence[object]]], *, hidden: Sequence[str] = (), author: str = ""
) -> bytes:
    """An Excel workbook; a sheet is rows, or a function that fills it."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"author": author, "created": _NOW.replace(tzinfo=None)})
    for name, fill in sheets.items():
        sheet = book.add_worksheet(name)
        if callable(fill):
            fill(book, sheet)
        else:
            for number, row in enumerate(fill):
                sheet.write_row(number, 0, row)
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


def locked_xlsx(plain: bytes, password: str) -> bytes | None:
    """The workbook under a password (its bytes differ every time: the salt is random). None where the library cannot."""
    try:
        from msoffcrypto.format.ooxml import OOXMLFile
    except ImportError:
        return None
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(password, out)
    return out.getvalue()


def mail(
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    body: str,
    *,
    attachment: tuple[str, bytes] | None = None,
    html: str = "",
    serial: int = 1,
) -> bytes:
    """A mail in UTF-8. `sender` and `to` are display name and address."""
    message = EmailMessage()
    message["From"], message["To"] = (f'"{name}" <{address}>' if name else address for name, address in (sender, to))
    message["Subject"], message["Date"] = subject, format_datetime(_NOW)
    message["Message-ID"] = f"<demo{serial}@mail.example.jp>"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(attachment[1], maintype="application", subtype="octet-stream", filename=attachment[0])
    _fix_boundaries(message, serial)
    return message.as_bytes()


def _fix_boundaries(message: EmailMessage, serial: int) -> None:
    """Boundaries are random unless set."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_demo_{serial}_{number}")


def old_mail(sender: tuple[str, str], to: str, subject: str, body: str) -> bytes:
    """A mail as Outlook wrote it for years: ISO-2022-JP with characters the standard does not have."""
    from base64 import b64encode

    def word(text: str) -> bytes:
        return b"=?ISO-2022-JP?B?" + b64encode(iso_2022_jp_ms(text)) + b"?="

    lines = [
        b"From: " + word(sender[0]) + b" <" + sender[1].encode() + b">",
        b"To: " + to.encode(),
        b"Subject: " + word(subject),
        b"Date: Sat, 01 Jun 2024 16:00:00 +0900",
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=ISO-2022-JP",
        b"Content-Transfer-Encoding: 7bit",
        b"",
        *(iso_2022_jp_ms(line) for line in body.split("\n")),
    ]
    return b"\r\n".join(lines) + b"\r\n"


def mbox(mails: Sequence[bytes]) -> bytes:
    """Mails in one file, each after a From line."""
    return b"".join(b"From demo Sat Jun  1 16:00:00 2024\n" + m.replace(b"\r\n", b"\n") + b"\n" for m in mails)


def sqlite_file(script: str, tables: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A SQLite database: `script` makes the tables, `tables` fills them."""
    with tempfile.TemporaryDirectory(prefix="piiscan-demo-") as folder:
        path = Path(folder) / "shop.db"
        with closing(sqlite3.connect(path)) as base:
            base.executescript(script)
            for name, rows in tables.items():
                marks = ",".join("?" * len(rows[0]))
                base.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608 - names are the generator's own
            base.commit()
        return path.read_bytes()


def bank_file(people: Sequence[Person], *, kind: str = "21", amount: int = 5_000) -> bytes:
    """A transfer file of the Japanese Bankers Association: records of 120 bytes, half-width kana, CP932. `kind` 11 is salaries."""
    records = [
        f"1{kind}0"
        "1234567890"
        + half_kana("ホシゾラザッカテン").ljust(40)
        + "0601"
        + "0001"
        + " " * 15
        + "001"
        + " " * 15
        + "1"
        + OWN_ACCOUNT
        + " " * 17
    ]
    for number, person in enumerate(people):
        code = person.employee_id if kind == "11" else ""
        records.append(
            f"2{person.bank}{' ' * 15}{person.branch}{' ' * 15}    1{person.account}{half_kana(person.kana).ljust(30)}"
            f"{amount + number * 10:010d}0{code.ljust(20)}{' ' * 9}"
        )
    total = sum(amount + n * 10 for n in range(len(people)))
    records += [f"8{len(people):06d}{total:012d}" + " " * 101, "9" + " " * 119]
    return "".join(record.ljust(120)[:120] + "\r\n" for record in records).encode("cp932")
