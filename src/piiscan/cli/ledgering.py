"""``ledger``: 個人情報管理台帳, new or merged into the company's own workbook."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from piiscan.cli.options import Config, Inventory, Lang
from piiscan.cli.output import whole_file
from piiscan.cli.words import say
from piiscan.config import Settings, load_settings
from piiscan.errors import UsageError

if TYPE_CHECKING:
    from piiscan.inventory.records import RunRecord
    from piiscan.ledger.merge import Merged
    from piiscan.ledger.model import Row


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("ledger")(ledger)


def ledger(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Workbook to write (.xlsx); never the one that is merged.")
    ] = Path("piiscan-ledger.xlsx"),
    merge: Annotated[
        Path | None,
        typer.Option("--merge", help="The company's own ledger: it stays, and what is found is added beside."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="HEADING=COLUMN",
            help="What a heading of that ledger means; '-' for nothing. Remembered.",
        ),
    ] = None,
    kinds: Annotated[
        Path | None,
        typer.Option("--kinds", help="Table of kinds of the company's own (TOML), instead of the built-in one."),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=0, help="Folder levels that make a row of their own.")] = 2,
    change: Annotated[
        float, typer.Option("--change", min=0, help="Share by which a count must differ to be listed.")
    ] = 0.2,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Write the ledger of personal information from the inventory, or merge it into an existing workbook."""
    settings = load_settings(config, inventory=inventory, language=lang)
    mapping = _mapping(column or ())
    if merge is not None and _same_file(merge, output):
        raise UsageError(f"--output must be another file than {merge}: what people wrote is never written over")
    if merge is not None and merge.suffix.lower() != output.suffix.lower():
        # Excel opens no workbook with macros that is named .xlsx, and none without that is named .xlsm.
        raise UsageError(f"--output must end with {merge.suffix} as {merge} does")
    rows, run = _rows(settings.inventory, kinds, depth, settings.language)
    if merge is None:
        _write_new(rows, run, output, settings.language)
        _tell(None, output, len(rows), settings.language)
        return
    from piiscan.ledger.merge import merge as merged_into

    with whole_file(output) as out:
        merged = merged_into(merge, rows, out, mapping=mapping, lang=settings.language, share=change)
    _tell(merged, output, len(rows), settings.language)


def write_new(settings: Settings, output: Path) -> Path:
    """A new ledger with the built-in table of kinds."""
    from piiscan.ledger.collect import DEPTH

    _write_new(*_rows(settings.inventory, None, DEPTH, settings.language), output, settings.language)
    return output


def _write_new(rows: Sequence[Row], run: RunRecord | None, output: Path, lang: str) -> None:
    from piiscan.ledger.workbook import write_ledger

    with whole_file(output) as out:
        write_ledger(rows, out, run, lang)


def _rows(url: str, kinds: Path | None, depth: int, lang: str) -> tuple[list[Row], RunRecord | None]:
    """The rows, and the run they are of."""
    from piiscan.inventory.reading import InventoryReader
    from piiscan.ledger.collect import holdings
    from piiscan.ledger.kinds import load_kinds
    from piiscan.ledger.propose import propose

    table = load_kinds(kinds)
    with InventoryReader.open(url) as reader:
        run = reader.latest_run()
        return [propose(holding, run, lang) for holding in holdings(reader, table, depth)], run


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    from piiscan.ledger.columns import BY_ID

    found = {}
    for pair in pairs:
        heading, equals, column = pair.rpartition("=")
        if not equals or (column not in BY_ID and column != "-"):
            raise UsageError(f"--column {pair}: HEADING=COLUMN is wanted, with one of: {', '.join(BY_ID)}, or -")
        found[heading] = column
    return found


def _same_file(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return first.resolve() == second.resolve()


def _tell(merged: Merged | None, output: Path, rows: int, lang: str) -> None:
    def tell(key: str, **values: object) -> None:
        print(say(key, lang, **values), file=sys.stderr)  # noqa: T201

    if merged is None:
        tell("ledger-written", path=output, rows=rows)
        return
    counts = {
        kind: len(merged.comparison.of_kind(kind))
        for kind in ("missing-in-ledger", "missing-in-scan", "outside", "changed", "maybe")
    }
    tell(
        "ledger-merged",
        path=output,
        sheets="、".join(merged.sheets),
        theirs=merged.rows,
        matched=len(merged.comparison.matched),
    )
    tell("ledger-differences", **{key.replace("-", "_"): count for key, count in counts.items()})
    if merged.unknown:
        tell("ledger-unknown", heads="、".join(merged.unknown[:12]))
