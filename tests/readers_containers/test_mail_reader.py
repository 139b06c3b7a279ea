"""Mails as Japanese mail programs, broken gateways and forwarders write them."""

import base64

import pytest

from piiscan.readers.mail import MailReader


def mail(headers, body=b""):
    head = b"\r\n".join(h if isinstance(h, bytes) else h.encode() for h in headers)
    return head + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def word(text, charset, codec=None):
    return f"=?{charset}?B?{base64.b64encode(text.encode(codec or charset)).decode()}?="


def jis(text):
    """ISO-2022-JP as Windows writes it, with the characters of CP932 that the standard lacks."""
    out = b""
    for char in text:
        raw = char.encode("cp932")
        lead, trail = raw
        row = (lead - (0x81 if lead < 0xE0 else 0xC1)) * 2 + (trail >= 0x9F)
        cell = trail - 0x9F if trail >= 0x9F else trail - 0x40 - (trail > 0x7F)
        out += bytes([row + 0x21, cell + 0x21])
    return b"\x1b$B" + out + b"\x1b(B"


MULTI = 'Content-Type: multipart/mixed; boundary="bb"'


def part(headers, body):
    return b"--bb\r\n" + mail(headers, body) + b"\r\n"


def test_every_address_header_is_a_labelled_field_and_machine_headers_are_left_out(read):
    names = ["From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "X-Original-To", "Return-Path"]
    out = read(MailReader, mail([f"{n}: value of {n}" for n in names] + ["Message-ID: <a@b>", "Received: from x by y"]))
    assert [(t.label, t.text, t.locator.get("header"), t.kind.value) for t in out.texts] == [
        (n, f"value of {n}", n, "field") for n in names
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?ISO-2022-JP?B?" + base64.b64encode(jis("①髙橋")) + b"?= <t@example.jp>", "①髙橋 <t@example.jp>"),
        (jis("髙﨑①") + b" san", "髙﨑① san"),
        ("髙橋".encode("cp932"), "髙橋"),
        ("山田太郎".encode(), "山田太郎"),
        (word("山田", "UTF-8").encode() + b"\r\n " + word("太郎", "UTF-8").encode(), "山田太郎"),
        (b"=?utf-8?Q?=E5=B1=B1=E7?= =?utf-8?Q?=94=B0_x?=", "山田 x"),
        (b"=?shift_jis?B?" + base64.b64encode("①髙".encode("cp932")) + b"?=", "①髙"),
        (b'"=?utf-8*ja?B?5bGx?=" and =?utf-8?B?55Sw?= end', '"山" and 田 end'),
        (b"=?unknown?B?!!!?= rest", "rest"),
    ],
)
def test_header_encodings_keep_every_character(read, raw, expected):
    assert read(MailReader, mail([b"Subject: " + raw])).field("Subject") == expected


