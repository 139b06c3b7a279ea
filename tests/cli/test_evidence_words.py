"""What speaks for and against a finding is said in words."""

from __future__ import annotations

import re

import pytest

from piiscan.cli.evidence import describe_evidence
from piiscan.model import SegmentKind, TextSegment
from piiscan.scanner import Scanner

TEXTS = (
    "出席者：佐藤花子、鈴木一郎、笹塚詩華\n・田中 健太\n・渡辺 裕子\n・伊藤 拓也\n",
    "営業部長 高橋直美\nTEL 03-1234-5678\n高橋は来週から出張です。",
    "妻 山田花子（38歳）。議長：中村 誠。ヤマダ タロウ。はじめまして、小林健一と申します。",
    "住所：東京都千代田区丸の内1-1-1 丸の内ビル301\n本社：大阪市北区梅田1-2-3\n1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005",
    "千葉県千葉市稲毛東四丁目五十四番地の四 この法律",
    "\n".join(f"49{n:011}\t{w}\t{n}円（税込）" for n, w in enumerate(("山田錦", "醤油", "佐藤錦", "桜餅"))),
    "甲 株式会社丸山商店 代表取締役 佐藤花子　乙 鈴木一郎 Kenji-san and Mr. Watanabe Kenji",
    "1\t佐藤 花子\tサトウ ハナコ\n2\t鈴木 一郎\tスズキ イチロウ\n3\t笹塚 詩華\tササヅカ シイカ",
)
RAW = re.compile(r"^[a-z-]+(?::[a-z-]+)?$|[a-z]+:[a-z]+")


@pytest.mark.parametrize("text", TEXTS)
def test_evidence_of_names_and_addresses_is_in_japanese(text: str) -> None:
    """No code of the program stands between the words."""
    segments = (TextSegment(text=text, kind=SegmentKind.PROSE), TextSegment(text=text, kind=SegmentKind.NAME))
    codes = {
        code
        for segment in segments
        for verdict in Scanner(profile="thorough").detector.explain(segment)
        if verdict.candidate.entity_type in ("PERSON", "JP_NAME_KANA", "JP_ADDRESS", "PHONE_NUMBER")
        for code in verdict.candidate.evidence
    }
    assert codes
    assert {code for code in codes if RAW.search(describe_evidence(code, "ja"))} == set()


@pytest.mark.parametrize(
    "code",
    ["negative:things", "column:names", "neighbour:contact", "learned", "mention", "list:bullet", "neighbour:GENDER"],
)
def test_single_codes(code: str) -> None:
    """Both languages have words of their own."""
    japanese, english = describe_evidence(code, "ja"), describe_evidence(code, "en")
    assert japanese != english != code
    assert not japanese.isascii()
