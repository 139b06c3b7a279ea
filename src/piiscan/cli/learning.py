"""``rules learn``, as the command line sees it."""

from __future__ import annotations

from typing import Annotated

import typer

from piiscan.cli.options import Config, Lang, load_settings


def add_to(rules: typer.Typer) -> None:
    """Register the command below ``rules``."""
    rules.command("learn")(rules_learn)


def rules_learn(
    samples: Annotated[str, typer.Argument(help="A list or table of numbers (any file piiscan reads); - reads lines.")],
    column: Annotated[str | None, typer.Option("--column", help="Name or number (from 1) of the column.")] = None,
    name: Annotated[str, typer.Option("--name", help="Id of the new rule.")] = "own.learned",
    entity: Annotated[str, typer.Option("--entity", help="Entity type, such as EMPLOYEE_ID.")] = "MEMBER_ID",
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Heading of such numbers; may be repeated.")
    ] = None,
    against: Annotated[
        list[str] | None, typer.Option("--against", help="Files or folders without such numbers: counts false alarms.")
    ] = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Propose a rule from samples, as a file of rules on standard output. No sample is printed or stored."""
    from piiscan.cli.proposing import propose_rule

    settings = load_settings(config, language=lang)
    propose_rule(samples, column, name=name, entity=entity, label=label or (), against=against or (), settings=settings)
