"""Addresses are found from their first to their last character, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from piiscan.detect import checks
from piiscan.detect.gazetteer import Gazetteer
from piiscan.detect.recognizers.addresses import AddressRecognizer
from piiscan.detect.view import TextView
from piiscan.model import Candidate, SegmentKind, TextSegment
from piiscan.rules.model import Profile, Rule, RuleSet


def make(*own: Rule) -> AddressRecognizer:
    return AddressRecognizer(RuleSet(entity_types={}, rules=own, profile=Profile(name="test")))


@pytest.fixture(scope="module")
def recognizer() -> AddressRecognizer:
    return make()


def candidates(recognizer: AddressRecognizer, text: str, label: str | None = None) -> list[Candidate]:
    kind = SegmentKind.FIELD if label else SegmentKind.PROSE
    return list(recognizer.candidates(TextView(TextSegment(text=text, kind=kind, label=label))))


def found(recognizer: AddressRecognizer, text: str, label: str | None = None) -> list[str]:
    return [text[c.start : c.end] for c in candidates(recognizer, text, label) if c.score >= 0.5]


ADDRESSES = [
    "東京都千代田区丸の内1-1-1",
    "東京都千代田区丸の内１ー１ー１",
    "東京都千代田区丸の内1‐1‐1",
    "東京都千代田区丸の内1−1−1",
    "東京都 千代田区 丸の内 1-1-1",
    "千代田区丸の内1-1-1",
    "東京都千代田区霞ヶ関3丁目1番1号",
    "東京都千代田区霞が関三丁目一番一号",
    "大阪府大阪市北区梅田二丁目2番2号",
    "大阪府堺市北区中百舌鳥町２丁３１２－１",
    "京都市中京区寺町通御池上る上本能寺前町488",
    "札幌市中央区北1条西2丁目1番地",
    "岩手県下閉伊郡岩泉町岩泉字惣畑59番地5",
    "岩手県九戸郡軽米町大字軽米第3地割12",
    "四日市市諏訪町1-5",
    "横浜市西区みなとみらい2-3-4",
    "龍ケ崎市3710番地",
    "北海道虻田郡倶知安町北4条東1丁目3番地",
    "東京都新宿区西新宿2-8-1 都庁第一本庁舎3階",
    "大阪市北区梅田2-2-2梅田ビル301号室",
    "東京都世田谷区成城1-2-3 コーポ山田203号室",
    "東京都渋谷区渋谷2-21-1 渋谷ヒカリエ 12階",
    "東京都世田谷区成城1丁目2番3号メゾンド・ヴェール 101",
    "札幌市中央区北１条西２丁目１番地　ほくせんビル５Ｆ",
    "神奈川県川崎市川崎区宮本町１番地 第2本庁舎 3F",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("住所：", "\nTEL 03-1234-5678"), ("会場は", "です。"), ("高橋次郎　", "　090-1234-5678")],
)
def test_an_address_is_found_from_first_to_last_character(
    recognizer: AddressRecognizer, address: str, before: str, after: str
) -> None:
    assert found(recognizer, before + address + after) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "東京都", "2-1-3", "第1条第2項第3号", "平成1-2-3", "市場調査区分1-2-3", "3号館2階", "その商品は神奈川県横浜市で買いました",
        "東京都千代田区に本社を置く",
        "大阪市立大学2-1", "東京都知事は1月1日に", "横浜市内3か所", "東京都千代田区大手町の1月号", "横浜市議会2-3", "福岡市は5-3で勝った", "1.2.3-4", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_reported(recognizer: AddressRecognizer, text: str) -> None:
    assert found(recognizer, text) == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("東京都", "pref"),
        ("東京都千代田区", "city"),
        ("東京都千代田区丸の内", "town"),
        ("東京都千代田区丸の内1-1", "block"),
        ("東京都千代田区丸の内1-1-1 丸ビル3階", "room"),
    ],
)
def test_how_far_an_address_goes_is_part_of_the_evidence(recognizer: AddressRecognizer, text: str, level: str) -> None:
    (candidate,) = candidates(recognizer, text)
    assert f"level:{level}" in candidate.evidence


def test_more_detail_is_more_certain(recognizer: AddressRecognizer) -> None:
    texts = ("東京都で", "東京都千代田区で", "東京都千代田区丸の内で", "東京都千代田区丸の内1-1-1で")
    scores = [candidates(recognizer, text)[0].score for text in texts]
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


def test_a_label_makes_a_town_reportable(recognizer: AddressRecognizer) -> None:
    assert found(recognizer, "会場は東京都千代田区丸の内です") == []
    assert found(recognizer, "住所：東京都千代田区丸の内") == ["東京都千代田区丸の内"]
    assert found(recognizer, "横浜市西区みなとみらい", label="住所") == ["横浜市西区みなとみらい"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005, Japan", "1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005"),
        ("Address: 2-8-1 Nishi-Shinjuku, Shinjuku-ku, Tokyo", "2-8-1 Nishi-Shinjuku, Shinjuku-ku, Tokyo"),
        ("住所：紀尾井町1-3", "紀尾井町1-3"),
        ("住所: 〒100-0005 丸の内1-1-1", "丸の内1-1-1"),
        ("東京都中野区本町1-2-3 グランクレール本町 1203", "東京都中野区本町1-2-3 グランクレール本町 1203"),
        ("横浜市西区みなとみらい2-3-4 クレール502号", "横浜市西区みなとみらい2-3-4 クレール502号"),
        ("横浜市中区新港1-2-3\n　　コーポさざなみ101\n", "横浜市中区新港1-2-3\n　　コーポさざなみ101"),
        ("1,青森市安方68,070-8840-1234", "青森市安方68"),
    ],
)
def test_addresses_in_other_dress_are_found_whole(recognizer: AddressRecognizer, text: str, address: str) -> None:
    assert found(recognizer, text) == [address]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("住所は千葉県柏市柏五丁目です。", "千葉県柏市柏五丁目"),
        ("住所は愛知県田原市芦村町小山田です。", "愛知県田原市芦村町小山田"),
        ("高橋次郎 愛知県名古屋市瑞穂区弥富町 090-1234-5678", "愛知県名古屋市瑞穂区弥富町"),
        ("静岡県富士市新町四十九", "静岡県富士市新町四十九"),
        ("北海道札幌市西区発寒6条4丁目2-13", "北海道札幌市西区発寒6条4丁目2-13"),
        ("北海道上川郡東神楽町14号北1番地", "北海道上川郡東神楽町14号北1番地"),
        ("茨城県龍ケ崎市3710 市役所前ハイツ", "茨城県龍ケ崎市3710 市役所前ハイツ"),
        ("岩手県胆沢郡金ケ崎町西根大谷120 大谷荘", "岩手県胆沢郡金ケ崎町西根大谷120 大谷荘"),
        ("上京区寺ノ内通千本東入1丁目下る姥ケ寺之前町919-3", "上京区寺ノ内通千本東入1丁目下る姥ケ寺之前町919-3"),
        ("大分市大字荏隈394-1(小野ビル101号)", "大分市大字荏隈394-1(小野ビル101号)"),
        ("東京都北区西ケ原１丁目５８（以下未定）", "東京都北区西ケ原１丁目５８（以下未定）"),
        ("東京都千代田区紀尾井町1-3　    紀尾井ビル 19階", "東京都千代田区紀尾井町1-3　    紀尾井ビル 19階"),
        ("横浜市中区新港1-2-3\n第三山手荘\n", "横浜市中区新港1-2-3\n第三山手荘"),
    ],
)
def test_rarer_ways_of_writing_are_found_whole(recognizer: AddressRecognizer, text: str, address: str) -> None:
    """Without numbers after a label or before a telephone, kanji numerals, streets, no town, remarks, a house on a line of its own."""
    assert found(recognizer, text) == [address]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("横浜市中区新港1-2-3\n山手商事ビル株式会社", "横浜市中区新港1-2-3"),
        ("横浜市中区新港1-2-3（担当：総務）", "横浜市中区新港1-2-3"),
        ("横浜市中区新港1-2-3 2026 年", "横浜市中区新港1-2-3"),
    ],
)
def test_what_follows_an_address_is_no_part_of_it(recognizer: AddressRecognizer, text: str, address: str) -> None:
    """A company below, a remark about something else, a year."""
    assert found(recognizer, text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "本社：〒100-0005 東京都千代田区丸の内1-1-1\n代表電話",
        "建物 百平方メートル  千葉県千葉市稲毛東四丁目五十四番地の四  木造",
        "紀尾井町1-3 で待ち合わせ",
        "Released 1-2-3 in Tokyo, see Chapter 4",
        "3-2 Osaka",
        "千葉県柏市 2026 年度の予算",
        "北海道夕張市12000 人",
        "札幌市発着の便は千歳市経由",
    ],
)
def test_offices_plots_of_land_and_scores_are_not_reported(recognizer: AddressRecognizer, text: str) -> None:
    assert found(recognizer, text) == []


def test_a_name_after_the_room_is_not_swallowed(recognizer: AddressRecognizer) -> None:
    assert found(recognizer, "大阪府大阪市北区梅田2-2-2 梅田ビル301 高橋次郎") == [
        "大阪府大阪市北区梅田2-2-2 梅田ビル301"
    ]


def test_parcels_of_land_in_statutes_need_a_label(recognizer: AddressRecognizer) -> None:
    parcel = "茨城県石岡市大字石岡字木比提二千二百二十二番地"
    assert found(recognizer, f"次の土地、{parcel}の二及び三") == []
    assert found(recognizer, f"住所　{parcel}") == [parcel]


def test_variants_and_invisible_characters_keep_the_span(recognizer: AddressRecognizer) -> None:
    text = "😀住所：茨城県龍\u200bケ崎市3710番地"
    assert found(recognizer, text) == ["茨城県龍\u200bケ崎市3710番地"]


@pytest.mark.parametrize(
    "text",
    [
        "東京都" * 20_000,
        "1-" * 30_000,
        "東京都千代田区" + "丸" * 60_000,
        "東京都千代田区丸の内" + "1-" * 30_000,
        "京都市中京区" + "通上る" * 20_000,
    ],
)
def test_hostile_text_ends_without_an_error(recognizer: AddressRecognizer, text: str) -> None:
    for candidate in candidates(recognizer, text):
        assert 0 <= candidate.start < candidate.end <= len(text)


def test_a_type_without_a_rule_in_force_is_switched_off() -> None:
    other = Rule(id="x", entity_type="PERSON", title_ja="", title_en="")
    assert candidates(make(other), ADDRESSES[0]) == []


def test_candidates_name_the_rule_in_force() -> None:
    own = Rule(id="own.address", entity_type="JP_ADDRESS", title_ja="", title_en="", labels=("停泊地",))
    (candidate,) = candidates(make(own), "停泊地：横浜市西区みなとみらい")
    assert candidate.rule == "own.address"
    assert candidate.score >= 0.5


def test_the_gazetteer_knows_all_prefectures_and_which_names_are_not_unique() -> None:
    gazetteer = Gazetteer.load()
    assert len(gazetteer.prefectures) == 47
    assert len(gazetteer.municipalities) > 1800
    assert len(gazetteer.names["府中市"]) == 2
    assert len(gazetteer.names["伏見区"]) == 1


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("東京都千代田区丸の内1-1-1", True), ("〒100-0005 東京都千代田区丸の内1-1", True), ("横浜市西区みなとみらい", True), ("東京都", None), ("横浜市", None),
        ("丸の内1-1-1", None), ("2-1-3", False), ("高橋次郎", False), ("東京本社", False), ("https://example.jp/", False), ("", False),
    ],
)  # fmt: skip
def test_whole_values_are_judged_as_addresses(value: str, verdict: bool | None) -> None:
    assert checks.address(value) is verdict
