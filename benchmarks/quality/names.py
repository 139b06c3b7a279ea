"""Scores names and addresses on labelled corpora, and counts alarms on ordinary text.

    python benchmarks/quality/names.py CORPORA [--show FILE] [--errors N]

CORPORA is a folder of JSON Lines files as its README describes (``text``, ``entities``). Files that are not there are left out with a word. A detection
counts when it overlaps a labelled span (names) or equals it (addresses). The judge of names was trained on the name corpora: figures to quote come from
``scripts/train_name_judge.py --validate``, which scores texts that the model did not see.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from piiscan.detect.recognizers.addresses import AddressRecognizer
from piiscan.detect.recognizers.names import NameRecognizer
from piiscan.detect.view import TextView
from piiscan.model import Candidate, TextSegment
from piiscan.protocols import Recognizer
from piiscan.rules.loader import load_rules

NAMES = ("ner-wikipedia-ja", "ud-gsd-ne-ja", "wikinews-iob2-ja", "wikipedia-annotated-ja")
Span = tuple[int, int]


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The records of a corpus; none when it is not there."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        print(f"{name}: not there, left out")
        return []
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def found(recognizer: Recognizer, text: str, entity_type: str, threshold: float) -> list[Candidate]:
    """What would be reported of this type."""
    view = TextView(TextSegment(text=text))
    return [c for c in recognizer.candidates(view) if c.entity_type == entity_type and c.score >= threshold]


def overlaps(spans: Iterable[Span], start: int, end: int) -> bool:
    """Whether any of the spans shares a character with this one."""
    return any(a < end and start < b for a, b in spans)


def names(folder: Path, profile: str, show: str, errors: int) -> None:
    """Overlap precision, recall, F1 of PERSON."""
    rules = load_rules(profile=profile)
    recognizer = NameRecognizer(rules)
    threshold = rules.profile.threshold("PERSON")
    for corpus in NAMES:
        hits = alarms = recalled = total = 0
        wrong: list[str] = []
        started = time.perf_counter()
        records = rows(folder, corpus)
        for row in records:
            text = row["text"]
            gold = [(e["start"], e["end"]) for e in row["entities"] if e["type"] == "PERSON"]
            open_ = [(e["start"], e["end"]) for e in row["entities"] if e["type"] == "OPTIONAL"]
            got = found(recognizer, text, "PERSON", threshold)
            total += len(gold)
            spans = [(c.start, c.end) for c in got]
            recalled += sum(overlaps(spans, *g) for g in gold)
            wrong += [f"missed  {around(text, *g)}" for g in gold if not overlaps(spans, *g)]
            for c in got:
                if overlaps(gold, c.start, c.end):
                    hits += 1
                elif not overlaps(open_, c.start, c.end):
                    alarms += 1
                    wrong.append(f"alarm   {c.score:.2f} {around(text, c.start, c.end)} {c.evidence}")
        report(f"{corpus} {profile}", hits, alarms, recalled, total, time.perf_counter() - started)
        if show == corpus:
            sample(wrong, errors)


def report(title: str, hits: int, alarms: int, recalled: int, total: int, seconds: float) -> None:
    """One line of figures."""
    precision, recall = hits / max(1, hits + alarms), recalled / max(1, total)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{title:40} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  {seconds:.1f}s")


def around(text: str, start: int, end: int) -> str:
    """A span with what is around it."""
    return f"{text[max(0, start - 8) : start]}[{text[start:end]}]{text[end : end + 8]}".replace("\n", " ")


def sample(lines: Sequence[str], count: int) -> None:
    """Some of the lines, always the same ones."""
    for line in random.Random(1).sample(list(lines), min(count, len(lines))):
        print("   ", line)


def addresses(folder: Path, errors: int) -> None:
    """Share of addresses found whole, and with the exact end, alone and in a sentence."""
    rules = load_rules()
    recognizer = AddressRecognizer(rules)
    records = rows(folder, "addresses-ja")
    for before, after in (("", ""), ("住所は", "です。"), ("山田太郎 ", " 090-1234-5678"), ("お届け先：", "\nTEL")):
        whole = ends = 0
        wrong: list[str] = []
        for row in records:
            text, end = before + row["text"] + after, len(before) + len(row["text"])
            got = found(recognizer, text, "JP_ADDRESS", rules.profile.threshold("JP_ADDRESS"))
            exact = any((c.start, c.end) == (len(before), end) for c in got)
            whole += exact
            ends += any(c.end == end for c in got)
            if not exact:
                wrong.append(f"{row['text']} -> {[text[c.start : c.end] for c in got]}")
        if records:
            print(f"addresses {before}…{after!r}: whole {whole / len(records):.3f}, end {ends / len(records):.3f}")
            sample(wrong, errors)


def ordinary(folder: Path, errors: int) -> None:
    """Alarms per MB of text that has no personal data but what its authors left."""
    rules = load_rules()
    records = rows(folder, "ordinary-text-ja")
    size = sum(len(row["text"].encode()) for row in records) / 1e6
    for recognizer, entity_type in ((NameRecognizer(rules), "PERSON"), (AddressRecognizer(rules), "JP_ADDRESS")):
        started = time.perf_counter()
        lines = [
            f"{c.score:.2f} {around(row['text'], c.start, c.end)} {c.evidence}"
            for row in records
            for c in found(recognizer, row["text"], entity_type, rules.profile.threshold(entity_type))
        ]
        seconds = time.perf_counter() - started
        if records:
            print(f"ordinary text, {entity_type}: {len(lines) / size:.2f} per MB, {size / seconds:.1f} MB/s")
            sample(lines, errors)


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--show", default="", help="a corpus of names whose errors are shown")
    parser.add_argument("--errors", type=int, default=0, help="how many errors are shown")
    args = parser.parse_args()
    for profile in ("default", "thorough"):
        names(args.corpora, profile, args.show, args.errors)
    addresses(args.corpora, 0 if args.show else args.errors)
    ordinary(args.corpora, args.errors)


if __name__ == "__main__":
    main()
