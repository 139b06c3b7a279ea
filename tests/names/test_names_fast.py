"""What is read in one pass, part by part or only where something speaks for it is what the slow, obvious way finds."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect import names_evidence as evidence
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_deep import NameChains
from piiscan.detect.names_features import features
from piiscan.detect.names_hits import NameWords
from piiscan.detect.names_judge import SCALE, NameModel, repeated
from piiscan.detect.names_labelled import _PLAIN_PAIR, LabelledNames, Labels
from piiscan.detect.names_prose import _ADDRESSED, _CHAIN, _INITIALS, NameSpan, ProseNames, best
from piiscan.detect.names_rows import _cells
from piiscan.detect.names_weights import NameWeights
from piiscan.detect.sudachi import Judge

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "dev"
LEXICON = Lexicon.load()
PIECES = [
    *evidence.words(
        "山田 太郎 佐藤 花子 高橋 様 さん 氏 君 部長 社長 選手 研究員 夫妻 市 線路 株式会社 は が を に の も と 、 。 ー 教授 九州 大臣 警察官"
    ),
    *evidence.words(
        "オバマ ジョン スミス マリア サーバー イテレータ J・K・ローリング コナン ・ ＝ ･ = ヤマダ タロウ ﾔﾏﾀﾞ ﾊﾅｺ ミサキ A. B． さくら"
    ),
    *(
        "\n",
        " ",
        "　",
        "\t",
        "(",
        "）",
        "「",
        "」",
        "大統領",
        "が来た",
        "1",
        "世",
        "x",
        "夫人",
        "たち",
        "&",
        "と述べた",
    ),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def real_texts(count: int) -> Iterator[str]:
    """Texts of the corpora, where they are there; else of the pieces."""
    path = CORPORA / "ner-wikipedia-ja.jsonl"
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from (json.loads(line)["text"] for line in lines[:: max(1, len(lines) // count)])
    dice = random.Random(7)
    for _ in range(count):
        yield "".join(dice.choice(PIECES) for _ in range(dice.randrange(30)))


def slow_ends_word(text: str, position: int) -> bool:
    char = text[position : position + 1]
    if not char:
        return True
    if evidence.is_kanji(char):
        after = (*evidence.HONORIFICS, *evidence.ROLES)
        return text.startswith(after, position) or evidence.person_noun_at(text, position)
    if evidence.is_hiragana(char):
        return text.startswith(evidence.PARTICLES, position)
    return char != "ー"


def slow_not_name_after(text: str, position: int) -> bool:
    after = (*evidence.HONORIFICS, *evidence.ROLES)
    if not text.startswith(evidence.NOT_NAME_AFTER, position) or text.startswith(after, position):
        return False
    return not evidence.person_noun_at(text, position)


def slow_starts_word(text: str, position: int) -> bool:
    if position == 0 or not evidence.is_kanji(text[position - 1]):
        return True
    before = text[:position]
    return before[-1] in evidence.PERSON_NOUN_END or before[-6:].endswith(evidence.TITLES_BEFORE)


@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        (evidence.ends_word, slow_ends_word),
        (evidence.not_name_after, slow_not_name_after),
        (evidence.starts_word, slow_starts_word),
    ],
)
def test_words_around_names_are_looked_up_as_by_going_through_the_lists(
    fast: Callable[[str, int], bool], slow: Callable[[str, int], bool]
) -> None:
    """By first character or one by one: the same answer at every place."""
    asked = 0
    for text in real_texts(150):
        for position in range(len(text) + 1):
            assert fast(text, position) == slow(text, position), (text, position)
            asked += 1
    assert asked > 1000


def test_weights_summed_by_part_are_the_weights_of_the_features() -> None:
    """The judge's sum for every chain of words in real and random text."""
    model = NameModel.load()
    fast = NameWeights({name: round(w * SCALE) for name, w in model.weights.items()}, LEXICON)
    judge, chains, summed = Judge(), NameChains(LEXICON), 0
    for text in real_texts(150):
        words = judge.read(text, [(0, len(text))])
        for first, stop in chains.find(text, words):
            name = text[words.starts[first] : words.ends[stop - 1]]
            slow = [*features(text, words, first, stop, LEXICON), "rule=5"]
            total = fast.total(text, words, first, stop, "rule=5", again=name in repeated(text, {name}))
            assert total == sum(round(model.weights.get(one, 0.0) * SCALE) for one in slow), (text, name)
            summed += 1
    assert summed > 100


