"""``assets``, ``findings``, ``problems``, ``runs`` and ``diff``: what the inventory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from piiscan.cli.options import Config, Format, Inventory, Lang, Limit, ListFormat, load_settings
from piiscan.cli.output import write_rows
from piiscan.cli.words import headings, readable, say
from piiscan.errors import UsageError
from piiscan.model import Severity, State
from piiscan.problems import hint, message

if TYPE_CHECKING:
    from piiscan.config import Settings
    from piiscan.inventory.records import AssetRecord, Change, FindingRecord, ProblemRecord, RunRecord
    from piiscan.inventory.store import Inventory as Store

States = Annotated[list[str] | None, typer.Option("--state", help="Only these states (repeatable).")]
MinSeverity = Annotated[str | None, typer.Option("--min-severity", help="info, low, medium, high or critical.")]
Entity = Annotated[str | None, typer.Option("--entity", help="Only this entity type.")]
All = Annotated[bool, typer.Option("--all", help="Items without findings too.")]

ASSET_FIELDS = (
    "item", "state", "reason", "entities", "persons", "severity", "roster", "size", "modified", "last_scanned",
)  # fmt: skip
ACCESS_FIELDS = ("access", "principals", "owner", "department")
FINDING_FIELDS = ("item", "entity_type", "locator", "count", "confidence", "severity", "category", "rule", "mask")
PROBLEM_FIELDS = ("item", "code", "message", "detail", "count", "hint")
RUN_FIELDS = ("run", "started", "finished", "status", "profile", "listed", "unread", "targets")
DIFF_FIELDS = ("kind", "item", "before", "after", "severity")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (assets, findings, problems, runs, diff):
        app.command(command.__name__)(command)


def assets(
    fmt: ListFormat = Format.TABLE,
    state: States = None,
    min_severity: MinSeverity = None,
    entity: Entity = None,
    roster: Annotated[bool, typer.Option("--roster", help="Only rosters: many records of name and contact.")] = False,
    everything: All = False,
    access: Annotated[bool, typer.Option("--access", help="Who can open each, and who answers for it.")] = False,
    limit: Limit = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """List items, worst first. The table shows items with findings or trouble; programs get all."""
    settings = load_settings(config, inventory=inventory, language=lang)
    for_people = fmt is Format.TABLE
    with _open(settings) as store:
        rows = store.assets(
            states=_states(state),
            min_severity=_severity(min_severity),
            entity=entity,
            roster=True if roster else None,
            limit=None if for_people and not everything and state is None else limit,
        )
        if for_people and not everything and state is None:
            rows = (a for a in rows if a.entities or a.state in {State.FAILED, State.PARTIAL})
        fields = ASSET_FIELDS + ACCESS_FIELDS if access else ASSET_FIELDS
        shown = (_asset(row, settings.language, fmt, access=access) for row in rows)
        write_rows(shown, _headings(fields, settings), fmt, limit=limit, more=say("more-rows", settings.language))


def findings(
    item: Annotated[str | None, typer.Argument(help="Only of this item (URI).")] = None,
    fmt: ListFormat = Format.TABLE,
    entity: Entity = None,
    min_severity: MinSeverity = None,
    min_confidence: Annotated[float | None, typer.Option("--min-confidence", min=0, max=1)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were marked as false.")] = False,
    limit: Limit = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """List findings: where, what kind, how often; never the value."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        rows = store.findings(
            item=item,
            entity=entity,
            min_confidence=min_confidence,
            min_severity=_severity(min_severity),
            limit=limit,
            false_ones=everything,
        )
        shown = (_finding(row, settings.language, fmt) for row in rows)
        write_rows(shown, _headings(FINDING_FIELDS, settings), fmt, more=say("more-rows", settings.language))


