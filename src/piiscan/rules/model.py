"""Rules as they are used: frozen, compiled from TOML by `loader`, described for editors by `schema`.

A *rule* is one table in a TOML file; a *ruleset* is a file of them; a *profile* chooses rules and strictness; the *taxonomy* says what each
entity type means. :class:`RuleSet` holds all that is in force for a scanner and is picklable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from piiscan.model import Severity

if TYPE_CHECKING:
    from piiscan.protocols import Validator

Need = Literal["nothing", "label", "check", "label+check", "label|check"]
"""What must speak for a match besides its format before it can be reported at all."""

MaskKind = Literal["none", "last4", "first1", "email", "phone", "area", "year", "length"]
"""How much of a value a person may see: nothing, the last four characters, the first, ... (see `piiscan.privacy`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """One row of the taxonomy. `category` is the legal class: idcode, spi, sens, pi, rel, pci, none."""

    id: str
    ja: str
    en: str
    category: str
    severity: Severity
    mask: MaskKind = "none"
    fingerprint: bool = True
    law_ja: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How signals add up to confidence; the sum is cut to 0..1."""

    base: float = 0.4
    check: float = 0.2
    label: float = 0.45
    context: float = 0.15
    column: float = 0.45
    neighbour: float = 0.1
    negative: float = -0.5
    failed: float | None = None
    """Added when a validator says no; None: the match is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text a rule must or must not match; `value` is the part it must find (any part when empty)."""

    text: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to recognise one entity type.

    Matching is by `shapes` (digit tokens such as ``000-0000-0000``), by `pattern` (a regular expression, tried only where one of the literals in
    `gate` occurs), by `words`, or, with none of these, by `value` (a regular expression) right after a label or in a column with such a header.
    With `marks`, headings that a kind of document has, it takes a text that holds `marks_needed` of them for such a document.
    A rule with only `labels` and `columns` matches nothing by itself: it lends them to a recognizer written in code and to columns.
    `reach` is how far before a gate literal a pattern may begin, and half of how far after it a match may end, in characters. With `gate_then` a
    literal counts only before one of these characters, and with `begins` every match begins exactly so many characters before a literal: both spare
    most of the trying.
    `companions` are entity types of which one must be detected within `window` characters, or the match is dropped.
    """

    id: str
    entity_type: str
    title_ja: str
    title_en: str
    shapes: tuple[str, ...] = ()
    pattern: str = ""
    gate: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    marks_needed: int = 4
    value: str = ""
    validators: tuple[str, ...] = ()
    need: Need = "nothing"
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    window: int = 100
    reach: int = 120
    gate_then: str = ""
    begins: int | None = None
    scores: Scores = Scores()
    column_share: float = 0.6
    specificity: int = 0
    severity: Severity | None = None
    matches: tuple[Example, ...] = ()
    rejects: tuple[Example, ...] = ()
    ruleset: str = ""
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A choice of rules and strictness. `min_confidence` is what a detection needs to be reported; overrides go by entity type."""

    name: str
    title_ja: str = ""
    title_en: str = ""
    min_confidence: float = 0.5
    overrides: Mapping[str, float] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def threshold(self, entity_type: str) -> float:
        """The confidence that this type needs."""
        return self.overrides.get(entity_type, self.min_confidence)

    def wants(self, entity_type: str) -> bool:
        """Whether this profile reports the type at all."""
        return entity_type not in self.without and (not self.only or entity_type in self.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything in force: taxonomy, rules, the profile, word lists, and `allow`, the company's own values by
    entity type, which are no finding (see :mod:`piiscan.detect.allow`). `digest` changes when any of it does, so items become due again."""

    entity_types: Mapping[str, EntityType]
    rules: tuple[Rule, ...]
    profile: Profile
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    versions: Mapping[str, str] = field(default_factory=dict)
    allow: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    validators: Mapping[str, Validator] = field(default_factory=dict, repr=False, compare=False)
    digest: str = ""

    def of(self, entity_type: str) -> tuple[Rule, ...]:
        """The rules of one entity type."""
        return tuple(r for r in self.rules if r.entity_type == entity_type)

    def entity(self, entity_type: str) -> EntityType:
        """The taxonomy row of a type; a neutral one for types that only a plugin knows."""
        known = self.entity_types.get(entity_type)
        return known or EntityType(id=entity_type, ja=entity_type, en=entity_type, category="pi", severity=Severity.LOW)
