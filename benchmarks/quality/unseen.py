"""PERSON in running text on sentences that the judge of names has not seen.

The weights that are shipped were trained on the development corpora (docs/adr/0090), so what the shipped product reaches there says nothing. Here every
sentence is scored with weights from the other four fifths of the texts: the training script's own five folds, with the whole recognizer.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from measures import PERSON_CORPORA, Result

SCRIPTS = Path(__file__).parents[2] / "scripts"


def _script() -> ModuleType:
    sys.path.insert(0, str(SCRIPTS))
    spec = importlib.util.spec_from_file_location("train_name_judge", SCRIPTS / "train_name_judge.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def persons(result: Result, folder: Path) -> None:
    """Five folds: F1 of `thorough`, precision of `default` and the share of the recall that `default` keeps. Needs numpy."""
    script = _script()
    examples = script.Examples()
    texts = [text for source in (*script.LABELLED, script.CLEAN) for text in examples.read(folder, source)]
    scores: dict[tuple[str, str], Any] = {}
    for fold in range(script.FOLDS):
        model = script.train([text for text in texts if text.fold != fold])
        script.measure(model, [text for text in texts if text.fold == fold and text.source in PERSON_CORPORA], scores)
    for (source, profile), score in scores.items():
        _put(result, f"unseen.{profile}.person.{PERSON_CORPORA[source]}", score)
    for short in PERSON_CORPORA.values():
        deep = result.figures.get(f"unseen.thorough.person.{short}.recall")
        if deep:
            result.figures[f"unseen.default.person.{short}.recall_share"] = (
                result.figures[f"unseen.default.person.{short}.recall"] / deep
            )


def _put(result: Result, name: str, score: Any) -> None:
    precision = score.hits / max(1, score.hits + score.alarms)
    recall = score.recalled / max(1, score.total)
    result.figures |= {
        f"{name}.precision": precision,
        f"{name}.recall": recall,
        f"{name}.f1": 2 * precision * recall / max(1e-9, precision + recall),
    }