def problems(
    run: Annotated[int | None, typer.Argument(help="Run number.", show_default="what is unread now")] = None,
    fmt: ListFormat = Format.TABLE,
    limit: Limit = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """List what was not, or not fully, read, with the reason and what to do."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        shown = (_problem(row, settings.language, fmt) for row in store.problems(run))
        write_rows(
            shown, _headings(PROBLEM_FIELDS, settings), fmt, limit=limit, more=say("more-rows", settings.language)
        )


def runs(fmt: ListFormat = Format.TABLE, inventory: Inventory = None, config: Config = None, lang: Lang = None) -> None:
    """List runs with their sums."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        shown = (_run(row, fmt) for row in store.runs())
        write_rows(shown, _headings(RUN_FIELDS, settings), fmt)


def diff(
    older: Annotated[int | None, typer.Argument(help="Older run.", show_default="the run before the newer")] = None,
    newer: Annotated[int | None, typer.Argument(help="Newer run.", show_default="the last finished run")] = None,
    fmt: ListFormat = Format.TABLE,
    limit: Limit = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Show what is new, gone, changed, grown or more widely open since a run."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        shown = (_change(row, settings.language, fmt) for row in store.diff(older, newer))
        write_rows(shown, _headings(DIFF_FIELDS, settings), fmt, limit=limit, more=say("more-rows", settings.language))


def _open(settings: Settings) -> Store:
    from piiscan.inventory.store import Inventory as Store

    return Store.open(settings.inventory, create=False)


def _headings(fields: tuple[str, ...], settings: Settings) -> dict[str, str]:
    return headings(fields, settings.language)


def _severity(name: str | None) -> Severity | None:
    if name is None:
        return None
    try:
        return Severity[name.upper()]
    except KeyError:
        raise UsageError(f"unknown severity {name!r}; known: info, low, medium, high, critical") from None


def _states(names: list[str] | None) -> tuple[State, ...] | None:
    if not names:
        return None
    try:
        return tuple(State(name) for name in names)
    except ValueError:
        raise UsageError(f"unknown state; known: {', '.join(State)}") from None


def _asset(a: AssetRecord, lang: str, fmt: Format, *, access: bool) -> dict[str, Any]:
    row = {name: getattr(a, name) for name in ASSET_FIELDS}
    row["state"], row["severity"] = a.state.value, a.severity.name.lower()
    if fmt is Format.TABLE:
        row["item"] = a.name
        row["state"] = say(f"state.{a.state.value}", lang)
        row["severity"] = say(f"severity.{int(a.severity)}", lang)
        row["reason"] = message(a.reason, lang) if a.reason else ""
    return row | _access(a, lang, fmt) if access else row


def _access(a: AssetRecord, lang: str, fmt: Format) -> dict[str, Any]:
    said = a.attributes
    breadth = said.get("access.breadth", "")
    if fmt is Format.TABLE and breadth not in {"", "unknown"}:
        from piiscan.reports.words import Words

        breadth = Words(lang).breadth(breadth)
    return {
        "access": breadth,
        "principals": said.get("access.principals") or said.get("access.readers") or said.get("access.share") or "",
        "owner": said.get("target.owner") or said.get("access.owner") or said.get("file.owner") or "",
        "department": said.get("target.department", ""),
    }


def _finding(f: FindingRecord, lang: str, fmt: Format) -> dict[str, Any]:
    row = {name: getattr(f, name) for name in FINDING_FIELDS}
    row["locator"], row["severity"] = str(f.locator), f.severity.name.lower()
    if fmt is Format.TABLE:
        from piiscan.reports.words import describe

        row["item"] = f.name
        row["locator"] = describe(f.locator, lang)
        row["severity"] = say(f"severity.{int(f.severity)}", lang)
    return row


def _problem(p: ProblemRecord, lang: str, fmt: Format) -> dict[str, Any]:
    name = readable(p.name) if fmt is Format.TABLE else p.item
    return {
        "item": name or p.source,
        "code": p.code,
        "message": message(p.code, lang),
        "detail": p.detail,
        "count": p.count,
        "hint": hint(p.code, lang),
    }


def _run(r: RunRecord, fmt: Format) -> dict[str, Any]:
    targets = list(r.targets) if fmt is Format.JSONL else " ".join(r.targets)
    row: dict[str, Any] = {
        "run": r.id,
        "started": r.started,
        "finished": r.finished,
        "status": r.status,
        "profile": r.profile,
    }
    unread = r.counters.partial + r.counters.failed
    row |= {"listed": r.counters.listed, "unread": unread, "targets": targets}
    if fmt is Format.JSONL:
        from dataclasses import asdict

        row |= {"counters": asdict(r.counters), "members": asdict(r.members), "versions": dict(r.versions)}
    return row


def _change(c: Change, lang: str, fmt: Format) -> dict[str, Any]:
    table = fmt is Format.TABLE
    kind = say(f"change.{c.kind}", lang) if table else c.kind
    severity = say(f"severity.{int(c.severity)}", lang) if table else c.severity.name.lower()
    item = c.name if table else c.item
    return {"kind": kind, "item": item, "before": c.before, "after": c.after, "severity": severity}