@pytest.mark.parametrize(
    ("charset", "encoding", "body"),
    [
        ("iso-2022-jp", "7bit", jis("①髙橋様")),
        ("shift_jis", "8bit", "①髙橋様".encode("cp932")),
        ("us-ascii", "8bit", "①髙橋様".encode("cp932")),
        ("iso-8859-1", "8bit", "①髙橋様".encode()),
        ("utf-8", "base64", base64.encodebytes("①髙橋様".encode())),
        ("utf-8", "base64", base64.encodebytes("①髙橋様".encode()).replace(b"\n", b"\r\n!? ")),
        ("utf-8", "quoted-printable", b"=E2=91=A0=E9=AB=\r\n=99=E6=A9=8B=E6=A7=98"),
        ("no-such-charset", "8bit", "①髙橋様".encode()),
    ],
)
def test_bodies_of_any_charset_also_when_the_label_lies(read, charset, encoding, body):
    headers = [f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {encoding}"]
    assert read(MailReader, mail(headers, body)).body.strip() == "①髙橋様"


def test_broken_quoted_printable_keeps_what_is_no_code(read):
    out = read(MailReader, mail(["Content-Transfer-Encoding: quoted-printable"], "a=ZZb=3D1=\r\nc=20="))
    assert out.body == "a=ZZb=1c "


def test_parts_are_numbered_as_imap_does(read):
    inner = b"\r\n".join([b"--ii", b"", b"one", b"--ii", b"", b"two", b"--ii--"])
    body = part(["Content-Type: multipart/alternative; boundary=ii"], inner) + part([], "three") + b"--bb--"
    out = read(MailReader, mail([MULTI], body))
    assert [(t.text.strip(), t.locator.get("part")) for t in out.texts if t.label is None] == [
        ("one", "1.1"), ("two", "1.2"), ("three", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "disposition",
    [
        "Content-Disposition: attachment; filename*=UTF-8''%E5%90%8D%E7%B0%BF.csv",
        "Content-Disposition: attachment; filename*0*=UTF-8''%E5%90%8D; filename*1*=%E7%B0%BF; filename*2=.csv",
        "Content-Disposition: attachment; filename*0*=shift_jis''%96%BC%95; filename*1*=%EB.csv",
        f'Content-Disposition: attachment; filename="{word("名簿.csv", "UTF-8")}"',
        f"Content-Type: text/csv; name={word('名簿.csv', 'iso-2022-jp')}",
        'Content-Disposition: attachment; filename="名簿.csv"'.encode("cp932"),
        b'Content-Disposition: attachment; filename="' + jis("名簿") + b'.csv"',
    ],
)
def test_names_of_attachments_in_every_notation(read, disposition):
    body = part([disposition, "Content-Transfer-Encoding: base64"], base64.b64encode(b"a,b\n")) + b"--bb--"
    assert read(MailReader, mail([MULTI], body)).members == {"名簿.csv": b"a,b\n"}


def test_a_mail_inside_a_mail_comes_out_byte_for_byte(read):
    inner = mail(["From: a@example.jp", "Subject: =?utf-8?B?5bGx?="], "body \xff\r\nFrom here".encode("latin-1"))
    out = read(MailReader, mail([MULTI], part(["Content-Type: message/rfc822"], inner) + b"--bb--"))
    assert out.members == {"part-1.eml": inner}
    assert out.embedded[0].media_type == "message/rfc822"


def test_html_comes_out_as_utf8_when_the_mail_names_its_charset(read):
    html = "<meta charset=iso-2022-jp><p>髙橋</p>"
    out = read(MailReader, mail(["Content-Type: text/html; charset=Shift_JIS"], html.encode("cp932")))
    assert out.members == {"part-1.html": b"\xef\xbb\xbf" + html.encode()}
    assert out.embedded[0].media_type == "text/html"


def test_flowed_lines_are_joined_and_quotes_kept_apart(read):
    body = "電話は \r\n090-1234-5678 \r\nです\r\n> 引用 \r\n> の続き\r\n-- \r\n署名"
    out = read(MailReader, mail(["Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes"], body))
    assert out.body == "電話は090-1234-5678です\n> 引用の続き\n-- \n署名"


def test_a_missing_end_mark_is_told_and_the_last_part_read(read):
    out = read(MailReader, mail([MULTI], part([], "one") + b"--bb\r\n\r\ntwo"))
    assert [t.text.strip() for t in out.texts if t.label is None] == ["one", "two"]
    assert out.codes == {"truncated"}


@pytest.mark.parametrize("header", ["Content-Type: multipart/mixed", "Content-Type: multipart/mixed; boundary=other"])
def test_a_lost_boundary_is_found_in_the_body(read, header):
    out = read(MailReader, mail([header], part([], "one") + part([], "two") + b"--bb--\r\n"))
    assert [t.locator.get("part") for t in out.texts] == ["1", "2"]


def test_a_boundary_that_begins_like_another_does_not_end_it(read):
    inner = b"--bbb\r\n\r\ninner\r\n--bbb--"
    body = part(["Content-Type: multipart/related; boundary=bbb"], inner) + part([], "outer") + b"--bb--"
    out = read(MailReader, mail([MULTI], body))
    assert [(t.text.strip(), t.locator.get("part")) for t in out.texts if t.label is None] == [
        ("inner", "1.1"),
        ("outer", "2"),
    ]


def test_files_uuencoded_into_the_text_come_out_and_the_text_around_stays(read):
    import binascii

    lines = b"".join(binascii.b2a_uu(b"x" * 40) for _ in range(3))
    out = read(MailReader, mail([], b"before\nbegin 644 list.csv\n" + lines + b"`\nend\nafter\nbegin 2024 with care\n"))
    assert out.members == {"list.csv": b"x" * 120}
    assert out.body.split() == ["before", "after", "begin", "2024", "with", "care"]
    last = out.texts[-1]
    assert last.place(last.text.index("after")).get("line") == "8"


def test_winmail_dat_is_handed_on_with_its_type(read):
    out = read(MailReader, mail(["Content-Type: application/ms-tnef; name=winmail.dat"], b"\x78\x9f\x3e\x22"))
    assert [(e.path, e.media_type) for e in out.embedded] == [("winmail.dat", "application/ms-tnef")]


def der(tag, body):
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


OID = bytes.fromhex("2a864886f70d0107")


@pytest.mark.parametrize("open_length", [False, True])
def test_signed_mail_is_taken_out_of_its_envelope(read, open_length):
    inner = mail(["Content-Type: text/plain; charset=utf-8"], "本文" * 100)
    octets = der(0x24, der(0x04, inner[:50]) + der(0x04, inner[50:]))
    if open_length:
        octets = b"\x24\x80" + der(0x04, inner[:50]) + der(0x04, inner[50:]) + b"\0\0"
        content = b"\x30\x80" + der(0x06, OID + b"\x01") + b"\xa0\x80" + octets + b"\0\0\0\0"
    else:
        content = der(0x30, der(0x06, OID + b"\x01") + der(0xA0, octets))
    signed = der(0x30, der(0x02, b"\x01") + der(0x31, b"") + content)
    envelope = der(0x30, der(0x06, OID + b"\x02") + der(0xA0, signed))
    headers = [
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
    ]
    out = read(MailReader, mail(headers, base64.encodebytes(envelope)))
    assert out.members == {"part-1.signed.eml": inner}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Type: application/pkcs7-mime"], der(0x30, der(0x06, OID + b"\x03") + der(0xA0, der(0x30, b"")))),
        (
            ["Content-Type: multipart/encrypted; boundary=bb"],
            part(["Content-Type: application/octet-stream"], "x") + b"--bb--",
        ),
        ([], b"-----BEGIN PGP MESSAGE-----\r\nabcd\r\n-----END PGP MESSAGE-----"),
    ],
)
def test_encrypted_mail_is_called_encrypted(read, headers, body):
    out = read(MailReader, mail(["Subject: open", *headers], body))
    assert out.field("Subject") == "open"
    assert out.codes == {"encrypted"}


