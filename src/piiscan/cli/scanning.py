"""``scan``, ``run`` and ``plan``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from piiscan.cli import EXIT_FINDINGS, EXIT_UNREAD
from piiscan.cli.options import Config, FailOn, Full, Inventory, Jobs, Lang, Profile, Timings, load_settings
from piiscan.cli.words import duration, readable, say, size
from piiscan.errors import UsageError
from piiscan.model import Problem

if TYPE_CHECKING:
    from piiscan.cli.progress import ProgressWatcher
    from piiscan.inventory.records import RunRecord
    from piiscan.protocols import Source
    from piiscan.scanner import Scanner

Targets = Annotated[
    list[str], typer.Argument(help="Folders, files, s3://bucket/prefix, database URLs, smb://server/share, ...")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no summary; the exit code says how it went.")
]
Failing = Annotated[
    FailOn | None, typer.Option("--fail-on", help="Exit 1 when anything of this severity or worse is in the inventory.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("scan")(scan)
    app.command("run")(run)
    app.command("plan")(plan)


def scan(
    targets: Targets,
    inventory: Inventory = None,
    config: Config = None,
    jobs: Jobs = None,
    profile: Profile = None,
    full: Full = False,
    fail_on: Failing = None,
    quiet: Quiet = False,
    timings: Timings = False,
    lang: Lang = None,
) -> None:
    """Scan targets into the inventory; only what changed since the last run is read."""
    from piiscan.scanner import Scanner

    settings = load_settings(
        config, inventory=inventory, jobs=jobs, profile=profile, timings=timings or None, language=lang
    )
    scanner = Scanner(settings=settings)
    sources = [scanner.registry.source_for(target) for target in targets]
    _scan(scanner, sources, full=full, fail_on=fail_on, quiet=quiet)


def run(
    config: Annotated[str | None, typer.Argument(help="Configuration file.", show_default="piiscan.toml")] = None,
    inventory: Inventory = None,
    jobs: Jobs = None,
    profile: Profile = None,
    full: Full = False,
    fail_on: Failing = None,
    quiet: Quiet = False,
    timings: Timings = False,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="HH:MM", help="Begin nothing after this time; the next run goes on."),
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", help="File for Prometheus' textfile collector, written at the end.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Scan the targets of piiscan.toml: what a scheduler calls."""
    from piiscan.scanner import Scanner

    file = Path(config or "piiscan.toml")
    settings = load_settings(
        file, inventory=inventory, jobs=jobs, profile=profile, timings=timings or None, language=lang
    )
    if not settings.target:
        raise UsageError(f"{file} names no [[target]]")
    scanner = Scanner(settings=settings)
    end = None if until is None else _next(until)
    _scan(scanner, None, full=full, fail_on=fail_on, quiet=quiet, until=end, metrics=metrics)


def _next(clock: str) -> datetime:
    """The next time a clock on the wall shows this."""
    try:
        hour, minute = map(int, clock.split(":"))
        now = datetime.now().astimezone()
        wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        raise UsageError(f"--until {clock}: a time as HH:MM is wanted") from None
    return wanted if wanted > now else wanted + timedelta(days=1)


def _scan(
    scanner: Scanner,
    sources: Sequence[Source] | None,
    *,
    full: bool,
    fail_on: FailOn | None,
    quiet: bool,
    until: datetime | None = None,
    metrics: Path | None = None,
) -> None:
    from piiscan.cli.progress import ProgressWatcher

    lang = scanner.settings.language
    countable = [source for source in sources or () if source.kind == "files"]
    with ProgressWatcher(lang, quiet=quiet, count=countable) as watcher:
        configured = sources is None
        if configured:
            finished = scanner.scan_configured(full=full, watcher=watcher, until=until)
        else:
            finished = scanner.scan_sources(sources or (), full=full, watcher=watcher)
    if not quiet:
        lines = [*summary_lines(finished, watcher, lang), *timing_lines(watcher.timings, lang)]
        print("\n".join(lines), file=sys.stderr)  # noqa: T201
    if configured:
        _report_back(scanner, finished, metrics, lang)
    _exit(scanner, finished, fail_on, lang, quiet=quiet)


def _report_back(scanner: Scanner, finished: RunRecord, metrics: Path | None, lang: str) -> None:
    """Tell people and monitoring how a scheduled run went. That they could not be told does not change how it went."""
    settings = scanner.settings.notify
    if not (metrics or settings.webhook or settings.mail_to):
        return
    from piiscan.inventory.store import Inventory as Store
    from piiscan.notify import notify, outcome_of, write_metrics

    with Store.open(scanner.settings.inventory) as store:
        unlisted = sum(p.code in UNLISTED for p in store.problems(finished.id))
        outcome = outcome_of(store, finished, unlisted)
    problems = notify(settings, outcome, lang)
    if metrics:
        try:
            write_metrics(metrics, outcome)
        except OSError as error:
            problems.append(f"{metrics}: {type(error).__name__}")
    for problem in problems:
        print(say("not-told", lang, problem=problem), file=sys.stderr)  # noqa: T201


