"""``triage``: what people decide about findings, remembered over re-scans."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from piiscan.cli.options import Config, Format, Inventory, Lang, ListFormat
from piiscan.cli.output import write_rows
from piiscan.cli.words import headings, say
from piiscan.config import Settings, load_settings
from piiscan.errors import UsageError

if TYPE_CHECKING:
    from piiscan.inventory.store import Inventory as Store
    from piiscan.inventory.triage import Decision

DECISION_FIELDS = (
    "decision",
    "verdict",
    "status",
    "target",
    "entity_type",
    "locator",
    "by",
    "reason",
    "at",
    "until",
    "count",
)
BASELINE_FORMAT = 1
_By = Annotated[str, typer.Option("--by", help="Who decides: a name that an auditor can ask.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why.")]


class Verdict(StrEnum):
    """What a decision says."""

    FALSE = "false"
    ACCEPTED = "accepted"
    TODO = "todo"
    FIXED = "fixed"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Decide about findings: false, accepted, to do, fixed.", no_args_is_help=True)
    group.command("set")(decide)
    group.command("list")(decisions)
    group.command("undo")(undo)
    group.command("export")(export)
    group.command("import")(take)
    app.add_typer(group, name="triage")


def decide(
    verdict: Annotated[Verdict, typer.Argument(help="false: no such thing; accepted: known and allowed; todo; fixed.")],
    item: Annotated[str, typer.Argument(help="Item: URI, name as lists show it, or path; a folder with --below.")],
    by: _By,
    reason: _Reason,
    entity: Annotated[str, typer.Option("--type", help="Only this entity type.")] = "",
    place: Annotated[str, typer.Option("--place", help="Only this place, as `findings --format jsonl` names it.")] = "",
    value: Annotated[
        bool, typer.Option("--value", help="The values found there, wherever they are (by keyed fingerprint).")
    ] = False,
    below: Annotated[bool, typer.Option("--below", help="Everything in this folder, also what comes later.")] = False,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day on which it holds.")
    ] = None,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Record a decision. It holds for the findings there now and for those of later scans."""
    from piiscan.inventory.triage import Decision

    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        if entity:
            _known_type(store, entity)
        uri = _folder_uri(store, item) if below else _uri(store, item)
        base = Decision(
            verdict=verdict.value, by=_said(by, "--by"), reason=_said(reason, "--reason"), uri=uri, below=below,
            entity_type=entity, locator=place, until=_day(until),
        )  # fmt: skip
        for decision in _by_value(store, base) if value else (base,):
            number, count = store.decide(decision)
            _tell("triage-set", settings, number=number, count=count)


