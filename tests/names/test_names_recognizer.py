"""Names are found where people write them, and what only looks like a name is not."""

from __future__ import annotations

import pickle
from itertools import pairwise

import pytest

from piiscan.detect.recognizers.names import NameRecognizer
from piiscan.detect.view import TextView
from piiscan.model import Candidate, SegmentKind, TextSegment
from piiscan.rules.model import Profile, Rule, RuleSet


def rules(min_confidence: float = 0.5, own: tuple[Rule, ...] = ()) -> RuleSet:
    return RuleSet(entity_types={}, rules=own, profile=Profile(name="test", min_confidence=min_confidence))


@pytest.fixture(scope="module")
def default() -> NameRecognizer:
    return NameRecognizer(rules())


@pytest.fixture(scope="module")
def thorough() -> NameRecognizer:
    return NameRecognizer(rules(0.35))


def candidates(recognizer: NameRecognizer, text: str, kind: str = "prose", label: str | None = None) -> list[Candidate]:
    return list(recognizer.candidates(TextView(TextSegment(text=text, kind=SegmentKind(kind), label=label))))


def found(
    recognizer: NameRecognizer, text: str, threshold: float = 0.5, **segment: str | None
) -> list[tuple[str, str]]:
    got = candidates(recognizer, text, **segment)  # type: ignore[arg-type]
    return [(c.entity_type, text[c.start : c.end]) for c in got if c.score >= threshold]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("氏名：山田 太郎　TEL 090-1234-5678", "山田 太郎"),
        ("お名前　佐々木　花子", "佐々木　花子"),
        ("長谷川一郎様", "長谷川一郎"),
        ("担当：田中", "田中"),
        ("担当者山田様まで", "山田"),
        ("森 健一が出席した", "森 健一"),
        ("林さんに電話", "林"),
        ("ご家族の田中さくらさん", "田中さくら"),
        ("お名前：ジョン・スミス様", "ジョン・スミス"),
        ("患者名: 佐藤 一郎", "佐藤 一郎"),
        ("customerName: 高橋花子", "高橋花子"),
        ("<td>氏名</td><td>高橋次郎</td>", "高橋次郎"),
        ('{"name": "高橋次郎", "tel": ""}', "高橋次郎"),
        ("氏名\n高橋次郎\n住所\n", "高橋次郎"),
        ("姓: 東", "東"),
        ("名: サクラ", "サクラ"),
        ("担当者: YAMADA Taro", "YAMADA Taro"),
        ("From: Yamada Taro <y@example.com>", "Yamada Taro"),
        ('From: "高橋 次郎" <t@example.com>', "高橋 次郎"),
        ("代表取締役社長 山本 五郎", "山本 五郎"),
        ("大臣松本太一は述べた", "松本太一"),
    ],
)
def test_a_name_is_found_with_its_exact_span(default: NameRecognizer, text: str, name: str) -> None:
    assert ("PERSON", name) in found(default, text)


@pytest.mark.parametrize(
    "text",
    [
        "山形 県",
        "大阪府の千葉と福島",
        "株式会社山田商店",
        "山田電機 御中",
        "森林組合",
        "名: サービス",
        "氏名: 未定",
        "氏名:氏名を入力",
        "project-name: Yamada Taro",
        "ファイル名：山田商店",
        "王様 神様 皆様 お客様 同様 仕様",
        "関係者各位",
        "東京大学",
        "サービス カタログ",
        "名前空間: 標準",
        "四月一日に施行する",
        "平家建の倉庫",
        "中国人と三国時代",
        "口座名義カナ：ｶ)ﾔﾏﾀﾞｼﾖｳﾃﾝ",
        "担当: 営業部",
        "担当窓口：お客様センター",
    ],
)
def test_what_is_no_name_is_not_reported(default: NameRecognizer, text: str) -> None:
    assert found(default, text) == []


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("フリガナ：ヤマダ タロウ", "ヤマダ タロウ"),
        ("ふりがな：やまだ　たろう", "やまだ　たろう"),
        ("ﾌﾘｶﾞﾅ ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("フリガナ: サトウサクラ", "サトウサクラ"),
        ("氏名（カナ）　スズキ　イチロウ", "スズキ　イチロウ"),
        ("ｻﾄｳ ｲﾁﾛｳ", "ｻﾄｳ ｲﾁﾛｳ"),
        ("高橋次郎（たかはし じろう）です", "たかはし じろう"),
    ],
)
def test_a_reading_is_found_with_its_exact_span(default: NameRecognizer, text: str, reading: str) -> None:
    assert ("JP_NAME_KANA", reading) in found(default, text)


