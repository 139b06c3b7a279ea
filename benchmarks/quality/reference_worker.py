"""Presidio with ja-ginza behind a pipe: one JSON text a line in, its hits a line out. Runs in the environment that references.py makes.

Presidio gets every recognizer it has for all languages, asked for Japanese, and its GiNZA labels mapped; neighbouring place labels are joined into one address,
which is more than Presidio does by itself.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

LABELS = {
    "Person": "PERSON",
    "PERSON": "PERSON",
    "Postal_Address": "LOCATION",
    "Province": "LOCATION",
    "City": "LOCATION",
    "County": "LOCATION",
    "GPE_Other": "LOCATION",
    "Phone_Number": "PHONE_NUMBER",
    "Email": "EMAIL_ADDRESS",
}
TYPES = {
    "PERSON": "PERSON",
    "LOCATION": "JP_ADDRESS",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS",
    "CREDIT_CARD": "CREDIT_CARD",
    "IBAN_CODE": "IBAN_CODE",
}


class Ginza(SpacyNlpEngine):
    """Presidio's spaCy engine around a loaded model."""

    def __init__(self) -> None:
        super().__init__(
            ner_model_configuration=NerModelConfiguration(model_to_presidio_entity_mapping=LABELS, labels_to_ignore=[])
        )
        self.nlp = {"ja": spacy.load("ja_ginza")}


def engine() -> AnalyzerEngine:
    """Presidio for Japanese."""
    registry = RecognizerRegistry(supported_languages=["ja"])
    registry.load_predefined_recognizers(languages=["ja"])
    for recognizer in list(registry.recognizers):
        if type(recognizer).__name__ == "SpacyRecognizer":
            registry.recognizers.remove(recognizer)
    registry.add_recognizer(SpacyRecognizer(supported_language="ja", supported_entities=sorted(set(LABELS.values()))))
    return AnalyzerEngine(registry=registry, nlp_engine=Ginza(), supported_languages=["ja"])


def hits(analyzer: AnalyzerEngine, text: str) -> list[tuple[int, int, str]]:
    """What it says, places joined."""
    found = sorted(
        (r.start, r.end, TYPES[r.entity_type])
        for r in analyzer.analyze(text, language="ja", score_threshold=0.3)
        if r.entity_type in TYPES
    )
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if (
            joined
            and kind == joined[-1][2]
            and (start < joined[-1][1] or (kind == "JP_ADDRESS" and start <= joined[-1][1] + 1))
        ):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), kind)
        else:
            joined.append((start, end, kind))
    return joined


def main() -> None:
    """Serve."""
    tldextract.extract = tldextract.TLDExtract(
        suffix_list_urls=()
    )  # the list that it brings: nothing is fetched while measuring
    analyzer = engine()
    print(
        json.dumps({name: version(name) for name in ("presidio-analyzer", "ginza", "ja-ginza", "sudachipy")}),
        flush=True,
    )
    for line in sys.stdin:
        text = json.loads(line)
        start = time.process_time()
        try:
            found = hits(analyzer, text)
        except Exception as error:  # noqa: BLE001 - texts of any kind; GiNZA gives up on some
            print(
                json.dumps({"hits": [], "seconds": time.process_time() - start, "failed": type(error).__name__}),
                flush=True,
            )
            continue
        print(json.dumps({"hits": found, "seconds": time.process_time() - start}), flush=True)


if __name__ == "__main__":
    main()
