"""Runs Presidio recognizers inside scans without paying for Presidio where there is nothing for it.

Importing Presidio takes seconds and each call of a recognizer tens of microseconds. So a cheap gate of ours goes over the text, and only the
windows around its hits are given to the recognizer, which stays the judge. Three kinds of factories come from the hook
``piiscan_presidio_recognizers``:

- with a `gate` attribute (:class:`GatedRecognizer`, also for plugins): nothing of Presidio is imported before the gate hits;
- a ``PatternRecognizer`` whose `analyze` is Presidio's own: its patterns are the gate. Patterns without Japanese in them see a view of the
  text in which other scripts are ``?`` and full-width forms are half width, so that ``\\b`` and ``\\w`` mean what their author meant;
- any other ``EntityRecognizer``: called once a segment.

This module does not import presidio_analyzer; :mod:`piiscan.detect.presidio` does, and is imported on first need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piiscan.errors import PluginError
from piiscan.model import Candidate

if TYPE_CHECKING:
    from piiscan.detect.presidio import LoadedRecognizer
    from piiscan.detect.view import TextView
    from piiscan.rules.model import RuleSet

NAME = "presidio"
MAX_BEFORE, MAX_MATCH = 8, 64
"""How far before its shape a match of a gate with shapes may begin, and how long it may be, in characters."""

_CLASSES = (
    bytes(
        ord("A") if chr(c).isupper() else ord("0") if chr(c).isdigit() else c if chr(c) in "- " else ord(".")
        for c in range(128)
    )
    + b"." * 128
)
_ANY = bytes.maketrans(b"A0", b"**")

WINDOW = 60
_WORTH_LOOKING = 16
HINT_WINDOW = 80
CONTEXT_BOOST, CONTEXT_FLOOR = 0.35, 0.4  # what Presidio's own context enhancer adds
HINT_FLOOR = 0.6  # a hint is a label of the number, more than a context word

_WIDE = re.compile("[！-～　]")
_HALF_WIDTH = str.maketrans({**{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}, "　": " "})


@dataclass(frozen=True, slots=True)
class GatedRecognizer:
    """A Presidio recognizer known by name, with the gate that must hit before it is imported.

    `path` is ``module:Class``. `gate` is a regular expression of :mod:`re`. With `hints`, one of them must stand within
    :data:`HINT_WINDOW` characters of the hit (compared in lower case): what the check digits of numbers alone cannot tell from order
    numbers. `entity` is Presidio's entity type.

    `shapes` spare the gate most of the text: in every match stands one of them, where ``A`` is a capital, ``0`` a figure (both ASCII), a hyphen and
    a blank themselves; or, in a shape of nothing else, ``*`` a capital or a figure. A match may begin :data:`MAX_BEFORE` characters before its
    shape and have :data:`MAX_MATCH` in all.
    """

    path: str
    entity: str
    gate: str
    hints: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()

    def __call__(self) -> Any:
        """Build the recognizer (imports Presidio)."""
        import importlib

        module, _, name = self.path.partition(":")
        return getattr(importlib.import_module(module), name)()


def ascii_view(text: str) -> str:
    """The text with full-width forms folded and every other character beyond ASCII as ``?``; offsets are those of the text."""
    if text.isascii():
        return text
    if _WIDE.search(text):
        text = text.translate(_HALF_WIDTH)
    return text.encode("ascii", "replace").decode("ascii")


class PresidioWindows:
    """The recognizer that runs Presidio's. Picklable as long as the factories are; builds them on first need."""

    name = NAME

    def __init__(self, rules: RuleSet, factories: Sequence[Callable[[], object]]) -> None:
        self._rules = rules
        self._factories = tuple(factories)
        self._types = {alias: t.id for t in rules.entity_types.values() if (alias := t.aliases.get("presidio"))}
        self._gated = [(f, re.compile(f.gate)) for f in self._factories if isinstance(f, GatedRecognizer)]
        self._open = [f for f in self._factories if not isinstance(f, GatedRecognizer)]
        self._shapes: dict[bytes, list[int]] = {}
        for number, (factory, _) in enumerate(self._gated):
            for shape in factory.shapes:
                self._shapes.setdefault(shape.encode("ascii"), []).append(number)
        self._loaded: dict[int, LoadedRecognizer] = {}
        self.entity_types = tuple(sorted({self._types.get(f.entity, f.entity) for f, _ in self._gated}))

    def __reduce__(self) -> tuple[type[PresidioWindows], tuple[RuleSet, tuple[Callable[[], object], ...]]]:
        return PresidioWindows, (self._rules, self._factories)

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """What Presidio's recognizers find. One that fails is named in a PluginError after the others have been heard."""
        failed: list[str] = []
        for gated, start, end in self._hits(view.text):
            yield from self._judge(view, gated, (start, end), failed)
        for factory in self._open:
            yield from self._judge(view, factory, None, failed)
        if failed:
            raise PluginError(f"Presidio recognizer failed: {', '.join(dict.fromkeys(failed))}")

    def _hits(self, text: str) -> Iterator[tuple[GatedRecognizer, int, int]]:
        hinting = _Hints(text)
        found = {
            hit
            for number, at in self._places(text)
            if hinting.any_of(self._gated[number][0].hints)
            for hit in self._around(text, number, at)
        }
        for start, number, end in sorted(found):
            yield self._gated[number][0], start, end
        for factory, gate in self._gated:
            if not factory.shapes:
                for hit in gate.finditer(text):
                    if _hinted(text, hit.start(), hit.end(), factory.hints):
                        yield factory, hit.start(), hit.end()

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the shapes of which gate stand: a search for fixed bytes takes a tenth of what the expressions of the gates would."""
        if not self._shapes:
            return
        classes = text.encode("ascii", "replace").translate(_CLASSES)
        capitals = b"A" in classes
        for shape, numbers in self._shapes.items():
            if not capitals and b"A" in shape:
                continue
            where = classes.translate(_ANY) if b"*" in shape else classes
            at = where.find(shape)
            while at >= 0:
                for number in numbers:
                    yield number, at
                at = where.find(shape, at + 1)

    def _around(self, text: str, number: int, at: int) -> Iterator[tuple[int, int, int]]:
        """The matches of a gate around one of its shapes: start, number of the gate, end."""
        factory, gate = self._gated[number]
        low, high = max(0, at - MAX_BEFORE), at + MAX_MATCH
        while (hit := gate.search(text, low, high)) and hit.start() <= at:
            low = hit.start() + 1
            if _hinted(text, hit.start(), hit.end(), factory.hints):
                yield hit.start(), number, hit.end()

    def _judge(
        self, view: TextView, factory: Callable[[], object], window: tuple[int, int] | None, failed: list[str]
    ) -> Iterator[Candidate]:
        try:
            loaded = self._load(factory)
            hints = factory.hints if isinstance(factory, GatedRecognizer) else ()
            found = list(loaded.around(view.text, *window) if window else loaded.candidates(view))
        except Exception as error:  # noqa: BLE001 - somebody else's recognizer may raise anything; its message may hold text of the item
            failed.append(f"{getattr(factory, '__name__', type(factory).__name__)}: {type(error).__name__}")
            return
        for result in found:
            yield self._candidate(view.text, result, loaded, hints)

    def _load(self, factory: Callable[[], object]) -> LoadedRecognizer:
        key = self._factories.index(factory)
        if key not in self._loaded:
            from piiscan.detect.presidio import LoadedRecognizer

            self._loaded[key] = LoadedRecognizer(factory())
        return self._loaded[key]

    def _candidate(self, text: str, result: Any, loaded: LoadedRecognizer, hints: tuple[str, ...]) -> Candidate:
        score = float(result.score)
        evidence = [f"presidio:{loaded.name}", *(["check"] if score >= 1.0 else ["format"])]
        words = (*loaded.context, *hints)
        near = bool(words) and _hinted(text, result.start, result.end, words)
        if near and score < 1.0:
            score = max(score + CONTEXT_BOOST, HINT_FLOOR if hints else CONTEXT_FLOOR)
            evidence.append("near:hint" if hints else "near:context")
        return Candidate(
            entity_type=self._types.get(result.entity_type, result.entity_type),
            start=result.start,
            end=result.end,
            score=round(min(score, 1.0), 3),
            rule=f"presidio:{loaded.name}",
            recognizer=NAME,
            evidence=tuple(evidence),
        )


class _Hints:
    """Whether hints stand anywhere in a text. Where many matches ask it is worth looking once: mostly they do not."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lower: bytes | None = None
        self._asked: dict[tuple[str, ...], bool | int] = {(): True}

    def any_of(self, hints: tuple[str, ...]) -> bool:
        """Whether one of them may be there, in whatever case; true where none is asked for."""
        known = self._asked.get(hints, 0)
        if isinstance(known, bool):
            return known
        if known < _WORTH_LOOKING:
            self._asked[hints] = known + 1
            return True
        present = self._asked[hints] = any(map(self._has, hints))
        return present

    def _has(self, hint: str) -> bool:
        if not hint.isascii():
            return hint in self._text or (hint.lower() != hint.upper() and hint.lower() in self._text.lower())
        if self._lower is None:
            self._lower = self._text.encode("ascii", "replace").lower()
        return hint.lower().encode() in self._lower


def _hinted(text: str, start: int, end: int, hints: Sequence[str]) -> bool:
    """Whether one of the hints stands near; true where none is asked for."""
    if not hints:
        return True
    around = text[max(0, start - HINT_WINDOW) : end + HINT_WINDOW].lower()
    return any(hint.lower() in around for hint in hints)
