"""How ruleset files look, as pydantic models: what the loader checks and editors complete (``ruleset.schema.json``)."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from piiscan.rules.model import MaskKind, Need

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
TypeId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExampleTable(_Strict):
    """``{text = "...", value = "..."}``: `value` is the part that must be found."""

    text: str
    value: str = ""


class ScoresTable(_Strict):
    """How signals add up to confidence (0 to 1)."""

    base: float = 0.4
    check: float = 0.2
    label: float = 0.45
    context: float = 0.15
    column: float = 0.45
    neighbour: float = 0.1
    negative: float = -0.5
    failed: float | None = None


class _Lists(_Strict):
    """What a user may add to an existing rule. An entry ``@name`` stands for a word list."""

    shapes: list[str] = []
    gate: list[str] = []
    words: list[str] = []
    marks: list[str] = []
    labels: list[str] = []
    columns: list[str] = []
    context: list[str] = []
    negative: list[str] = []
    match: list[str | ExampleTable] = []
    reject: list[str | ExampleTable] = []


class RuleTable(_Lists):
    """One ``[[rule]]``. See rulesets/README.ja.md."""

    id: Id
    type: TypeId
    title_ja: str
    title_en: str
    pattern: str = ""
    value: str = ""
    validators: list[str] = []
    need: Need = "nothing"
    companions: list[TypeId] = []
    marks_needed: int = Field(4, ge=2, le=20)
    window: int = Field(100, ge=0, le=2000)
    reach: int = Field(120, ge=1, le=500)
    gate_then: str = Field("", max_length=40)
    begins: int | None = Field(None, ge=0, le=100)
    scores: ScoresTable = ScoresTable()
    column_share: float = Field(0.6, gt=0, le=1)
    specificity: int = 0
    severity: int | None = Field(None, ge=0, le=5)


class ExtendTable(_Lists):
    """One ``[[extend]]``: adds entries to the rule named by `rule`."""

    rule: Id


class HeadTable(_Strict):
    """``[ruleset]``: the name and version of a file."""

    id: Id
    title_ja: str
    title_en: str
    version: str = "1"


class RulesetFile(_Strict):
    """A file of rules."""

    ruleset: HeadTable
    disable: list[Id] = []
    rule: list[RuleTable] = []
    extend: list[ExtendTable] = []
    allow: dict[TypeId, list[str]] = {}


class TypeTable(_Strict):
    """One ``[[type]]`` of the taxonomy."""

    id: TypeId
    ja: str
    en: str
    category: Annotated[str, Field(pattern=r"^(idcode|spi|sens|pi|rel|pci|none)$")]
    severity: int = Field(ge=0, le=5)
    mask: MaskKind = "none"
    fingerprint: bool = True
    law_ja: str = ""
    aliases: dict[str, str] = {}


class TaxonomyFile(_Strict):
    """taxonomy.toml: what each entity type means."""

    type: list[TypeTable]


class ProfileTable(_Strict):
    """``[profile]``: a choice of rules and strictness."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title_ja: str
    title_en: str
    min_confidence: float = Field(0.5, ge=0, le=1)
    overrides: dict[TypeId, float] = {}
    only: list[TypeId] = []
    without: list[TypeId] = []


class ProfileFile(_Strict):
    """profiles/NAME.toml."""

    profile: ProfileTable


class WordsFile(_Strict):
    """words/NAME.toml: named word lists."""

    words: dict[str, list[str]]


def json_schema() -> str:
    """The JSON schema of ruleset files, as stored in rulesets/ruleset.schema.json."""
    schema: dict[str, Any] = RulesetFile.model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
