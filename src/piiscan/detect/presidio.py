"""The border to Presidio, and the only module that imports presidio_analyzer (seconds, and a hundred megabytes: import it on need).

Outward: :func:`presidio_recognizers` gives every piiscan rule to anybody's ``AnalyzerEngine``; :func:`analyzer_engine` builds one that works
offline. Inward: :class:`LoadedRecognizer` runs somebody's recognizer on windows of a scan (see :mod:`piiscan.detect.presidio_gate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from presidio_analyzer import (
    AnalysisExplanation,
    AnalyzerEngine,
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from piiscan.detect.presidio_gate import WINDOW, ascii_view
from piiscan.model import Detection, Severity, TextSegment

if TYPE_CHECKING:
    from piiscan.detect.engine import Detector
    from piiscan.detect.view import TextView

LANGUAGE = "ja"
NAME = "PiiscanRecognizer"
_ENTITIES = re.compile(r"\\[pPuUxN]")


class NullNlpEngine(NlpEngine):
    """An NLP engine without a model: no tokens, no entities. Piiscan's recognizers need neither."""

    def __init__(self, languages: Sequence[str] = (LANGUAGE,)) -> None:
        self._languages = list(languages)

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:  # noqa: ARG002
        """Empty artifacts."""
        return self._artifacts([], language)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,  # noqa: ARG002
        n_process: int = 1,  # noqa: ARG002
        **_: object,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """One text after the other."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002
        """No stop words."""
        return False

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002
        """Words without a letter or digit."""
        return not any(c.isalnum() for c in word)

    def get_supported_entities(self) -> list[str]:
        """None: it names nothing by itself."""
        return []

    def get_supported_languages(self) -> list[str]:
        """The languages it was built for."""
        return list(self._languages)

    def _artifacts(self, words: Sequence[tuple[int, str]], language: str) -> NlpArtifacts:
        texts: Any = [word for _, word in words]  # Presidio declares a spaCy Doc, and wants a sequence of words
        return NlpArtifacts(
            entities=[],
            tokens=texts,
            tokens_indices=[start for start, _ in words],
            lemmas=texts,
            nlp_engine=self,
            language=language,
        )


class SudachiNlpEngine(NullNlpEngine):
    """Words by Sudachi, so that context words of other recognizers are found in Japanese text. Loads the dictionary on first text."""

    def __init__(self, languages: Sequence[str] = (LANGUAGE,)) -> None:
        super().__init__(languages)
        self._judge: Any = None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Words and where they start. Runs of Latin letters and digits are cut by us, Japanese by Sudachi."""
        if self._judge is None:
            from piiscan.detect.sudachi import Judge

            self._judge = Judge()
        words = {t.start: text[t.start : t.end] for t in self._judge.read(text, [(0, len(text))])}
        words.update((m.start(), m.group()) for m in re.finditer(r"[A-Za-z0-9_]+", text) if m.start() not in words)
        return self._artifacts(sorted(words.items()), language)


class PiiscanRecognizer(EntityRecognizer):
    """All piiscan rules as one Presidio recognizer: the engine reads a text once, whatever the number of entity types."""

    def __init__(self, detector: Detector, supported_language: str = LANGUAGE) -> None:
        self._detector = detector
        rules = detector.rules
        self.name: str = NAME
        reported = {
            t.id for t in rules.entity_types.values() if t.severity is not Severity.NONE and rules.profile.wants(t.id)
        }
        super().__init__(supported_entities=sorted(reported), name=NAME, supported_language=supported_language)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002
    ) -> list[RecognizerResult]:
        """What the profile reports in a text. The explanation names rule and evidence, never the value."""
        wanted = set(entities) if entities else set(self.supported_entities)
        return [self._result(d) for d in self._detector.text(TextSegment(text=text)) if d.entity_type in wanted]

    def _result(self, detection: Detection) -> RecognizerResult:
        explanation = AnalysisExplanation(
            recognizer=self.name,
            original_score=detection.confidence,
            pattern_name=detection.rule,
            textual_explanation=f"piiscan rule {detection.rule}: {', '.join(detection.evidence)}",
        )
        return RecognizerResult(
            entity_type=detection.entity_type,
            start=detection.start,
            end=detection.end,
            score=detection.confidence,
            analysis_explanation=explanation,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


def presidio_recognizers(profile: str = "default", *, language: str = LANGUAGE) -> list[EntityRecognizer]:
    """Piiscan's rules for your own ``AnalyzerEngine``: ``for r in presidio_recognizers(): registry.add_recognizer(r)``.

    `profile` chooses rules and strictness, `language` is the Presidio language they are registered for. Raises
    :class:`piiscan.errors.RuleError` for an unknown profile.
    """
    from piiscan.detect.engine import Detector
    from piiscan.plugins import load_plugins
    from piiscan.rules.loader import load_rules

    registry = load_plugins(entry_points=False)
    rules = load_rules(profile=profile)
    return [PiiscanRecognizer(Detector(rules, [build(rules) for build in registry.recognizers.values()]), language)]


def analyzer_engine(
    profile: str = "default", *, nlp_engine: NlpEngine | None = None, extra: Iterable[EntityRecognizer] = ()
) -> AnalyzerEngine:
    """An ``AnalyzerEngine`` for Japanese that needs no model and no network (Presidio's default constructor tries to download one).

    `extra` are further recognizers, registered for language ``ja``; give :class:`SudachiNlpEngine` as `nlp_engine` if they need words.
    """
    engine = nlp_engine or NullNlpEngine()
    recognizers = [*presidio_recognizers(profile), *extra]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[LANGUAGE])


