"""Puts the commands together, those of plugins included."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from piiscan.cli import admin, demoing, explaining, later, ledgering, reading, reporting, scanning, triaging


def build_app() -> typer.Typer:
    """The whole command line. Plugins are asked for commands only where they declare the hook, without loading rules."""
    app = typer.Typer(
        name="piiscan",
        help="Find Japanese personal information in a company's stores, keep the inventory, show the report.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in (scanning, reading, explaining, triaging, reporting, ledgering, admin, demoing, later):
        module.add_to(app)
    _plugin_commands(app)
    return app


def _version(show: bool) -> None:
    if show:
        typer.echo(f"piiscan {importlib.metadata.version('piiscan')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of all commands."""


def _plugin_commands(app: typer.Typer) -> None:
    """Entry points of the group ``piiscan.commands`` are functions that take the app: kept apart from the other hooks so that
    ``piiscan --help`` does not import every plugin."""
    for entry in importlib.metadata.entry_points(group="piiscan.commands"):
        entry.load()(app)
