"""Turns what was learned into a ruleset file that a privacy officer can read, and makes sure that it holds its own examples."""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from piiscan.rules.learn import Check, Learned, made_up

if TYPE_CHECKING:
    from piiscan.plugins import Registry

_NUMBER_WORDS = ("番号", "コード", "ID", "No", "NO", "№", "CD")
_KNOWN_TAIL = re.compile(r"(?:番号|コード|ＩＤ|id|no\.?|cd|code|number|num|№)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that may be put to use. `examples` are made up."""

    rule: str
    entity_type: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    learned: Learned
    matches: tuple[str, ...]
    rejects: tuple[str, ...]
    strength: int = 0

    @property
    def by_itself(self) -> bool:
        """Whether the rule finds numbers without a label."""
        return self.learned.distinctive


@dataclass(frozen=True, slots=True)
class Alarms:
    """How often the proposed form occurs elsewhere: `hits` of `looked` cells or words, and how many of them the rule would report."""

    place: str
    hits: int
    looked: int
    reported: int


def is_heading(text: str) -> bool:
    """Whether a cell may be taken for a heading although nobody said so: it must end in a word for numbers, and hold no figure."""
    return bool(_KNOWN_TAIL.search(text.strip())) and not any(c.isdigit() for c in text) and len(text) <= 30


def propose(
    learned: Learned,
    samples: Sequence[str],
    *,
    rule: str,
    entity_type: str,
    labels: Sequence[str],
    header: str,
    checks: Mapping[str, Check],
    dice: random.Random | None = None,
) -> Proposal:
    """A rule for what was learned. `header` and `labels` are headings; `dice` makes the examples (fresh ones each time, if None)."""
    dice = dice or random.SystemRandom()
    words = tuple(dict.fromkeys(word for label in (*labels, header) if label for word in _spoken(label)))
    columns = tuple(dict.fromkeys(c for c in (header, *labels) if c))
    values = made_up(learned, samples, checks.get(learned.check), 4, dice)
    label = words[0] if words else ""
    matches = [f"{label}：{v}" if label else f"番号は {v} です" for v in values[:1]]
    matches += [f"{label} {v}" if label else f"{v} を確認" for v in values[1:2]]
    matches += [f"{label}\n{v}" if label else f"({v})" for v in values[2:3]]
    rejects = (
        [f"{label}：未定", f"{label}を記入してください"] if label else ["番号は未定です", "番号を記入してください"]
    )
    rejects += [f"{label}：{v}" for v in _wrong(values, learned, checks)] if learned.check and label else []
    rejects += [f"受付 {v}" for v in values[3:]] if label and not learned.distinctive else ["ABC"]
    return Proposal(rule, entity_type, words, columns, learned, tuple(matches), tuple(rejects))


def _spoken(label: str) -> Iterable[str]:
    """A heading and the usual other ways to say it: 会員番号, 会員コード, 会員ID, 会員No."""
    yield label
    base = next((label.removesuffix(w) for w in _NUMBER_WORDS if label.endswith(w) and len(label) > len(w)), "")
    if base and not base.isascii():
        yield from (base + word for word in ("番号", "コード", "ID", "No"))


def _wrong(values: Sequence[str], learned: Learned, checks: Mapping[str, Check]) -> list[str]:
    check = checks[learned.check]
    last = [v[:-1] + str((int(v[-1]) + 1) % 10) for v in values if v[-1:].isdigit()]
    return [v for v in last if check(v) is False][:1]


def settled(proposal: Proposal, registry: Registry) -> tuple[Proposal, tuple[str, ...]]:
    """The proposal with the scores that make its examples come true beside the built-in rules, and what is still wrong (Japanese)."""
    issues: tuple[str, ...] = ()
    for strength in range(3):
        tried = replace(proposal, strength=strength)
        issues = _issues(tried, registry)
        if not issues:
            return tried, ()
    return tried, issues


def _issues(proposal: Proposal, registry: Registry) -> tuple[str, ...]:
    from piiscan.rules.check import check_rules

    with tempfile.TemporaryDirectory(prefix="piiscan-rules-") as folder:
        (Path(folder) / "proposed.toml").write_text(to_toml(proposal), encoding="utf-8", newline="\n")
        found = check_rules([Path(folder)], registry=registry, only={proposal.rule})
    return tuple(issue.ja for issue in found)


def to_toml(proposal: Proposal, notes: Sequence[str] = ()) -> str:
    """The ruleset file. Nothing in it comes from a single sample."""
    learned, strength = proposal.learned, proposal.strength
    title = proposal.labels[0] if proposal.labels else proposal.entity_type
    lines = [
        *(f"# {note}".rstrip() for note in notes),
        "[ruleset]",
        f"id = {_text(proposal.rule.rpartition('.')[0] or 'own')}",
    ]
    lines += [
        'title_ja = "自社のルール"',
        'title_en = "Own rules"',
        'version = "1"',
        "",
        "[[rule]]",
        f"id = {_text(proposal.rule)}",
    ]
    lines += [
        f"type = {_text(proposal.entity_type)}",
        f"title_ja = {_text(f'{title}(学習)')}",
        f"title_en = {_text(f'{title} (learned)')}",
    ]
    if proposal.by_itself:
        gates = (learned.prefix, "".join(chr(ord(c) + 0xFEE0) for c in learned.prefix))
        lines += [
            f"pattern = '{{B}}{learned.pattern}'",
            f"gate = {_list(gates)}",
            f"reach = {40 + max(len(s) for s, _ in learned.shapes)}",
        ]
        scores = f"{{ base = {0.55 + 0.1 * strength:.2f}, label = 0.3 }}"
    else:
        lines += [f"value = '{learned.pattern}'", 'need = "label"']
        scores = f"{{ base = {0.3 + 0.1 * strength:.1f}, label = {0.4 + 0.1 * strength:.1f} }}"
    lines += [f'validators = ["{learned.check}"]'] if learned.check else []
    lines += [f"labels = {_list(proposal.labels)}", f"columns = {_list(proposal.columns)}"] if proposal.labels else []
    lines += [f"scores = {scores}", f"specificity = {3 + 4 * strength}"]
    lines += [f"match = {_list(proposal.matches)}", f"reject = {_list(proposal.rejects)}"]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"