class LoadedRecognizer:
    """A Presidio recognizer, prepared for scans."""

    def __init__(self, recognizer: object) -> None:
        if not isinstance(recognizer, EntityRecognizer):
            raise TypeError(f"not a Presidio EntityRecognizer: {type(recognizer).__name__}")
        trusted: Any = recognizer
        self._recognizer = trusted
        self.name = str(trusted.name)
        self.context = tuple(trusted.context or ())
        self._gates = [_gate(p, trusted) for p in trusted.patterns] if _is_plain(trusted) else None
        self._engine: SudachiNlpEngine | None = None

    def candidates(self, view: TextView) -> Iterator[RecognizerResult]:
        """Results on a whole segment: through the gate of its patterns where it is a plain PatternRecognizer, else by one call."""
        text = view.text
        if self._gates is None:
            yield from self._analyze(text, view.once(f"{__name__}.artifacts", lambda v: self._artifacts(v.text)))
            return
        plain = view.once(f"{__name__}.ascii", lambda v: ascii_view(v.text))
        seen: set[tuple[str, int, int]] = set()
        for gate, sees_all, alone in self._gates:
            for match in gate.finditer(text if sees_all else plain):
                start, end = match.span()
                results = (
                    self._word(text, start, end) if alone else self.around(text if sees_all else plain, start, end)
                )
                for result in results:
                    key = (result.entity_type, result.start, result.end)
                    if end > start and key not in seen:
                        seen.add(key)
                        yield result

    def around(self, text: str, start: int, end: int) -> Iterator[RecognizerResult]:
        """What the recognizer says of the surroundings of a hit, in offsets of the text; only what touches the hit."""
        low, high = max(0, start - WINDOW), min(len(text), end + WINDOW)
        window = text[low:high]
        for result in self._analyze(
            window if self._gates and any(s for _, s, _ in self._gates) else ascii_view(window), None
        ):
            if result.start + low < end and result.end + low > start:
                yield _moved(result, low)

    def _word(self, text: str, start: int, end: int) -> Iterator[RecognizerResult]:
        """A word of a deny list by itself: Presidio wants a non-word character around it, which Japanese text does not have."""
        for result in self._analyze(f" {text[start:end]} ", None):
            yield _moved(result, start - 1)

    def _analyze(self, text: str, artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        return list(self._recognizer.analyze(text, list(self._recognizer.supported_entities), artifacts) or ())

    def _artifacts(self, text: str) -> NlpArtifacts:
        if self._engine is None:
            self._engine = SudachiNlpEngine()
        return self._engine.process_text(text, LANGUAGE)


def _is_plain(recognizer: EntityRecognizer) -> bool:
    """Whether its patterns decide where it can match: nothing but validation and building of expressions is overridden."""
    return isinstance(recognizer, PatternRecognizer) and type(recognizer).analyze is PatternRecognizer.analyze


def _gate(pattern: Pattern, recognizer: Any) -> tuple[Any, bool, bool]:
    """The compiled gate of a pattern, whether it must see the text as it is, and whether its hits are judged as words by themselves."""
    flags = recognizer.global_regex_flags or 0
    if pattern.name == "deny_list" and recognizer.deny_list:
        words = sorted(recognizer.deny_list, key=len, reverse=True)
        if not all(word.isascii() for word in words):
            return re.compile("|".join(re.escape(w) for w in words), re.IGNORECASE), True, True
    sees_all = not pattern.regex.isascii() or bool(_ENTITIES.search(pattern.regex))
    import regex  # type: ignore[import-untyped]  # Presidio's own engine, of which its patterns use the extensions

    return regex.compile(pattern.regex, flags), sees_all, False


def _moved(result: RecognizerResult, by: int) -> RecognizerResult:
    return RecognizerResult(
        result.entity_type, result.start + by, result.end + by, result.score, result.analysis_explanation
    )
