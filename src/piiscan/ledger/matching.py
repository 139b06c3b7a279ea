"""Which of their rows and ours belong together: by key, then by place and name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from heapq import nlargest

from piiscan.ledger.columns import normal_head
from piiscan.ledger.model import Row
from piiscan.ledger.sheet import TheirRow

_SURE, _MAYBE = 0.75, 0.45
_STOP = ("個人情報", "ファイル", "リスト", "データ", "その他", "情報", "一覧", "名簿", "台帳", "管理", "等")
"""Words that every name has, longest first: in another order other letters are left."""
_ENDINGS = (
    "フォルダ",
    "フォルダー",
    "部",
    "課",
    "室",
    "係",
    "共有",
    "共有フォルダ",
    "サーバ",
    "サーバー",
    "folder",
    " folder",
)
"""What people add to the name of a folder when they write it down."""


def match(theirs: Sequence[TheirRow], ours: Sequence[Row]) -> tuple[dict[str, TheirRow], dict[str, TheirRow]]:
    """Their row by the key of ours: those that surely belong together, and those that may."""
    by_key = {key: row for row in theirs for key in keys_in(row.key)}
    sure: dict[str, TheirRow] = {}
    maybe: dict[str, TheirRow] = {}
    faces = [_Face.of_theirs(row) for row in theirs]
    candidates = _Candidates(faces)
    for row in ours:
        if their := by_key.get(row.holding.key):
            sure[row.holding.key] = their
            continue
        mine = _Face.of_ours(row)
        scored = nlargest(2, ((mine.likeness(faces[n]), -n) for n in candidates.of(mine)))
        if not scored or scored[0][0] < _MAYBE:
            continue
        best, second = scored[0], scored[1] if len(scored) > 1 else (0.0, 0)
        clear = best[0] >= _SURE and best[0] - second[0] >= 0.05
        (sure if clear else maybe)[row.holding.key] = theirs[-best[1]]
    return sure, maybe


def keys_in(text: str) -> list[str]:
    """The IDs that a cell holds, whatever people put between them."""
    return [key for key in re.split(r"[\s,、;]+", unicodedata.normalize("NFKC", text)) if key]


@dataclass(frozen=True, slots=True)
class _Face:
    """What rows are matched by: the words of the place from coarse to fine, and of the name."""

    place: tuple[str, ...]
    files: frozenset[str]
    name: frozenset[str]
    kind_words: tuple[str, ...] = field(default=())
    text: str = ""
    title: str = ""

    @classmethod
    def of_theirs(cls, row: TheirRow) -> _Face:
        place, name = row.text("place"), f"{row.text('name')} {row.text('items') if not row.text('name') else ''}"
        return cls(steps(place), frozenset(), _grams(name), text=fold(f"{place} {name}"), title=fold(row.text("name")))

    @classmethod
    def of_ours(cls, row: Row) -> _Face:
        h = row.holding
        files = frozenset(_stem(item) for item in h.items)
        words = tuple(fold(w) for w in h.kind.words)
        return cls(steps(h.folder), files, _grams(f"{h.kind.ja} {h.folder.rsplit('/', 1)[-1]}"), words)

    def likeness(self, their: _Face) -> float:
        """0..1: mostly the place, then whether the names speak of the same."""
        place = _place_likeness(self.place, their.place)
        if any(_same_file(stem, their) for stem in self.files):
            elsewhere = len(their.place) > 1 and place < 0.5
            return 0.4 if elsewhere else 0.8 + 0.2 * place
        common = self.name & their.name
        name = len(common) / max(1, min(len(self.name), len(their.name)))
        if any(word in their.text for word in self.kind_words if len(word) > 1):
            name = 0.5 + 0.5 * min(1.0, name)
        if not name:
            return 0.4 * place
        return 0.6 * place + 0.4 * min(1.0, name)


class _Candidates:
    """Which of their rows can be like one of ours at all: a step of the place is the same, or a file is named."""

    def __init__(self, faces: Sequence[_Face]) -> None:
        self._faces = faces
        self._all = "\n".join(face.text for face in faces)
        self._steps: dict[str, set[int]] = {}
        self._titles: dict[str, set[int]] = {}
        for n, face in enumerate(faces):
            self._titles.setdefault(face.title, set()).add(n)
            for step in face.place:
                for key in step_keys(step):
                    self._steps.setdefault(key, set()).add(n)

    def of(self, mine: _Face) -> set[int]:
        found: set[int] = set()
        for step in mine.place:
            found.update(*(self._steps.get(key, ()) for key in step_keys(step)))
        for stem in mine.files:
            if len(stem) > 2 and stem in self._all:
                found.update(n for n, face in enumerate(self._faces) if stem in face.text)
            found.update(*(self._titles.get(stem[:end], ()) for end in range(3, len(stem) + 1)))
        return found


def _same_file(stem: str, their: _Face) -> bool:
    """Whether their row names the file, or the file's name begins with what they call it."""
    return len(stem) > 2 and (stem in their.text or (len(their.title) > 2 and stem.startswith(their.title)))


@lru_cache(maxsize=1 << 17)
def _place_likeness(mine: tuple[str, ...], their: tuple[str, ...]) -> float:
    """How much of one path is in the other. The ends decide: 店舗/天神店 and 店舗/新宿店 are not alike."""
    if not mine or not their:
        return 0.0
    share = sum(any(same_step(own, step) for step in their) for own in mine) / len(mine)
    if any(same_step(own, their[-1]) for own in mine) or any(same_step(mine[-1], step) for step in their):
        return 0.6 + 0.4 * share
    return 0.3 * share


def same_step(own: str, their: str) -> bool:
    if own[:2] != their[:2]:  # nearly always
        return False
    short, long = sorted((own, their), key=len)
    return short == long or (len(short) > 1 and long.startswith(short) and long[len(short) :] in _ENDINGS)


def step_keys(step: str) -> set[str]:
    """Steps that are the same have one of these in common."""
    return {step, *(step.removesuffix(ending) for ending in _ENDINGS if len(step) > len(ending))}


@cache
def steps(place: str) -> tuple[str, ...]:
    line = fold(place).split("\n")[0]
    line = re.sub(r"^[a-z0-9+]+://", "", line)
    parts = [part.strip(" ・()（）「」『』[]:：") for part in re.split(r"[\\/>＞、,]|\s+→\s+|\s{1,}", line)]
    return tuple(part for part in parts if part and part not in ("mnt", "srv", "home", "c:", "d:"))


def _stem(item: str) -> str:
    name = re.split(r" › |/", item)[-1]
    return fold(re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name))


def _grams(text: str) -> frozenset[str]:
    folded = normal_head(text)
    for word in _STOP:
        folded = folded.replace(word, "")
    return frozenset(folded[i : i + 2] for i in range(len(folded) - 1)) or frozenset({folded} - {""})


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