def decisions(
    everything: Annotated[bool, typer.Option("--all", help="Also those that ended.")] = False,
    fmt: ListFormat = Format.TABLE,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """List decisions: who, what, why, until when, and whether what was called fixed is really gone."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        rows = (
            _row(*entry, settings.language, fmt) for entry in store.decisions() if everything or _in_force(entry[0])
        )
        write_rows(rows, headings(DECISION_FIELDS, settings.language), fmt, more="")


def undo(
    number: Annotated[int, typer.Argument(help="Number of the decision.")],
    by: _By,
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Take a decision back. That it was made stays in the list."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        if not store.revoke(number, _said(by, "--by")):
            raise UsageError(f"no decision {number} is in force")
    _tell("triage-undone", settings, number=number)


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: a line of JSON for each decision.")],
    inventory: Inventory = None,
    config: Config = None,
) -> None:
    """Write the decisions in force to a file that can be kept in version control. It holds no values."""
    settings = load_settings(config, inventory=inventory)
    with _open(settings) as store:
        lines = [json.dumps({"format": BASELINE_FORMAT, "key": store.key_id() or ""})]
        lines += [
            json.dumps(_plain(d), ensure_ascii=False, sort_keys=True) for d, _, _ in store.decisions() if _in_force(d)
        ]
    try:
        output.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {type(error).__name__}") from None


def take(
    file: Annotated[Path, typer.Argument(help="File that `triage export` wrote.")],
    inventory: Inventory = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Add decisions of a file that are not in force here yet."""
    settings = load_settings(config, inventory=inventory, language=lang)
    with _open(settings) as store:
        here = {json.dumps(_plain(d), sort_keys=True) for d, _, _ in store.decisions() if _in_force(d)}
        fresh = [d for d in _read(file, store.key_id() or "") if json.dumps(_plain(d), sort_keys=True) not in here]
        for decision in fresh:
            store.decide(decision)
    _tell("triage-imported", settings, count=len(fresh))


# inside


def _open(settings: Settings) -> Store:
    from piiscan.inventory.store import Inventory as Store

    return Store.open(settings.inventory, create=False)


def _tell(key: str, settings: Settings, **values: object) -> None:
    print(say(key, settings.language, **values), file=sys.stderr)  # noqa: T201


def _uri(store: Store, item: str) -> str:
    found = store.find_uri(item) or ("://" not in item and store.find_uri(_path_uri(item))) or None
    if not found:
        raise UsageError(
            f"no single item {item!r} in the inventory: give the URI that `piiscan assets --format jsonl` shows"
        )
    return found


def _folder_uri(store: Store, folder: str) -> str:
    """A folder need not be in the inventory itself; something below it should be."""
    uri = folder if "://" in folder else _path_uri(folder)
    if not any(asset.item.startswith(uri.rstrip("/") + "/") for asset in store.assets()):
        raise UsageError(f"nothing in the inventory is below {folder!r}")
    return uri.rstrip("/")


def _known_type(store: Store, entity: str) -> None:
    """A type with a slip of the pen would speak of nothing for ever."""
    from piiscan.reports.words import built_in_types

    if entity not in built_in_types() and next(store.findings(entity=entity, limit=1, false_ones=True), None) is None:
        raise UsageError(f"there is no entity type {entity!r}: `piiscan findings --format jsonl` shows those found")


def _path_uri(path: str) -> str:
    outer, mark, member = path.partition("!/")
    return Path(outer).absolute().as_uri() + mark + member


def _by_value(store: Store, base: Decision) -> list[Decision]:
    from dataclasses import replace

    found = store.findings(item=base.uri, entity=base.entity_type or None, false_ones=True)
    prints = {f.fingerprint: f.entity_type for f in found if f.fingerprint and base.locator in ("", str(f.locator))}
    if not prints:
        raise UsageError(
            "no finding there has a fingerprint: columns and My Numbers have none; decide about the place instead"
        )
    return [replace(base, uri="", locator="", entity_type=kind, fingerprint=sign) for sign, kind in prints.items()]


def _said(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError(f"{option} must say something")
    return text.strip()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until {text}: a day as YYYY-MM-DD is wanted") from None
    if day < datetime.now().astimezone().date():
        raise UsageError(f"--until {text} is over")
    return day


def _in_force(decision: Decision) -> bool:
    return decision.holds(datetime.now().astimezone().date())


def _row(d: Decision, count: int, read: datetime | None, lang: str, fmt: Format) -> dict[str, Any]:
    from urllib.parse import unquote

    table = fmt is Format.TABLE
    status = _status(d, count, read)
    target = d.uri + ("/…" if d.below else "") if d.uri else say("triage-anywhere", lang)
    return {
        "decision": d.id,
        "verdict": say(f"verdict-{d.verdict}", lang) if table else d.verdict,
        "status": say(f"triage-status-{status}", lang) if table else status,
        "target": unquote(target, errors="replace") if table else target,
        "entity_type": d.entity_type,
        "locator": d.locator,
        "by": d.by,
        "reason": d.reason,
        "at": d.at,
        "until": d.until.isoformat() if d.until else "",
        "count": count,
    }


def _status(d: Decision, count: int, read: datetime | None) -> str:
    """``open``, ``ended``, ``revoked``; for what was called fixed: ``gone``, ``still-there``, or ``unproved`` until the item is read again."""
    if d.revoked_at is not None:
        return "revoked"
    if not _in_force(d):
        return "ended"
    if d.verdict != "fixed":
        return "open"
    read_since = bool(read and d.at and read > d.at)
    if not count and (read_since or not d.uri or d.below):
        return "gone"
    return "still-there" if count and read_since else "unproved"


def _plain(d: Decision) -> dict[str, Any]:
    return {
        "verdict": d.verdict, "by": d.by, "reason": d.reason, "uri": d.uri, "below": d.below, "entity_type": d.entity_type,
        "locator": d.locator, "fingerprint": d.fingerprint, "until": d.until.isoformat() if d.until else None,
    }  # fmt: skip


def _read(file: Path, key: str) -> Iterator[Decision]:
    from piiscan.inventory.triage import VERDICTS, Decision

    try:
        head, *lines = file.read_text(encoding="utf-8-sig").split("\n")  # splitlines would cut at U+2028 in a reason
        about = json.loads(head)
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} is no list of decisions: {type(error).__name__}") from None
    if not isinstance(about, dict) or about.get("format") != BASELINE_FORMAT:
        raise UsageError(f"{file} is no list of decisions of this version")
    if about.get("key") != key and any(isinstance(row, dict) and row.get("fingerprint") for row in rows):
        raise UsageError(f"{file} was made with another key: its fingerprints say nothing here")
    for number, row in enumerate(rows, 2):
        try:
            until = date.fromisoformat(row["until"]) if row.get("until") else None
            decision = Decision(**{**row, "until": until})
        except (AttributeError, TypeError, ValueError, KeyError):
            raise UsageError(f"{file}, line {number}: not a decision") from None
        if decision.verdict not in VERDICTS or not (decision.by and decision.reason):
            raise UsageError(f"{file}, line {number}: not a decision")
        yield decision
