"""Names that no dictionary or label gives away are found by what stands around them, and the same surroundings do not make names of other words."""

from __future__ import annotations

import pytest

from piiscan.detect.names_judge import NameModel, score_of
from piiscan.detect.recognizers.names import NameRecognizer
from piiscan.detect.view import TextView
from piiscan.model import SegmentKind, TextSegment
from piiscan.rules.model import Profile, RuleSet


@pytest.fixture(scope="module")
def recognizer() -> NameRecognizer:
    return NameRecognizer(RuleSet(entity_types={}, rules=(), profile=Profile(name="test")))


def found(recognizer: NameRecognizer, text: str, kind: SegmentKind = SegmentKind.PROSE) -> list[str]:
    got = recognizer.candidates(TextView(TextSegment(text=text, kind=kind)))
    return [text[c.start : c.end] for c in got if c.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("出席者：佐藤、鈴木、高橋(営業部)", ["佐藤", "鈴木", "高橋"]),
        ("出席者: 田中部長、山口課長、大森、三枝、南雲（記録）", ["田中", "山口", "大森", "三枝", "南雲"]),
        (
            "【参加者】\n・狩野 陽翔\n・葛岡 和夫\n・霜窪 紬士郎（オンライン）\n",
            ["狩野 陽翔", "葛岡 和夫", "霜窪 紬士郎"],
        ),
        ("鏑木璃空、五十嵐陽葵、東海林碧、小鳥遊結月", ["鏑木璃空", "五十嵐陽葵", "東海林碧", "小鳥遊結月"]),
        ("山田(旧姓 佐藤)花子様", ["山田(旧姓 佐藤)花子"]),
        ("姓：綾小路　名：みさき", ["綾小路", "みさき"]),
        ("姓 蓼原 名 真之介", ["蓼原", "真之介"]),
        ("昨日、高橋次郎が来社した。高橋は契約に同意した。", ["高橋次郎", "高橋"]),
        ("お疲れさまです。中村です。", ["中村"]),
        ("株式会社アオバ　営業部の四方田と申します。", ["四方田"]),
        ("内容：錦窪様より入電。", ["錦窪"]),
        ("営業部 課長　蓮見 遼河\nTEL 03-1234-5678\n", ["蓮見 遼河"]),
        ("乙 阿部 心春（以下「乙」という。）は", ["阿部 心春"]),
        ("家族構成：妻 由美子、長男 健太、長女 美咲", ["由美子", "健太", "美咲"]),
        ("Dear Mr. Tanaka,", ["Tanaka"]),
        ("Best regards,\nHanako Suzuki\nSales Dept.", ["Hanako Suzuki"]),
        ("高橋 花子 / Hanako Takahashi\n", ["高橋 花子", "Hanako Takahashi"]),
        ("グエン ティ ラン様", ["グエン ティ ラン"]),
        ("やまだたろうさん", ["やまだたろう"]),
        ("氏名：服部 紬麻\n", ["服部 紬麻"]),
        ("■お名前\n桐窪　凪紗\n\n■ご住所\n", ["桐窪　凪紗"]),
        ("\n10:12\t桐窪 凪乃: 遅れます\n", ["桐窪 凪乃"]),
        ("営業部\n桐窪 凪紗\nKirikubo Nagisa\nTEL 03-1234-5678\n", ["桐窪 凪紗", "Kirikubo Nagisa"]),
        ("講師には浜田心晴氏をお迎えし", ["浜田心晴"]),
        ("出席：佐藤、鈴木、高橋　欠席：田中\n", ["佐藤", "鈴木", "高橋", "田中"]),
        ("出席者：佐藤健一、千葉心晴、鈴木大輔\n", ["佐藤健一", "千葉心晴", "鈴木大輔"]),
        ('{"name":"桐窪凪紗","tel":"03-1234-5678"}', ["桐窪凪紗"]),
        ("Cardholder Name：Tsumugi Kirikubo\n", ["Tsumugi Kirikubo"]),
        ("発表したのは株式会社アオバの堺彗斗代表取締役です", ["堺彗斗"]),
        ("1,山田 太郎,東京\n", ["山田 太郎"]),
    ],
)
def test_the_surroundings_speak_for_a_name(recognizer: NameRecognizer, text: str, names: list[str]) -> None:
    assert found(recognizer, text) == names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("履歴書_鏑木璃空.docx", ["鏑木璃空"]),
        ("議事録_鈴木.docx", ["鈴木"]),
        ("resume_taro_yamada.pdf", ["taro_yamada"]),
        ("川口工場マニュアル.pdf", []),
        ("見積書_横浜支店.xlsx", []),
        ("user_name_list.csv", []),
    ],
)
def test_a_part_of_a_file_name_may_be_a_name(recognizer: NameRecognizer, name: str, expected: list[str]) -> None:
    assert found(recognizer, name, SegmentKind.NAME) == expected


@pytest.mark.parametrize("delimiter", ["\t", " | ", ",", "　　"])
def test_a_column_of_pasted_rows_speaks_for_its_cells(recognizer: NameRecognizer, delimiter: str) -> None:
    people = ["田中 一郎", "佐藤 花子", "猿塚 旺真", "鈴木 健太"]
    rows = [
        delimiter.join((name, dept))
        for name, dept in zip(people, ("営業部", "総務部", "経理課", "人事部"), strict=True)
    ]
    text = "\n".join([delimiter.join(("氏名", "所属")), *rows])
    assert found(recognizer, text) == people


@pytest.mark.parametrize(
    "text",
    [
        "出席者：未定",
        "FAX：011-214-7249\n発信元：山手商事株式会社\n",
        "お客様より入電。業者様へ連絡。各社様",
        "受付時間：電話 03-1234-5678\n営業本部\n会社概要\n",
        "品名\t産地\t単位\nりんご\t青森\t箱\nみかん\t愛媛\t箱\n桃\t山梨\t箱\n",
        "設立時取締役の選任",
        "Best regards,\nCustomer Support\n",
        "資料：概要です。結果：良好です。",
    ],
)
def test_the_same_surroundings_make_no_names_of_other_words(recognizer: NameRecognizer, text: str) -> None:
    assert found(recognizer, text) == []


def test_scores_of_the_judge_keep_the_order_of_probabilities_and_meet_the_thresholds() -> None:
    scores = [score_of(n / 100) for n in range(101)]
    assert scores == sorted(scores)
    assert score_of(0.0) < 0.05
    assert score_of(1.0) < 0.75  # what only the judge says never counts as certain


def test_the_judge_is_small_and_knows_what_stands_beside_names() -> None:
    weights = NameModel.load().weights
    assert len(weights) < 20_000
    assert weights["tags=surname+given"] > 0 > weights["tags=place"]
