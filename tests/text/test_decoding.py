"""Decoding: every encoding Japanese companies have, on short and long text, clean and mixed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.text.decoding import Decoder, decode, decode_as, unmojibake
from piiscan.text.japanese_codecs import cp932_row_cell, decode_eucjp, decode_iso2022jp
from piiscan.text.streaming import TextStream, iter_text

PROSE = "お客様の会員番号は次のとおりです。ご確認のうえ、担当の山田太郎までご連絡ください。電話は平日の九時から受け付けます。\n"
SHORT = [
    "山田太郎さんの件",
    "東京都千代田区丸の内一丁目",
    "ヤマダ ハナコ",
    "お問い合わせ番号",
    "会員名簿（2023年度）",
    "氏名,住所,電話番号",
]


def jis_bytes(text: str) -> bytes:
    """Two-byte JIS codes of characters, by way of CP932, as Windows mailers make them."""
    out = bytearray()
    for char in text:
        lead, trail = char.encode("cp932")
        row = ((lead - (0xC1 if lead >= 0xE0 else 0x81)) * 2) + (2 if trail >= 0x9F else 1)
        cell = trail - 0x9E if trail >= 0x9F else trail - 0x3F - (trail > 0x7F)
        out += bytes((row + 0x20, cell + 0x20))
    return bytes(out)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("text", [*SHORT, PROSE * 3])
def test_text_comes_out_right_in_every_encoding(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert (decoded.mixed, decoded.undecodable, decoded.mojibake) == (False, 0, False)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_ascii_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode()).text == text


@settings(max_examples=60)
@given(
    st.text(st.sampled_from(PROSE.strip()), min_size=12, max_size=60),
    st.sampled_from(["cp932", "euc_jp", "utf-8", "iso2022_jp"]),
)
def test_twelve_characters_are_enough(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@given(st.binary(max_size=300))
def test_any_bytes_decode_without_error(data: bytes) -> None:
    assert isinstance(decode(data).text, str)
    assert isinstance("".join(t for t, _ in iter_text(io.BytesIO(data))), str)


def test_vendor_characters_of_cp932_survive() -> None:
    text = "髙橋﨑①㈱ⅳ～－\n"
    assert decode(text.encode("cp932") * 3).text == text * 3


def test_windows_iso2022jp_mail_keeps_vendor_characters_and_half_width_kana() -> None:
    data = b"\x1b$B" + jis_bytes("髙橋①﨑㈱") + b"\x1b(B-\x1b(I" + bytes((0x36, 0x5E)) + b"\x1b(B"
    assert decode_iso2022jp(data) == "髙橋①﨑㈱-ｶﾞ"
    assert decode(data).text == "髙橋①﨑㈱-ｶﾞ"


def test_iso2022jp_takes_kana_by_shift_and_as_eight_bit_bytes() -> None:
    assert decode_iso2022jp(b"\x1b$B0l\x1b(B\x0e123\x0f \xb1\xb2") == "一ｱｲｳ ｱｲ"


def test_iso2022jp_row_119_of_the_ibm_extension_is_read() -> None:
    assert decode_iso2022jp(b"\x1b$B\x97\x21\x1b(B") == cp932_row_cell(119, 1) != "\ufffd"


def test_a_lost_escape_garbles_one_line_only() -> None:
    good = b"\x1b$B;3ED\x1b(B\n"
    assert decode_iso2022jp(b"\x1b$B;3ED\n" + good).endswith("\n山田\n")


def test_eucjp_vendor_rows_kana_and_supplement() -> None:
    assert decode_eucjp(b"\xad\xa1\xfc\xe2\x8e\xb1") == "①髙ｱ"
    assert decode_eucjp(b"\x8f\xb0\xa1") == b"\x8f\xb0\xa1".decode("euc_jp")
    assert decode_eucjp(b"\x8f\xf4\xae") == "炻"
    assert decode_eucjp(b"\x8f\xf3\xf3") == "ⅰ"


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8", "utf-16"])
def test_a_file_that_is_ascii_for_its_first_64_kib_is_decided_later(encoding: str) -> None:
    text = (
        "id,value,remark\n" * 20_000 + "1,2,担当は髙橋です\n".replace("髙", "高" if encoding == "euc_jp" else "髙") * 3
    )
    stream = TextStream(io.BytesIO(text.encode(encoding)))
    assert "".join(t for t, _ in stream) == text
    assert not stream.decoder.undecodable


def test_mixed_lines_are_decided_one_by_one_and_reported() -> None:
    lines = ["担当は山田です", "顧客の住所を確認", "電話番号を登録した", "お支払いは済みました"]
    encodings = ["cp932", "utf-8", "euc_jp", "iso2022_jp"]
    decoded = decode(b"".join(line.encode(e) + b"\n" for line, e in zip(lines, encodings, strict=True)))
    assert decoded.text.splitlines() == lines
    assert decoded.mixed


def test_undecodable_bytes_are_counted_and_the_rest_is_kept() -> None:
    decoded = decode(
        "山田太郎の住所\n".encode("cp932") * 5 + b"\x81\xff\xfe\n" + "佐藤花子の電話\n".encode("cp932") * 5
    )
    assert decoded.undecodable > 0
    assert "佐藤花子の電話" in decoded.text


@pytest.mark.parametrize(
    ("original", "wrong", "right"),
    [
        ("ログイン、パスワード", "latin-1", "utf-8"),
        ("担当者の一覧", "cp1252", "utf-8"),
        ("あいうえお", "cp1252", "cp932"),
    ],
)
def test_mojibake_is_noticed_and_undone(original: str, wrong: str, right: str) -> None:
    garbled = "".join(bytes([b]).decode(wrong, "ignore") or chr(b) for b in original.encode(right))
    assert decode(garbled.encode()).mojibake
    assert unmojibake(garbled) == original


def test_utf8_read_as_cp932_is_noticed_even_where_it_lost_bytes() -> None:
    garbled = "会員の情報をこちらに登録しました".encode().decode("cp932", "replace").replace("\ufffd", "・")
    assert decode(garbled.encode()).mojibake


def test_ordinary_text_with_rare_kanji_is_no_mojibake() -> None:
    assert not decode("糸が縺れる。繧繝縁の畳。修繕費".encode()).mojibake


@pytest.mark.parametrize("label", ["shift_jis", "Shift-JIS", "x-sjis", "windows-31j", "CP932", "MS_Kanji"])
def test_every_name_of_shift_jis_means_cp932(label: str) -> None:
    assert decode_as("髙橋①".encode("cp932"), label) == "髙橋①"


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "x-unknown", "", None, "base64", "utf-8", "idna"])
def test_wrong_and_meaningless_labels_are_detected_instead(label: str | None) -> None:
    assert decode_as(PROSE.encode("cp932"), label) == PROSE


def test_western_text_falls_back_to_cp1252() -> None:
    text = "Crème brûlée à la carte, Müller & Söhne, señor Peña\n" * 3
    assert decode(text.encode("cp1252")).text == text


def test_half_width_kana_alone_is_cp932() -> None:
    assert decode("ﾔﾏﾀﾞ ﾀﾛｳ ﾄｳｷﾖｳﾄ".encode("cp932")).text == "ﾔﾏﾀﾞ ﾀﾛｳ ﾄｳｷﾖｳﾄ"


def test_decoder_settles_on_what_it_saw_before_for_short_blocks() -> None:
    decoder = Decoder()
    decoder.block((PROSE * 4).encode("euc_jp"))
    assert decoder.block("六\n".encode("euc_jp")) == "六\n"


# streaming


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16-le", "utf-16", "iso2022_jp"])
def test_pieces_join_to_the_whole_and_know_their_lines(encoding: str) -> None:
    text = "".join(f"{n}行目: 担当は山田です\n" for n in range(30_000))
    pieces = list(iter_text(io.BytesIO(text.encode(encoding)), segment_chars=10_000))
    assert "".join(t for t, _ in pieces) == text
    assert max(len(t) for t, _ in pieces) <= 10_000
    assert all(t.startswith(f"{line - 1}行目") for t, line in pieces)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16"])
def test_a_line_of_megabytes_is_cut_between_words(encoding: str) -> None:
    text = "山田太郎,090-1234-5678、" * 120_000
    pieces = [t for t, _ in iter_text(io.BytesIO(text.encode(encoding)), segment_chars=50_000)]
    assert "".join(pieces) == text
    assert all(p[-1] in ",、" for p in pieces)


def test_a_huge_line_without_any_break_is_cut_between_characters() -> None:
    text = "漢字" * 800_000
    for encoding in ("utf-8", "cp932"):
        assert "".join(t for t, _ in iter_text(io.BytesIO(text.encode(encoding)))) == text


def test_bare_carriage_returns_are_line_ends() -> None:
    assert list(iter_text(io.BytesIO("山田\r佐藤\r".encode("cp932")))) == [("山田\n佐藤\n", 1)]
