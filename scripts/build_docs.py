"""Writes the parts of the documentation that are tables of the code: docs/problems.md, docs/entity-types.md, docs/commands.md.

``python scripts/build_docs.py`` writes them; with ``--check`` it only says whether they are current (exit 1 if not).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from piiscan.problems import PROBLEMS
from piiscan.scanner import Scanner

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by scripts/build_docs.py; edit the code, not this file. -->\n"

EXIT_CODES = """## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | something of the severity named by `--fail-on` is in the inventory |
| 2 | usage or configuration |
| 3 | done, but some objects were not (fully) read, or a place could not be listed |
| 70 | internal error, or the inventory could not be read or written (disk full, ...) |
| 75 | another run holds the lock of this inventory |
| 130 | interrupted; what was done is kept, and the same command goes on from there |

Data goes to stdout (UTF-8 when it is not a terminal), progress and messages to stderr.
"""


def problems() -> Iterator[str]:
    """The table of problem codes."""
    yield "# Problem codes\n"
    yield NOTE
    yield "Why something was not, or not fully, read. *State* is what becomes of an item of which nothing was read; where something was read, it is"
    yield "`partial`. *Again* says whether the next run tries again although nothing changed. Harmless ones change no state.\n"
    yield "| code | stage | state | again | 意味 | meaning |"
    yield "|---|---|---|---|---|---|"
    for code, kind in PROBLEMS.items():
        state = "harmless" if kind.harmless else kind.state.value
        yield f"| `{code}` | {kind.stage} | {state} | {'yes' if kind.retry else ''} | {kind.ja} | {kind.en} |"


def entity_types() -> Iterator[str]:
    """Every entity type with what its rules say."""
    rules = Scanner().rules
    yield "# Entity types\n"
    yield NOTE
    yield f"{len(rules.entity_types)} types, {len(rules.rules)} rules. Severity 0 are suppressors: recognised so that they are not reported.\n"
    for entity in sorted(rules.entity_types.values(), key=lambda e: (-e.severity, e.id)):
        own = [rule for rule in rules.rules if rule.entity_type == entity.id]
        labels = list(dict.fromkeys(label for rule in own for label in rule.labels))[:12]
        columns = list(dict.fromkeys(column for rule in own for column in rule.columns))[:12]
        checks = sorted({check for rule in own for check in rule.validators})
        example = next((e.text for rule in own for e in rule.matches), "")
        yield f"## {entity.id}\n"
        yield f"{entity.ja} / {entity.en}. Severity {int(entity.severity)}, category `{entity.category}`."
        yield f"{entity.law_ja}\n" if entity.law_ja else ""
        for title, values in (("labels", labels), ("columns", columns), ("checks", checks)):
            if values:
                yield f"- {title}: {', '.join(values)}"
        if example:
            yield f"- example: `{example.replace('`', '')}`".replace("\n", " ")
        yield ""


def commands() -> Iterator[str]:
    """Every command with its options, from the command line itself."""
    from piiscan.cli.app import build_app

    yield "# Commands\n"
    yield NOTE
    group = typer.main.get_command(build_app())
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        yield from _command(f"piiscan {name}", command)
        for sub, inner in sorted(getattr(command, "commands", {}).items()):
            yield from _command(f"piiscan {name} {sub}", inner)
    yield EXIT_CODES


def _command(title: str, command: object) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{command.help or ''}\n"  # type: ignore[attr-defined]
    rows = [p for p in command.params if p.name != "help"]  # type: ignore[attr-defined]
    if rows:
        yield "| argument or option | meaning |"
        yield "|---|---|"
    for parameter in rows:
        shown = (
            ", ".join(f"`{o}`" for o in parameter.opts)
            if parameter.param_type_name == "option"
            else f"`{parameter.name.upper()}`"
        )
        yield f"| {shown} | {(getattr(parameter, 'help', '') or '').replace('|', '/')} |"
    yield ""


def main() -> int:
    """Write or check all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, lines in (("problems", problems()), ("entity-types", entity_types()), ("commands", commands())):
        path, text = DOCS / f"{name}.md", "\n".join(lines).rstrip() + "\n"
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(path.name)
        elif not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    if stale:
        print(f"not current: {', '.join(stale)}; run python scripts/build_docs.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