@settings(max_examples=200, deadline=None)
@given(texts)
def test_foreign_names_of_the_shared_pass_are_those_of_patterns(text: str) -> None:
    """Chains, initials and single names as `re` finds them in the whole text."""
    hits = WORDS.find(text)
    known = LEXICON.kana["foreign"]
    subject = re.compile("[ァ-ヺー](?<![ァ-ヺー・＝].)[ァ-ヺー]{2,}(?=[はがをにのもと、])")
    wanted = {m.span() for m in subject.finditer(text) if m.group() in known}
    for match in _ADDRESSED.finditer(text):
        run = re.search("[ァ-ヺー]{2,}$", text[: match.start()])
        if run and run.group() in known and text[: run.start()][-1:] not in ("・", "＝"):
            wanted.add(run.span())
    assert {(o.start, o.end) for o in PROSE._single(text, hits.foreign)} == wanted
    assert [(o.start, o.end) for o in PROSE._initials(text, hits.initials)] == [
        m.span() for m in _INITIALS.finditer(text)
    ]
    chains = {m.span() for m in _CHAIN.finditer(text)} if "・" in text or "＝" in text else set()
    assert {(o.start, o.end) for o in PROSE._chains(text, hits.joined)} <= chains


@settings(max_examples=200, deadline=None)
@given(texts)
def test_pairs_of_kana_are_those_of_the_pattern(text: str) -> None:
    """Looking around blanks finds what looking everywhere finds."""
    labelled = LabelledNames(GRAMMAR, Labels([], []))
    found = {(s.start, s.end) for s in labelled.kana_pairs(text, WORDS.find(text).kana_gaps)}
    pairs = [m for m in _PLAIN_PAIR.finditer(text) if len(m.group()) > 5]
    assert found == {m.span() for m in pairs if GRAMMAR.kana_value(m.group()) >= 0.95}


@given(texts, st.lists(st.sampled_from(["山田", "太郎", "さくら", "ー", "ヤマダ", "大大"]), max_size=6, unique=True))
def test_repeated_names_are_found_in_one_pass_or_one_by_one(text: str, names: list[str]) -> None:
    """The automaton of long texts and the search of short ones agree."""
    slow = {name for name in names if text.count(name) > 1}
    assert repeated(text, names) == slow
    long = text + "。" * 1_000_000
    assert repeated(long, names) == slow


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from([0.3, 0.5, 0.7])), max_size=12))
def test_the_best_spans_are_chosen_as_by_taking_the_surest_first(places: list[tuple[int, int, float]]) -> None:
    """Choosing within each run of overlaps is choosing among all."""
    spans = [NameSpan(start, start + size, score, ()) for start, size, score in places]
    surest: dict[tuple[int, int], NameSpan] = {}
    for span in spans:
        if span[:2] not in surest or surest[span[:2]].score < span.score:
            surest[span[:2]] = span
    taken: set[int] = set()
    kept = []
    for span in sorted(surest.values(), key=lambda s: (-s.score, s.start - s.end, s.start)):
        if taken.isdisjoint(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            kept.append(span)
    assert best(spans) == sorted(kept)


@given(st.text('a,\t \u3000"山', max_size=20), st.sampled_from([",", "\t"]))
def test_cells_are_what_splitting_and_stripping_gives(line: str, sign: str) -> None:
    """Places of cells without blanks and quotes around them."""
    cells = _cells(f"x\n{line}\n", 2, 2 + len(line), sign)
    assert [f"x\n{line}\n"[a:b] for a, b in cells] == [part.strip(" \u3000\t\r\"'") for part in line.split(sign)]


GRAMMAR = NameGrammar(LEXICON)
WORDS = NameWords(LEXICON)
PROSE = ProseNames(LEXICON, GRAMMAR, Judge())
