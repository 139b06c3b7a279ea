"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from piiscan.config import Settings

Inventory = Annotated[
    str | None,
    typer.Option(
        "--inventory", help="Inventory database URL.", show_default="sqlite:///piiscan.db", envvar="PIISCAN_INVENTORY"
    ),
]
Config = Annotated[
    Path | None, typer.Option("--config", help="Configuration file.", show_default="piiscan.toml, if there is one")
]


class Language(StrEnum):
    """Languages that people read."""

    JA = "ja"
    EN = "en"


Lang = Annotated[
    Language | None, typer.Option("--lang", help="Language of what people read: ja or en.", show_default="ja")
]
Profile = Annotated[
    str | None, typer.Option("--profile", help="What to report: default, thorough, strict, cards, or one of your own.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0 for all cores.")]
Full = Annotated[bool, typer.Option("--full", help="Read everything again, changed or not.")]

Timings = Annotated[
    bool, typer.Option("--timings", help="Show at the end where the time went: by stage, format, recognizer and rule.")
]


class Format(StrEnum):
    """Output formats of lists."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


ListFormat = Annotated[Format, typer.Option("--format", "-f", help="table for people, jsonl and csv for programs.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows.")]


class FailOn(StrEnum):
    """Severities that ``--fail-on`` knows."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


def load_settings(config: Path | None, **given: Any) -> Settings:
    """The settings of a command; imported when one runs, as `--help` needs none."""
    from piiscan.config import load_settings as load

    return load(config, **given)
