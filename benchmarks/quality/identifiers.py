"""How well identifiers are found: scores the rules on labelled vectors and lines, and counts false alarms on ordinary text.

    python benchmarks/quality/identifiers.py CORPUS_FOLDER [--profile NAME] [--show TYPE] [--quick]

The folder holds id-vectors.jsonl, pii-cases-ja.jsonl and ordinary-text-ja.jsonl (what is absent is skipped and said). Each disagreement with a
label must have a reason in explained.toml; an unexplained one makes the command fail. No text of the corpora is kept in this repository:
disagreements are named by a digest of the text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from piiscan.detect.engine import Detector, build_detector
from piiscan.model import TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules

HERE = Path(__file__).parent
TYPES = {
    "MY_NUMBER": "JP_MY_NUMBER",
    "CORPORATE_NUMBER": "JP_CORPORATE_NUMBER",
    "INVOICE_NUMBER": "JP_INVOICE_NUMBER",
    "POSTAL_CODE": "JP_POSTAL_CODE",
    "PENSION_NUMBER": "JP_PENSION_NUMBER",
    "BANK_ACCOUNT": "JP_BANK_ACCOUNT",
    "HEALTH_INSURANCE": "JP_HEALTH_INSURANCE",
    "PASSPORT": "JP_PASSPORT",
    "RESIDENCE_CARD": "JP_RESIDENCE_CARD",
    "DRIVER_LICENSE": "JP_DRIVER_LICENSE",
}
LABELS = {
    "JP_MY_NUMBER": "個人番号：",
    "JP_CORPORATE_NUMBER": "法人番号：",
    "JP_INVOICE_NUMBER": "登録番号：",
    "CREDIT_CARD": "カード番号：",
    "PHONE_NUMBER": "電話番号：",
}
ATTRIBUTES = frozenset({"AGE", "GENDER", "JP_NAME_KANA", "PERSON", "JP_ADDRESS", "REFERENCE_NUMBER"})


@dataclass
class Score:
    """Counts per type and the disagreements."""

    tp: Counter[str] = field(default_factory=Counter)
    fp: Counter[str] = field(default_factory=Counter)
    fn: Counter[str] = field(default_factory=Counter)
    disagreements: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, text: str, wanted: Counter[str], found: Counter[str]) -> None:
        for name in wanted | found:
            same = min(wanted[name], found[name])
            self.tp[name] += same
            self.fn[name] += wanted[name] - same
            self.fp[name] += found[name] - same
            for verdict, count in (("missed", wanted[name] - same), ("extra", found[name] - same)):
                if count:
                    self.disagreements.append((_digest(text), verdict, name, text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _all_types(detector: Detector, text: str) -> Counter[str]:
    """What is reported, and the look-alikes that are recognised so as not to be."""
    verdicts = detector.explain(TextSegment(text=text))
    return Counter(v.candidate.entity_type for v in verdicts if v.outcome in {"reported", "suppressor"})


def score_vectors(path: Path, detector: Detector) -> Score:
    """Each value behind its label, as in a form."""
    score = Score()
    for record in _records(path):
        kind = TYPES.get(record["type"], record["type"])
        text = LABELS[kind] + record["value"]
        found = _all_types(detector, text)
        score.add(text, Counter({kind: 1} if record["valid"] else {}), Counter({kind: found[kind]}))
    return score


def score_cases(path: Path, detector: Detector) -> Score:
    """Lines with the verdict of another detector; only the types that the verdict speaks of count."""
    score = Score()
    for record in _records(path):
        wanted = Counter(TYPES.get(t, t) for t in record["types"])
        found = Counter(d.entity_type for d in detector.text(TextSegment(text=record["text"])))
        covers = record["covers"]
        if covers in {"all", "all but PERSON", "listed types"}:
            left_out = {"PERSON"} if covers == "all but PERSON" else set()
            spoken = set(wanted) | (
                set() if covers == "listed types" else set(found) - left_out - ATTRIBUTES | set(wanted)
            )
        else:
            spoken = {TYPES.get(covers, covers)}
        score.add(record["text"], _only(wanted, spoken), _only(found, spoken))
    return score


def _only(counts: Counter[str], names: set[str]) -> Counter[str]:
    return Counter({k: v for k, v in counts.items() if k in names})


def ordinary(path: Path, detector: Detector, show: str, quick: bool) -> dict[str, float]:
    """False alarms per MB of UTF-8 by type, each taken for false since nobody annotated the text."""
    counts: Counter[str] = Counter()
    size, seconds = 0, 0.0
    for number, record in enumerate(_records(path)):
        if quick and number % 8:
            continue
        text = record["text"]
        size += len(text.encode())
        start = time.perf_counter()
        detections = detector.text(TextSegment(text=text))
        seconds += time.perf_counter() - start
        for d in detections:
            counts[d.entity_type] += 1
            if show in {d.entity_type, "all"}:
                around = text[max(0, d.start - 40) : d.end + 25].replace("\n", "⏎")
                print(
                    f"    {d.entity_type} {d.confidence} {d.rule} {d.evidence} 「{text[d.start : d.end]}」 in …{around}…"
                )
    print(f"  {size / 1e6:.1f} MB, {size / 1e6 / max(seconds, 1e-9):.1f} MB/s")
    return {name: count / (size / 1e6) for name, count in counts.items()}


def report(title: str, score: Score, explained: dict[str, str]) -> int:
    """Print a score; the number of disagreements without a reason."""
    print(f"\n== {title}")
    for name in sorted(set(score.tp) | set(score.fp) | set(score.fn)):
        tp, fp, fn = score.tp[name], score.fp[name], score.fn[name]
        if tp + fp + fn:
            print(f"  {name:26} TP {tp:3} FP {fp:3} FN {fn:3}")
    bare = 0
    for digest, verdict, name, text in score.disagreements:
        reason = explained.get(f"{digest}.{name}")
        bare += reason is None
        print(f"  {verdict:7} {name:24} {digest}  {text!r}: {reason or 'UNEXPLAINED'}")
    return bare


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--profile", default="default")
    parser.add_argument("--show", default="", help="print false alarms of this type, or all")
    parser.add_argument("--quick", action="store_true", help="an eighth of the ordinary text")
    parser.add_argument("--only", default="", help="recognizers to use, comma separated")
    options = parser.parse_args()
    registry = load_plugins(entry_points=False)
    detector = build_detector(registry, load_rules(profile=options.profile, validators=registry.validators))
    if options.only:
        detector = Detector(detector.rules, [r for r in detector.recognizers if r.name in options.only.split(",")])
    explained = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8")).get("explained", {})
    reasons = {f"{k}.{name}": text for k, row in explained.items() for name, text in row.items()}
    bare = 0
    for name, scorer in (("id-vectors.jsonl", score_vectors), ("pii-cases-ja.jsonl", score_cases)):
        path = options.corpus / name
        if path.is_file():
            bare += report(name, scorer(path, detector), reasons)
        else:
            print(f"\n== {name}: not there, skipped")
    path = options.corpus / "ordinary-text-ja.jsonl"
    if path.is_file():
        print("\n== ordinary-text-ja.jsonl, alarms per MB")
        rates = ordinary(path, detector, options.show, options.quick)
        by_severity: defaultdict[int, float] = defaultdict(float)
        for name, rate in sorted(rates.items(), key=lambda r: -r[1]):
            by_severity[int(detector.rules.entity(name).severity)] += rate
            print(f"  {name:26} {rate:8.2f}")
        print("  by severity:", {k: round(v, 2) for k, v in sorted(by_severity.items())})
    else:
        print("\n== ordinary-text-ja.jsonl: not there, skipped")
    print(f"\n{bare} unexplained disagreement(s)")
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main())
