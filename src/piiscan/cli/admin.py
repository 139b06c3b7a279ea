"""``rules``, ``plugins`` and ``doctor``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from piiscan.cli import learning
from piiscan.cli.options import Config, Format, Lang, ListFormat, Profile, load_settings
from piiscan.cli.output import write_rows
from piiscan.cli.words import say


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    rules = typer.Typer(help="List, check, test and learn rules.", no_args_is_help=True)
    rules.command("list")(rules_list)
    rules.command("check")(rules_check)
    rules.command("test")(rules_test)
    learning.add_to(rules)
    app.add_typer(rules, name="rules")
    app.command("plugins")(plugins)
    app.command("doctor")(doctor)


def rules_list(
    fmt: ListFormat = Format.TABLE, profile: Profile = None, config: Config = None, lang: Lang = None
) -> None:
    """List the rules in force."""
    from piiscan.scanner import Scanner

    settings = load_settings(config, profile=profile, language=lang)
    rules = Scanner(settings=settings).rules
    ja = settings.language == "ja"
    rows = (
        {
            "rule": rule.id,
            "entity_type": rule.entity_type,
            "title": rule.title_ja if ja else rule.title_en,
            "severity": (rule.severity or rules.entity(rule.entity_type).severity).name.lower(),
            "ruleset": rule.ruleset,
        }
        for rule in rules.rules
    )
    fields = ("rule", "entity_type", "title", "severity", "ruleset")
    write_rows(rows, dict(zip(fields, fields, strict=True)), fmt, limit=100_000)


def rules_check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders or files of rules.", show_default="all in force")
    ] = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Check rules: their shape, their examples, and that no pattern can run away."""
    from piiscan.rules.check import check_rules
    from piiscan.scanner import Scanner

    settings = load_settings(config, language=lang)
    scanner = Scanner(settings=settings)
    own = (*scanner.registry.rulesets, *settings.rules.folders, *(folders or ()))
    issues = check_rules(own, registry=scanner.registry)
    for issue in issues:
        text = issue.ja if settings.language == "ja" else issue.en
        print(": ".join(filter(None, (issue.file, issue.rule, text))))  # noqa: T201
    if issues:
        print(say("rules-bad", settings.language, count=len(issues)), file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    rules = scanner.rules
    print(say("rules-ok", settings.language, rules=len(rules.rules), types=len(rules.entity_types)))  # noqa: T201


def rules_test(
    text: Annotated[str, typer.Argument(help="A text; - reads standard input.")],
    profile: Profile = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Show what a text would report, and why."""
    from piiscan.cli.explaining import explain_text

    settings = load_settings(config, profile=profile, language=lang)
    explain_text(settings, sys.stdin.read() if text == "-" else text)


def plugins(fmt: ListFormat = Format.TABLE, config: Config = None, lang: Lang = None) -> None:
    """List plugins: what each brought, and what failed."""
    from piiscan.scan.worker import registry_for

    settings = load_settings(config, language=lang)
    rows = (
        {
            "plugin": info.name,
            "distribution": info.distribution,
            "version": info.version,
            "provides": ", ".join(info.provides),
            "problem": info.problem,
        }
        for info in registry_for(settings).plugins
    )
    fields = ("plugin", "distribution", "version", "provides", "problem")
    write_rows(rows, dict(zip(fields, fields, strict=True)), fmt, limit=100_000)


def doctor(config: Config = None, lang: Lang = None) -> None:
    """Check the environment: what works, what is missing, what to install."""
    from piiscan.cli.checkup import checks

    settings = load_settings(config, language=lang)
    bad = False
    for check in checks(settings):
        bad = bad or check.verdict == "error"
        print(f"{check.sign} {check.name}: {check.text}")  # noqa: T201
    if bad:
        raise typer.Exit(2)
