"""Run a Presidio recognizer of your own inside a piiscan scan.

In a real plugin the hook below stands in a module that your distribution names under the entry-point group ``piiscan``; then
``piiscan scan`` uses it without another word (see plugins/_template). Here it is given to a detector directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from piiscan import hookimpl
from piiscan.detect.engine import Detector
from piiscan.detect.presidio_gate import GatedRecognizer, PresidioWindows
from piiscan.model import TextSegment
from piiscan.rules.loader import load_rules


def locker_numbers() -> object:
    """An ordinary PatternRecognizer. Its ``\\b`` works beside Japanese characters, because we show it an ASCII view of the text."""
    from presidio_analyzer import Pattern, PatternRecognizer  # noqa: TID251 - your code may

    return PatternRecognizer(
        supported_entity="LOCKER_NUMBER", name="Lockers", patterns=[Pattern("locker", r"\bLK-\d{4}\b", 0.6)]
    )


GATED = GatedRecognizer(
    path="presidio_analyzer.predefined_recognizers:SgFinRecognizer",
    entity="SG_NRIC_FIN",
    gate=r"[STFGM][0-9]{7}[A-Z]",  # nothing of Presidio is imported until this hits
    hints=("NRIC",),
)


@hookimpl
def piiscan_presidio_recognizers() -> Iterable[Callable[[], object]]:
    """What a plugin hands over: factories, called on first need."""
    return [locker_numbers, GATED]


def main() -> None:
    """Look at one text."""
    rules = load_rules()
    detector = Detector(rules, [PresidioWindows(rules, list(piiscan_presidio_recognizers()))])
    text = "ロッカーLK-0042をお使いください。NRIC S1234567D の方です。"
    for d in detector.text(TextSegment(text=text)):
        print(d.entity_type, text[d.start : d.end], d.confidence)


if __name__ == "__main__":
    main()
