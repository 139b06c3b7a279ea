"""Proposes a rule for a company's own numbers from samples of them: what ``piiscan rules learn`` prints.

The samples go no further than this module: what comes out are shapes, lengths, letters that all of them begin with, and examples made up anew.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from piiscan.rules.compiled import HYPHENS

MIN_SAMPLES = 8
MAX_SHAPES = 6
_COVERED = 0.95
_RARE = 0.02
_MAX_LENGTH = 32
_PREFIX_SAMPLES, _PREFIX_LENGTH, _FREE_AFTER = 20, 4, 4
_CHECKS = ("luhn", "gtin", "mod7", "mod11")
_CHECK_SHARE, _CHECK_SAMPLES = 0.99, 20
_LOOKS_LIKE = {
    "my_number": "JP_MY_NUMBER",
    "credit_card": "CREDIT_CARD",
    "phone": "PHONE_NUMBER",
    "corporate_number": "JP_CORPORATE_NUMBER",
}
_HYPHEN = re.compile(f"[{HYPHENS}]")
_NOTHING = re.compile(r"(?:なし|無|未定|不明|未登録|未発行|null|none|n/?a|-)?", re.IGNORECASE)
_UNITS = re.compile(r"0+|A+|a+|.")
Check = Callable[[str], bool | None]


class NothingToLearnError(ValueError):
    """No rule can be made of these samples; `ja` and `en` say why, without any of them."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


@dataclass(frozen=True, slots=True)
class Learned:
    """What samples have in common. `shapes` write ``0`` for a digit, ``A`` and ``a`` for a letter; `prefix` is what all begin with."""

    samples: int
    distinct: int
    shapes: tuple[tuple[str, float], ...]
    prefix: str
    check: str
    looks_like: tuple[str, ...]
    pattern: str

    @property
    def distinctive(self) -> bool:
        """Whether the form alone says much: letters in front and enough digits behind."""
        letters = sum(c.isalpha() for c in self.prefix)
        return letters >= 2 and all(len(shape) - len(self.prefix) >= 5 for shape, _ in self.shapes)


def learn(samples: Iterable[str], checks: Mapping[str, Check]) -> Learned:
    """What the samples have in common. Raises :class:`NothingToLearnError` when there are too few, or they have no common form."""
    folded = [s for s in map(fold, samples) if not _NOTHING.fullmatch(s)]
    distinct = sorted(set(folded))
    if len(distinct) < MIN_SAMPLES:
        raise NothingToLearnError(
            f"異なる見本が {MIN_SAMPLES} 件以上必要です({len(distinct)} 件)",
            f"needs {MIN_SAMPLES} or more different samples, has {len(distinct)}",
        )
    if sum(any(c.isdigit() for c in s) for s in distinct) < _COVERED * len(distinct):
        raise NothingToLearnError(
            "数字を含まない値は番号として学べません", "values without digits are no numbers to learn"
        )
    shapes = _shapes(distinct)
    kept = {shape for shape, _ in shapes}
    members = [s for s in distinct if shape_of(s) in kept]
    prefix = _prefix(members)
    return Learned(
        samples=len(folded),
        distinct=len(distinct),
        shapes=shapes,
        prefix=prefix,
        check=_check(members, checks),
        looks_like=tuple(
            kind for name, kind in _LOOKS_LIKE.items() if name in checks and _passes(members, checks[name])
        ),
        pattern=_pattern([shape for shape, _ in shapes], prefix),
    )


def fold(sample: str) -> str:
    """Half width, one kind of hyphen, no blanks around."""
    return _HYPHEN.sub("-", unicodedata.normalize("NFKC", sample)).strip()


def shape_of(value: str) -> str:
    """``M-0123`` has the shape ``A-0000``."""
    return "".join("0" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else c for c in value)


