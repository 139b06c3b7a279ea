"""Commands that a later release brings: they exist so that the name is taken and say so plainly."""

from __future__ import annotations

from collections.abc import Callable

import typer

from piiscan.errors import UsageError

_LATER = {
    "serve": "レビュー画面は次の版で提供します / the review page comes with a later release; `piiscan report --format html` is there today",
}


def add_to(app: typer.Typer) -> None:
    """Register the placeholders."""
    for name, message in _LATER.items():
        app.command(
            name,
            help="Not in this release.",
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(_not_yet(message))


def _not_yet(message: str) -> Callable[[], None]:
    def command() -> None:
        raise UsageError(message)

    return command
