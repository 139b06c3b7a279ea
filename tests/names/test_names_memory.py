"""What recognizers keep of what they read must never change what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.address_romaji import _ADDRESS, _MARK, romaji_addresses
from piiscan.detect.recognizers.names import NameRecognizer
from piiscan.detect.view import TextView
from piiscan.model import Candidate, TextSegment
from piiscan.rules.model import Profile, RuleSet

RULES = RuleSet(entity_types={}, rules=(), profile=Profile(name="test", min_confidence=0.5))
PIECES = [
    *(
        "担当 ",
        "氏名：",
        "To: ",
        "name: ",
        '"author": "',
        "出席者：",
        "妻 ",
        "株式会社みなと\t",
        "渡邊\u200b 健",
        "山田 太郎",
        "山田",
        "高橋花子",
        "福島",
    ),
    *(
        "様",
        "さん",
        "です。",
        "、",
        "・",
        "（ヤマダ タロウ）",
        "ジョン・スミスが",
        "オバマ大統領",
        "John Smith",
        "Mr. Yamada",
        "\n",
        "\n",
        "  ",
        "\t",
    ),
    *(" <taro@example.jp>", "090-1234-5678", "市役所", "室長", "）", "は", "é", "x", "1"),
]


@pytest.fixture(scope="module")
def warm() -> NameRecognizer:
    """One recognizer that reads all the texts."""
    return NameRecognizer(RULES)


def candidates(recognizer: NameRecognizer, text: str) -> list[Candidate]:
    return list(recognizer.candidates(TextView(TextSegment(text=text))))


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), min_size=1, max_size=12))
def test_what_was_read_before_changes_nothing(warm: NameRecognizer, texts: list[str]) -> None:
    """Texts read after many others give the same candidates as read first."""
    for text in texts:
        candidates(warm, text)
    fresh = NameRecognizer(RULES)
    for text in reversed(texts):
        assert candidates(warm, text) == candidates(fresh, text)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "1-2-3 ",
                "Minato",
                "-ku",
                ", ",
                "Tokyo",
                " 105-0011",
                "\n",
                "Chuo-shi",
                " ",
                "Yokohama City",
                "#12",
                "Room 3, ",
                "Chiba-ken",
            ]
        )
    )
)
def test_romaji_addresses_are_those_of_the_whole_text(parts: list[str]) -> None:
    """Reading only lines with a sign of an address finds what reading all lines does."""
    text = "".join(parts)
    gated = any(
        sign in text for sign in ("-ku", "-shi", "-gun", "-cho", "-machi", "-ken", "Tokyo", "Osaka", "Kyoto", " City")
    )
    slow = [match.span() for match in _ADDRESS.finditer(text) if _MARK.search(match.group())] if gated else []
    assert list(romaji_addresses(text)) == slow