def test_thousands_of_nested_multiparts_end_at_a_limit_and_lose_nothing(read):
    body = b"090-1234-5678"
    for i in range(3000):
        body = f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n".encode() + body
    out = read(MailReader, body)
    assert "limit-depth" in out.codes
    assert "090-1234-5678" in out.body


def test_a_mail_of_endless_parts_ends_at_a_limit_and_loses_nothing(read):
    out = read(MailReader, mail([MULTI], b"--bb\r\n\r\n\r\n" * 15_000 + b"090-1234-5678\r\n--bb--"))
    assert "limit-members" in out.codes
    assert "090-1234-5678" in out.body


def test_sentences_that_begin_like_a_uuencoded_file_cost_no_quadratic_time(read):
    body = b"begin 644 things\nbut never do\n" * 40_000 + b"end\n"
    out = read(MailReader, mail([], body))
    assert out.body.count("but never do") == 40_000


def test_what_stands_before_the_headers_is_passed_over(read):
    plain = mail(["Subject: s"], "b")
    length = str(len(plain)).encode()
    for data in (
        b"\xef\xbb\xbf" + plain,
        b"\r\n\r\n" + plain,
        b"From x Thu Jan 1\n" + plain,
        length + b" \n" + plain + b"<?xml",
    ):
        out = read(MailReader, data)
        assert (out.field("Subject"), out.body) == ("s", "b")


def test_text_hidden_before_and_after_the_parts_is_read(read):
    out = read(MailReader, mail([MULTI], b"hidden 1\r\n" + part([], "x") + b"--bb--\r\nhidden 2"))
    assert {"hidden 1", "hidden 2"} <= {t.text.strip() for t in out.texts}


def test_long_bodies_are_cut_at_lines_that_keep_their_numbers(read):
    out = read(MailReader, mail([], "".join(f"line {i}\n" for i in range(1, 30_001))))
    pieces = [t for t in out.texts if t.label is None]
    assert len(pieces) > 1
    assert all(p.text.startswith(f"line {p.first_line}\n") for p in pieces)
