"""Trains the judge of names (src/piiscan/data/judge.gz) on openly licensed labelled text, and cross-validates it.

    python scripts/train_name_judge.py CORPORA [--out src/piiscan/data] [--validate]

CORPORA is a folder of JSON Lines files (``text``, ``entities``); see docs/adr/0090 for sources and licences. Needs numpy; what is made does not.
The same inputs give the same weights. With ``--validate`` nothing is written: every text is scored by a model that did not see it (five folds by
a digest of the text), then every source by a model that saw the other sources only.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from build_lexicon import write

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_hits import NameWords
from piiscan.detect.names_judge import SCALE, JudgedNames, NameModel
from piiscan.detect.names_prose import ProseNames
from piiscan.detect.recognizers.names import NameRecognizer
from piiscan.detect.sudachi import Judge
from piiscan.detect.variants import fold_variants
from piiscan.detect.view import TextView
from piiscan.model import TextSegment
from piiscan.rules.loader import load_rules

LABELLED = ("ner-wikipedia-ja", "ud-gsd-ne-ja", "wikinews-iob2-ja", "wikipedia-annotated-ja")
CLEAN = "ordinary-text-ja"
"""Technical and legal text: what is asked about it is taken for no name. Three of four texts are kept for measuring."""
CLEAN_SHARE = 4
MIN_TEXTS, L2, ROUNDS, FOLDS = 3, 2.0, 250, 5
SMALLEST = 0.03
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """A labelled text and what would be asked about it."""

    source: str
    text: str
    names: tuple[Span, ...]
    open: tuple[Span, ...]
    questions: tuple[tuple[tuple[str, ...], bool], ...]

    @property
    def fold(self) -> int:
        """Which fold of the cross-validation it is in."""
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % FOLDS


class Examples:
    """Makes examples of texts, as the recognizer would ask about them when it reads everything."""

    def __init__(self) -> None:
        lexicon, judge = Lexicon.load(), Judge()
        self._words = NameWords(lexicon)
        self._prose = ProseNames(lexicon, NameGrammar(lexicon), judge)
        self._judged = JudgedNames(lexicon, NameModel({}))

    def read(self, folder: Path, source: str) -> list[Text]:
        """The texts of a source; none when it is not there."""
        path = folder / f"{source}.jsonl"
        if not path.exists():
            print(f"{source}: not there, left out")
            return []
        found = []
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            digest = int(hashlib.sha256(row["text"].encode()).hexdigest(), 16)
            if source != CLEAN or digest % CLEAN_SHARE == 0:
                found.append(self._example(source, row["text"], row["entities"] or []))
        return found

    def _example(self, source: str, text: str, entities: Sequence[dict[str, object]]) -> Text:
        names = tuple(_span(e) for e in entities if e["type"] == "PERSON")
        open_ = tuple(_span(e) for e in entities if e["type"] == "OPTIONAL")
        ready = fold_variants(text)
        spans, reading = self._prose.find(ready.text, ready.judged, self._words.find(ready.text), whole=True)
        questions = []
        for question in self._judged.questions(ready.text, reading, spans):
            place = ready.span(question.start, question.end)
            named = _overlaps(names, place)
            if named or not _overlaps(open_, place):
                questions.append((tuple(dict.fromkeys(question.features)), named))
        return Text(source, text, names, open_, tuple(questions))


def _span(entity: dict[str, object]) -> Span:
    return int(str(entity["start"])), int(str(entity["end"]))


def _overlaps(spans: Iterable[Span], place: Span) -> bool:
    return any(a < place[1] and place[0] < b for a, b in spans)


def train(texts: Sequence[Text]) -> NameModel:
    """Logistic regression with a quadratic penalty, by Adam over all examples at once: no chance in it."""
    in_texts: Counter[str] = Counter()
    for text in texts:
        in_texts.update({name for names, _ in text.questions for name in names})
    columns = {name: i for i, name in enumerate(sorted(n for n, count in in_texts.items() if count >= MIN_TEXTS))}
    rows, cols, wanted = [], [], []
    for text in texts:
        for names, named in text.questions:
            known = [columns[name] for name in names if name in columns]
            rows += [len(wanted)] * len(known)
            cols += known
            wanted.append(named)
    weights = _fit(np.array(rows), np.array(cols), np.array(wanted, float), len(columns))
    kept = {name: round(float(weights[i]) * SCALE) / SCALE for name, i in columns.items()}
    return NameModel({name: weight for name, weight in kept.items() if abs(weight) >= SMALLEST})


def _fit(rows: np.ndarray, cols: np.ndarray, wanted: np.ndarray, size: int) -> np.ndarray:
    weights, mean, square = np.zeros(size), np.zeros(size), np.zeros(size)
    for number in range(1, ROUNDS + 1):
        guess = 1 / (1 + np.exp(-np.bincount(rows, weights[cols], len(wanted))))
        slope = np.bincount(cols, (guess - wanted)[rows], size) + L2 * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        step = 0.1 if number < ROUNDS * 0.6 else 0.02
        weights -= step * (mean / (1 - 0.9**number)) / (np.sqrt(square / (1 - 0.99**number)) + 1e-6)
    return weights


@dataclass
class Score:
    """Overlap precision and recall of PERSON."""

    hits: int = 0
    alarms: int = 0
    recalled: int = 0
    total: int = 0

    def add(self, text: Text, found: Sequence[Span]) -> None:
        """Count one text."""
        self.total += len(text.names)
        self.recalled += sum(_overlaps(found, name) for name in text.names)
        hits = sum(_overlaps(text.names, place) for place in found)
        self.hits += hits
        self.alarms += sum(not _overlaps(text.open, place) for place in found if not _overlaps(text.names, place))

    def __str__(self) -> str:
        precision, recall = self.hits / max(1, self.hits + self.alarms), self.recalled / max(1, self.total)
        return f"P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"


def measure(model: NameModel, texts: Sequence[Text], scores: dict[tuple[str, str], Score]) -> None:
    """Score texts with the whole recognizer and this model, at both profiles."""
    for profile in ("default", "thorough"):
        rules = load_rules(profile=profile)
        recognizer, threshold = NameRecognizer(rules, model), rules.profile.threshold("PERSON")
        for text in texts:
            got = recognizer.candidates(TextView(TextSegment(text=text.text)))
            found = [(c.start, c.end) for c in got if c.entity_type == "PERSON" and c.score >= threshold]
            scores.setdefault((text.source, profile), Score()).add(text, found)


def validate(texts: Sequence[Text]) -> None:
    """Print scores on texts that the model did not see."""
    scores: dict[tuple[str, str], Score] = {}
    for fold in range(FOLDS):
        model = train([text for text in texts if text.fold != fold])
        measure(model, [text for text in texts if text.fold == fold and text.source != CLEAN], scores)
    for (source, profile), score in sorted(scores.items()):
        print(f"five folds      {source:24} {profile:9} {score}", flush=True)
    scores = {}
    for source in LABELLED:
        model = train([text for text in texts if text.source != source])
        measure(model, [text for text in texts if text.source == source], scores)
    for (source, profile), score in sorted(scores.items()):
        print(f"other sources   {source:24} {profile:9} {score}", flush=True)


def main() -> None:
    """Train and write, or validate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "src" / "piiscan" / "data")
    parser.add_argument("--validate", action="store_true")
    args = parser.parse_args()
    examples = Examples()
    texts = [text for source in (*LABELLED, CLEAN) for text in examples.read(args.corpora, source)]
    if args.validate:
        validate(texts)
        return
    model = train(texts)
    inputs = {name: importlib.metadata.version(name) for name in ("sudachidict-core", "sudachipy")}
    counts = Counter(text.source for text in texts)
    header = {"format": 1, "inputs": {**inputs, **{name: f"{count} texts" for name, count in sorted(counts.items())}}}
    write(args.out / "judge.gz", header, {k: [str(round(w * SCALE))] for k, w in sorted(model.weights.items())})


if __name__ == "__main__":
    main()
