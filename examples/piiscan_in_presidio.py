"""Use piiscan's Japanese rules in Presidio, offline and without a language model."""

from __future__ import annotations

from piiscan.detect.presidio import analyzer_engine


def main() -> None:
    """Analyze one text, and say why."""
    analyzer = analyzer_engine()  # or: registry.add_recognizer(r) for r in presidio_recognizers() in your own engine
    text = "ご連絡先は090-1234-5678です。会員番号：A-123456"
    for result in analyzer.analyze(text, language="ja", return_decision_process=True):
        print(result.entity_type, text[result.start : result.end], result.score)
        print("   ", result.analysis_explanation.textual_explanation)


if __name__ == "__main__":
    main()
