"""``report``: the pre-audit discovery report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from piiscan.cli.options import Config, Inventory, Lang, load_settings
from piiscan.cli.output import whole_file
from piiscan.cli.words import say
from piiscan.errors import UsageError

if TYPE_CHECKING:
    from piiscan.config import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("report")(report)


def report(
    fmt: Annotated[str, typer.Option("--format", "-f", help="html, xlsx, json, or one of a plugin.")] = "html",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write.", show_default="piiscan-report.*")
    ] = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Write the report of what the inventory holds."""
    settings = load_settings(config, inventory=inventory, language=lang)
    path = write_report(settings, fmt, output)
    print(say("report-written", settings.language, path=path), file=sys.stderr)  # noqa: T201


def write_report(settings: Settings, fmt: str, output: Path | None) -> Path:
    """Write a report beside its final name and move it there when it is whole."""
    from piiscan.inventory.store import Inventory as Store
    from piiscan.scan.worker import registry_for

    registry = registry_for(settings)
    cls = registry.reports.get(fmt)
    if cls is None:
        later = " (a later release brings it)" if fmt == "pdf" else ""
        raise UsageError(f"no report format {fmt!r}{later}; there are: {', '.join(sorted(registry.reports))}")
    path = output or Path(f"piiscan-report{cls.suffix}")
    with Store.open(settings.inventory, create=False) as store, whole_file(path) as out:
        cls().write(store, out, lang=settings.language)
    return path
