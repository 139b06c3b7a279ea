"""Checking rulesets: what `piiscan rules check` and the tests run. Examples go through the real detector.

Messages may quote examples, which are made up; nothing here sees scanned content.
"""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from piiscan.errors import RuleError
from piiscan.model import TextSegment
from piiscan.rules.compiled import compile_pattern
from piiscan.rules.loader import load_rules
from piiscan.rules.model import Example, Rule, RuleSet

if TYPE_CHECKING:
    from piiscan.detect.engine import Detector
    from piiscan.plugins import Registry

MIN_EXAMPLES = 3
_SLOW_SECONDS = 0.3
_HOSTILE_LENGTHS = (12, 18, 24, 36, 54, 80, 120, 180, 270, 360)
_HOSTILE = ("0", "０", "a", "ア", "漢", " ", "-", "1-", "1 ", "a.", "a@", "（", "あ1", "=", "\n", "年1月")


@dataclass(frozen=True, slots=True)
class RuleIssue:
    """Something wrong with a rule. `code` is stable; `ja` and `en` are for people."""

    file: str
    rule: str
    code: str
    ja: str
    en: str

    def __str__(self) -> str:
        return ": ".join(
            filter(None, (self.file, self.rule, self.ja if self.ja == self.en else f"{self.ja} / {self.en}"))
        )


def check_rules(
    folders: Sequence[Path] = (),
    *,
    rules: RuleSet | None = None,
    registry: Registry | None = None,
    only: Container[str] | None = None,
) -> list[RuleIssue]:
    """Everything wrong with the built-in rules and those of `folders` (or with `rules`, loaded at the default profile), in file order.

    `only` names the rules to check, all if None. A file that cannot be loaded is one issue, and ends the check.
    """
    from piiscan.detect.engine import build_detector
    from piiscan.plugins import load_plugins

    registry = registry or load_plugins(entry_points=False)
    try:
        rules = rules or load_rules(folders, validators=registry.validators)
    except RuleError as error:
        return [RuleIssue("", "", "load", str(error), str(error))]
    detector = build_detector(registry, rules)
    chosen = (rule for rule in rules.rules if only is None or rule.id in only)
    return [issue for rule in chosen for issue in _check_rule(rule, detector)]


def _check_rule(rule: Rule, detector: Detector) -> Iterator[RuleIssue]:
    yield from _check_form(rule, detector.rules)
    yield from _check_time(rule)
    for example in rule.matches:
        if not _matches(rule, example, detector):
            yield _issue(
                rule,
                "no-match",
                f"match の例を検出しません: {example.text}",
                f"does not find its matching example: {example.text}",
            )
    for example in rule.rejects:
        if _reported(rule, example, detector):
            yield _issue(
                rule,
                "no-reject",
                f"reject の例を検出します: {example.text}",
                f"finds its rejected example: {example.text}",
            )


def _issue(rule: Rule, code: str, ja: str, en: str) -> RuleIssue:
    return RuleIssue(rule.file, rule.id, code, ja, en)


def matches_alone(rule: Rule) -> bool:
    """Whether the rule finds anything by itself (else it only lends labels and columns)."""
    return bool(rule.shapes or rule.pattern or rule.words or rule.marks or rule.value)


def _check_form(rule: Rule, rules: RuleSet) -> Iterator[RuleIssue]:
    for kind, examples in (("match", rule.matches), ("reject", rule.rejects)):
        if matches_alone(rule) and len(examples) < MIN_EXAMPLES:
            yield _issue(
                rule,
                "examples",
                f"{kind} の例が {MIN_EXAMPLES} 件以上必要です",
                f"needs {MIN_EXAMPLES} or more {kind} examples",
            )
    for companion in rule.companions:
        if companion not in rules.entity_types:
            yield _issue(
                rule,
                "companion",
                f"companions の種別 {companion} がありません",
                f"companion type {companion} is not in the taxonomy",
            )
    if rule.value and not (rule.labels or rule.columns):
        yield _issue(rule, "labels", "value には labels か columns が必要です", "value needs labels or columns")
    if "label" in rule.need.split("+") and not (rule.labels or rule.columns):
        yield _issue(
            rule, "labels", "need = label には labels か columns が必要です", "need = label needs labels or columns"
        )
    if not matches_alone(rule) and not (rule.labels or rule.columns):
        yield _issue(rule, "empty", "何も検出しないルールです", "the rule finds nothing")


def _check_time(rule: Rule) -> Iterator[RuleIssue]:
    for source in filter(None, (rule.pattern, rule.value)):
        if _runs_away(compile_pattern(source), rule.gate):
            yield _issue(
                rule,
                "slow",
                "正規表現が遅すぎます(繰り返しの入れ子を見直してください)",
                "the pattern runs away on hostile text",
            )


def _runs_away(pattern: re.Pattern[str], gate: tuple[str, ...]) -> bool:
    """Whether some hostile text takes long. Texts grow step by step, so that a bad pattern is caught before it hangs the check."""
    for unit in (*_HOSTILE, *gate[:8]):
        for length in _HOSTILE_LENGTHS:
            text = unit * max(1, length // len(unit))
            start = time.perf_counter()
            for hostile in (text + "!", *(g + text + "!" for g in gate[:2])):
                for _ in pattern.finditer(hostile):
                    pass
            if time.perf_counter() - start > _SLOW_SECONDS:
                return True
    return False


def _matches(rule: Rule, example: Example, detector: Detector) -> bool:
    """Whether the type is found, with the value if the example names one; another rule of the same type may be the one that finds it."""
    found = _chosen(rule.entity_type, example, detector)
    return any(not example.value or example.text[start:end] == example.value for _, start, end in found)


def _reported(rule: Rule, example: Example, detector: Detector) -> bool:
    return any(name == rule.id for name, _, _ in _chosen(rule.entity_type, example, detector))


def _chosen(entity_type: str, example: Example, detector: Detector) -> Iterable[tuple[str, int, int]]:
    for verdict in detector.explain(TextSegment(text=example.text)):
        candidate = verdict.candidate
        if candidate.entity_type == entity_type and verdict.outcome in {"reported", "suppressor"}:
            yield candidate.rule, candidate.start, candidate.end
