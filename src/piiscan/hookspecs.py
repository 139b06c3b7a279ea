"""Hook declarations and nothing else. The pluggy project name and the entry-point group are both ``piiscan``.

Hooks run once, when a registry is built, and hand over classes and objects; none runs per item or segment. Every hook is described
in docs/hooks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from piiscan.protocols import Enricher, OcrEngine, Reader, Recognizer, Report, Source, Validator
    from piiscan.rules.model import RuleSet

hookspec = pluggy.HookspecMarker("piiscan")
hookimpl = pluggy.HookimplMarker("piiscan")


@hookspec
def piiscan_sources() -> Iterable[type[Source]]:  # type: ignore[empty-body]
    """Source classes."""


@hookspec
def piiscan_readers() -> Iterable[type[Reader]]:  # type: ignore[empty-body]
    """Reader classes."""


@hookspec
def piiscan_ocr() -> Iterable[type[OcrEngine]]:  # type: ignore[empty-body]
    """Classes of engines that read text in pictures; the one whose options say ``enabled`` is used."""


@hookspec
def piiscan_recognizers() -> Iterable[Callable[[RuleSet], Recognizer]]:  # type: ignore[empty-body]
    """Factories (a class will do), called once per worker with the rules in force. Must be picklable: module-level."""


@hookspec
def piiscan_presidio_recognizers() -> Iterable[Callable[[], object]]:  # type: ignore[empty-body]
    """Factories of Presidio ``EntityRecognizer`` objects to run inside scans; called on first need."""


@hookspec
def piiscan_validators() -> Mapping[str, Validator]:  # type: ignore[empty-body]
    """Named checks for rules."""


@hookspec
def piiscan_rulesets() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders of ruleset files."""


@hookspec
def piiscan_reports() -> Iterable[type[Report]]:  # type: ignore[empty-body]
    """Report classes."""


@hookspec
def piiscan_enrichers() -> Iterable[Enricher]:  # type: ignore[empty-body]
    """Objects that add attributes to results."""