@pytest.mark.parametrize("name", ["髙橋 﨑子", "渡󠄁邉󠄂太郎", "齋藤一郎", "𠮷田花子", "山﨑次郎", "濵田 三郎"])
def test_variant_kanji_and_selectors_are_part_of_the_span(default: NameRecognizer, name: str) -> None:
    assert found(default, f"昨日、{name}さんが来た") == [("PERSON", name)]


def test_offsets_count_code_points_beyond_the_basic_plane(default: NameRecognizer) -> None:
    text = "😀🈁 氏名：高橋次郎"
    assert found(default, text) == [("PERSON", "高橋次郎")]


def test_a_field_says_by_its_label_that_it_is_a_name(default: NameRecognizer) -> None:
    assert found(default, "高橋　次郎", kind="field", label="氏名") == [("PERSON", "高橋　次郎")]
    assert found(default, "たかはしじろう", kind="field", label="フリガナ") == [("JP_NAME_KANA", "たかはしじろう")]


def test_the_author_of_a_document_is_a_name(default: NameRecognizer) -> None:
    assert found(default, "高橋次郎", kind="property", label="author") == [("PERSON", "高橋次郎")]


def test_a_name_in_a_file_name_counts_more_than_in_text(default: NameRecognizer) -> None:
    text = "履歴書_高橋次郎.docx"
    (in_name,) = candidates(default, text, kind="name")
    (in_text,) = candidates(default, text)
    assert text[in_name.start : in_name.end] == "高橋次郎"
    assert in_name.score > in_text.score


def test_scores_rise_with_the_evidence(default: NameRecognizer) -> None:
    """A bare pair of dictionary words is less sure than one with an honorific, and a labelled one is the surest."""
    bare, polite, labelled = (
        next(c for c in candidates(default, text) if c.entity_type == "PERSON").score
        for text in ("昨日高橋次郎が", "昨日、高橋次郎様が", "氏名：高橋次郎")
    )
    assert bare < polite < labelled
    assert labelled >= 0.85


def test_names_of_examples_are_marked(default: NameRecognizer) -> None:
    for text in ("氏名：山田太郎", "記入例：高橋花子"):
        (candidate,) = candidates(default, text)
        assert "sample" in candidate.evidence


def test_only_a_profile_for_recall_takes_a_given_name_alone(default: NameRecognizer, thorough: NameRecognizer) -> None:
    text = "その後、美咲は店を出た。"
    assert found(default, text) == []
    assert found(thorough, text, 0.35) == [("PERSON", "美咲")]


def test_labels_come_from_the_rules() -> None:
    rule = Rule(id="own.person", entity_type="PERSON", title_ja="", title_en="", labels=("乗組員",))
    kana = Rule(id="own.kana", entity_type="JP_NAME_KANA", title_ja="", title_en="")
    recognizer = NameRecognizer(rules(own=(rule, kana)))
    (candidate,) = candidates(recognizer, "乗組員：高橋次郎")
    assert candidate.rule == "own.person"
    assert "label:乗組員" in candidate.evidence


def test_a_type_without_a_rule_in_force_is_switched_off() -> None:
    kana = Rule(id="own.kana", entity_type="JP_NAME_KANA", title_ja="", title_en="")
    recognizer = NameRecognizer(rules(own=(kana,)))
    assert {c.entity_type for c in candidates(recognizer, "氏名：高橋次郎（たかはし じろう）")} == {"JP_NAME_KANA"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "山" * 70_000,
        "山田" * 20_000,
        "あ" * 60_000,
        "1,2,3," * 12_000,
        "氏名：" * 9000,
        "ア・" * 20_000,
        "<" * 60_000 + "@",
    ],
)
def test_hostile_text_ends_without_an_error(thorough: NameRecognizer, text: str) -> None:
    for candidate in candidates(thorough, text):
        assert 0 <= candidate.start < candidate.end <= len(text)


def test_the_same_text_gives_the_same_candidates(thorough: NameRecognizer) -> None:
    text = "昨日、高橋次郎さんと森さんがジョン・スミス氏に会い、鈴木に連絡した。"
    assert candidates(thorough, text) == candidates(NameRecognizer(rules(0.35)), text)


def test_candidates_of_one_type_do_not_overlap(thorough: NameRecognizer) -> None:
    text = "氏名：高橋次郎様、高橋次郎（たかはし じろう）、担当：佐藤 花子部長 From: 佐藤花子 <a@example.com>"
    spans = sorted((c.start, c.end) for c in candidates(thorough, text) if c.entity_type == "PERSON")
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert len(spans) == 4


def test_a_candidate_holds_no_text(default: NameRecognizer) -> None:
    (candidate,) = candidates(default, "昨日、高橋次郎様が")
    assert b"\xe9\xab\x98\xe6\xa9\x8b" not in pickle.dumps(candidate)