def _shapes(distinct: Sequence[str]) -> tuple[tuple[str, float], ...]:
    if any(len(s) > _MAX_LENGTH or not s.isascii() for s in distinct[:: max(1, len(distinct) // 1000)]):
        raise NothingToLearnError(
            "番号ではない文字や、長すぎる値が含まれています",
            "some are too long, or hold letters that numbers do not have",
        )
    counts = Counter(map(shape_of, distinct))
    common = [(shape, n / len(distinct)) for shape, n in counts.most_common(MAX_SHAPES) if n / len(distinct) >= _RARE]
    if sum(share for _, share in common) < _COVERED or any(
        not re.fullmatch(r"[0Aa_./ \-]+", shape) for shape, _ in common
    ):
        raise NothingToLearnError(
            "見本の形がそろっていません(列を間違えていませんか)",
            "the samples have no common form; is it the right column?",
        )
    return tuple(common)


def _prefix(members: Sequence[str]) -> str:
    """What all begin with: letters and signs, and digits only where so many samples share them that they name nobody."""
    first, last = min(members), max(members)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    shared = first[: min(same, _PREFIX_LENGTH)]
    if len(members) < _PREFIX_SAMPLES:
        shared = re.match(r"[A-Za-z]*[-_./]?", shared).group()  # type: ignore[union-attr]  # matches the empty string too
    shortest = min(map(len, members))
    return shared if shortest - len(shared) >= _FREE_AFTER else ""


def _check(members: Sequence[str], checks: Mapping[str, Check]) -> str:
    if len(members) < _CHECK_SAMPLES:
        return ""
    return next((name for name in _CHECKS if name in checks and _passes(members, checks[name])), "")


def _passes(members: Sequence[str], check: Check) -> bool:
    return len(members) >= _CHECK_SAMPLES and sum(check(m) is True for m in members) >= _CHECK_SHARE * len(members)


def _pattern(shapes: Sequence[str], prefix: str) -> str:
    """A regular expression for the shapes, with the macros of rules: ``KH{H}{D}{6}``."""
    forms = []
    for shape in sorted(shapes, key=len, reverse=True):
        runs = _UNITS.findall(shape[len(prefix) :])
        forms.append("".join(map(_literal, prefix)) + "".join(_unit(run) for run in runs))
    joined = _merged(forms)
    return f"(?P<v>{joined}){{E}}(?!{{H}}{{D}})"


def _merged(forms: Sequence[str]) -> str:
    """Forms that differ in the number of their last digits only become one: ``{D}{6,8}``."""
    heads = {re.sub(r"\{D\}\{(\d+)\}$", "", form) for form in forms}
    lengths = sorted(int(m.group(1)) for form in forms if (m := re.search(r"\{D\}\{(\d+)\}$", form)))
    if len(heads) == 1 and len(lengths) == len(forms) > 1:
        return f"{heads.pop()}{{D}}{{{lengths[0]},{lengths[-1]}}}"
    return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"


def _unit(run: str) -> str:
    if run[0] in "0Aa":
        kind = {"0": "{D}", "A": "[A-ZＡ-Ｚ]", "a": "[a-zａ-ｚ]"}[run[0]]
        return f"{kind}{{{len(run)}}}"
    return "".join(map(_literal, run))


def _literal(char: str) -> str:
    if char == "-":
        return "{H}"
    if char == " ":
        return "{S}"
    if char.isalnum():
        return f"[{char}{chr(ord(char) + 0xFEE0)}]"
    return re.escape(char)


def made_up(
    learned: Learned, samples: Iterable[str], check: Check | None, count: int, dice: random.Random
) -> list[str]:
    """New values of the learned form, none of them a sample; they pass the check digit if there is one."""
    taken = set(map(fold, samples))
    found: list[str] = []
    for _ in range(count * 2000):
        shape = dice.choice(learned.shapes)[0]
        value = learned.prefix + "".join(_any_char(unit, dice) for unit in shape[len(learned.prefix) :])
        if value not in taken and (check is None or check(value) is True) and len(set(value)) > 2:
            taken.add(value)
            found.append(value)
            if len(found) == count:
                break
    return found


def _any_char(unit: str, dice: random.Random) -> str:
    alphabet = {"0": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "a": "abcdefghjkmnprstuvwxyz"}
    return dice.choice(alphabet[unit]) if unit in alphabet else unit