def summary_lines(run: RunRecord, watcher: ProgressWatcher, lang: str) -> list[str]:
    """What a person reads when a run ends: the sum, and what to do next."""
    import time

    counters, members = run.counters, run.members
    lines = [say("summary", lang, run=run.id, **_sums(counters))]
    if members.listed:
        lines.append(say("members", lang, **_sums(members)))
    if counters.gone:
        lines.append(say("gone", lang, gone=counters.gone))
    if watcher.bytes_read:
        seconds = time.monotonic() - watcher.started_at
        lines.append(say("read", lang, size=size(watcher.bytes_read), seconds=duration(seconds)))
    elif counters.listed:
        lines.append(say("nothing-read", lang))
    return lines


def timing_lines(seconds: Mapping[str, float], lang: str) -> list[str]:
    """Where the workers' time went, the most first; what recognizers took is part of the detection, and what rules took of theirs. Empty without
    ``--timings``."""
    from piiscan.stopwatch import MATCHES, RECOGNIZER, RULE

    rules, recognizers = _named(seconds, RULE), _named(seconds, RECOGNIZER)
    parts = {*rules, *recognizers, *_named(seconds, MATCHES)}
    stages = {name: spent for name, spent in seconds.items() if name not in parts}
    total = sum(stages.values())
    if not total:
        return []
    lines = [say("timings", lang, seconds=f"{total:.2f}")]
    for group in (stages, recognizers, rules):
        for name, spent in sorted(group.items(), key=lambda pair: -pair[1])[: _MOST if group is rules else None]:
            matches = seconds.get(MATCHES + name.removeprefix(RULE), 0) if group is rules else 0
            told = say("timings-matches", lang, count=int(matches)) if group is rules else ""
            lines.append(f"  {spent:10.3f} s {spent / total:5.0%}  {name}{told}")
    return lines


_MOST = 15
"""So many rules are listed, those that took longest."""


def _named(seconds: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name: spent for name, spent in seconds.items() if name.startswith(prefix)}


def _sums(counters: object) -> dict[str, object]:
    names = ("listed", "scanned", "partial", "skipped", "failed", "unchanged")
    return {name: getattr(counters, name) for name in names}


def _exit(scanner: Scanner, finished: RunRecord, fail_on: FailOn | None, lang: str, *, quiet: bool) -> None:
    """Say what the inventory holds now, and leave with the code that says how the run went."""
    from piiscan.inventory.store import Inventory as Store
    from piiscan.model import Severity
    from piiscan.scan.run import unread

    with Store.open(scanner.settings.inventory) as store:
        levels = [row for row in store.summary().by_severity if row.severity and row.items]
        unlisted = [p for p in store.problems(finished.id) if p.code in UNLISTED]
    stopped = finished.status != "done"
    lines = [say("time-is-up", lang)] if stopped else []
    lines += [say("found", lang, assets=sum(row.items for row in levels))]
    levels.sort(key=lambda row: -row.severity)
    lines += [
        say("found-row", lang, severity=say(f"severity.{int(row.severity)}", lang), count=row.items) for row in levels
    ]
    missing = unread(finished.counters)
    if missing:
        lines.append(say("unread", lang, count=missing))
    if unlisted:
        places = [readable(p.item or p.source or p.detail) for p in unlisted]
        shown = [*places[:UNLISTED_SHOWN], *(["…"] if len(places) > UNLISTED_SHOWN else [])]
        lines.append(say("unlisted", lang, count=len(places), places=", ".join(shown)))
    if levels:
        lines.append(say("next", lang))
    if not quiet:
        print("\n".join(lines), file=sys.stderr)  # noqa: T201
    if fail_on is not None and any(row.severity >= Severity[fail_on.name] for row in levels):
        raise typer.Exit(EXIT_FINDINGS)
    if missing or unlisted or stopped:
        raise typer.Exit(EXIT_UNREAD)


UNLISTED = {"list-failed", "plugin-failed"}
"""Problems of places without items: what lies there was not even counted."""

UNLISTED_SHOWN = 5
"""So many of them are named when a run ends."""

GUESS_BYTES_PER_SECOND = 5_000_000
"""What one core reads of mixed office files, for an estimate before the first run."""


def plan(
    targets: Annotated[
        list[str] | None, typer.Argument(help="As of scan.", show_default="those of piiscan.toml")
    ] = None,
    inventory: Inventory = None,
    config: Config = None,
    jobs: Jobs = None,
    lang: Lang = None,
) -> None:
    """List targets and estimate the work, without reading content or changing the inventory."""
    from piiscan.cli.planning import estimate
    from piiscan.scanner import Scanner

    settings = load_settings(config, inventory=inventory, jobs=jobs, language=lang)
    scanner = Scanner(settings=settings)
    if targets:
        sources: Iterable[Source | Problem] = (scanner.registry.source_for(target) for target in targets)
    elif settings.target:
        sources = (opened for _, opened in scanner.configured())
    else:
        raise UsageError("no target: name one, or have [[target]] in piiscan.toml")
    for source in sources:
        if isinstance(source, Problem):
            print(say("plan-missing", settings.language, source=source.source))  # noqa: T201
            continue
        for line in estimate(scanner, source, GUESS_BYTES_PER_SECOND):
            print(line)  # noqa: T201
