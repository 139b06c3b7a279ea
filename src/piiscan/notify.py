"""How a scheduled run went, told to people (webhook, mail) and to monitoring (a metrics file). Counts only: no value, no name of an item."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from piiscan.config import NotifySettings
from piiscan.errors import ConfigError
from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import RunRecord
from piiscan.model import Severity
from piiscan.reports.words import Words

SECONDS = 30
"""So long is waited for a server."""
_STATES = ("scanned", "unchanged", "partial", "skipped", "failed", "gone")
_OWN = ("https://", "http://127.0.0.1", "http://localhost", "http://[::1]")
_JA = (
    "piiscan 実行 {id}: {status}",
    "対象 {listed:,}件(検査済 {scanned:,}、変更なし {unchanged:,}、読めなかったもの {unread:,})",
    "個人情報のあるもの: {found}",
    "前回からの変化: {changed}",
    "一覧を取得できなかった場所: {unlisted}",
)
_EN = (
    "piiscan run {id}: {status}",
    "{listed:,} items ({scanned:,} scanned, {unchanged:,} unchanged, {unread:,} not read)",
    "with personal information: {found}",
    "changes: {changed}",
    "places that could not be listed: {unlisted}",
)
_STATUS_JA = {"done": "完了", "interrupted": "途中まで(次回に続き)"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of a run. `assets` are items with findings by severity, `changes` items by kind of change."""

    run: RunRecord
    assets: Mapping[str, int]
    persons: int
    changes: Mapping[str, int]
    unlisted: int

    @property
    def unread(self) -> int:
        """Listed items that were not fully read."""
        return self.run.counters.partial + self.run.counters.failed

    @property
    def trouble(self) -> bool:
        """Whether somebody should look."""
        return self.run.status != "done" or bool(self.unread or self.unlisted)


def outcome_of(inventory: InventoryReader, run: RunRecord, unlisted: int) -> Outcome:
    """Gather the figures after a run."""
    summary = inventory.summary()
    assets = {row.severity.name.lower(): row.items for row in summary.by_severity if row.severity}
    changes: dict[str, int] = {}
    for change in inventory.diff():
        changes[change.kind] = changes.get(change.kind, 0) + 1
    return Outcome(run, assets, summary.persons, dict(sorted(changes.items())), unlisted)


def message(outcome: Outcome, lang: str = "ja") -> str:
    """A few lines for a chat or a mail; the last one only where places could not be listed."""
    run, c = outcome.run, outcome.run.counters
    ja = lang == "ja"
    none, comma = ("なし", "、") if ja else ("none", ", ")
    words = Words(lang)
    blanks = {
        "id": run.id,
        "status": _STATUS_JA.get(run.status, run.status) if ja else run.status,
        "listed": c.listed,
        "scanned": c.scanned,
        "unchanged": c.unchanged,
        "unread": outcome.unread,
        "found": comma.join(f"{words.severity(Severity[n.upper()])} {count:,}" for n, count in outcome.assets.items())
        or none,
        "changed": comma.join(f"{words.change(n)} {count:,}" for n, count in outcome.changes.items()) or none,
        "unlisted": outcome.unlisted,
    }
    lines = (_JA if ja else _EN)[: None if outcome.unlisted else -1]
    return "\n".join(line.format(**blanks) for line in lines)


def notify(settings: NotifySettings, outcome: Outcome, lang: str = "ja") -> list[str]:
    """Tell whoever wants to be told; what went wrong while telling, as short words without secrets."""
    wanted = {"always": True, "trouble": outcome.trouble, "changes": bool(outcome.changes) or outcome.trouble}
    if not wanted[settings.when]:
        return []
    text = message(outcome, lang)
    problems = []
    if settings.webhook:
        problems += _tried("webhook", lambda: _post(_secret(settings.webhook), text))
    if settings.mail_to:
        problems += _tried("mail", lambda: _mail(settings, text))
    return problems


def _tried(way: str, tell: Callable[[], None]) -> list[str]:
    try:
        tell()
    except (OSError, smtplib.SMTPException, ValueError, ConfigError) as error:  # urllib's errors are OSErrors
        return [f"{way}: {type(error).__name__}"]
    return []


def _post(url: str, text: str) -> None:
    """The form that the webhooks of Slack, Mattermost, Google Chat and Teams take."""
    if not url.startswith(_OWN):
        raise ValueError("a webhook must be https")
    body = json.dumps({"text": text}).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - the scheme was checked
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        answer.read(1024)


def _mail(settings: NotifySettings, text: str) -> None:
    host, _, port = settings.smtp.partition(":")
    if not host or not settings.mail_from:
        raise ConfigError("[notify] mail needs smtp and mail_from")
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = (
        text.split("\n", maxsplit=1)[0],
        settings.mail_from,
        ", ".join(settings.mail_to),
    )
    mail.set_content(text)
    with _smtp(host, int(port or 25)) as server:
        if settings.smtp_user:
            if not isinstance(server.sock, ssl.SSLSocket):
                raise ConfigError("the mail server offers no encryption: no password is sent")
            server.login(_secret(settings.smtp_user), _secret(settings.smtp_password))
        server.send_message(mail)


def _smtp(host: str, port: int) -> smtplib.SMTP:
    """A connection, encrypted where the server offers it; on port 465 from the first byte (RFC 8314)."""
    context = ssl.create_default_context()
    if port == smtplib.SMTP_SSL_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    return server


def _secret(value: str) -> str:
    """What ``env:NAME`` stands for; anything else is itself."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise ConfigError(f"the environment has no {name}")
    return os.environ[name]


def write_metrics(path: Path, outcome: Outcome) -> None:
    """A file for Prometheus' textfile collector, replaced whole. Raises OSError."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text("\n".join(_metrics(outcome)) + "\n", encoding="utf-8", newline="\n")
    temporary.replace(path)


def _metrics(outcome: Outcome) -> Iterator[str]:
    run = outcome.run
    ended = run.finished or run.started
    states = {f'{{state="{state}"}}': getattr(run.counters, state) for state in _STATES}
    found = {f'{{severity="{name}"}}': count for name, count in outcome.assets.items()}
    changed = {f'{{kind="{kind}"}}': count for kind, count in outcome.changes.items()}
    gauges: tuple[tuple[str, str, Mapping[str, float]], ...] = (
        ("run_finished_timestamp_seconds", "When the last run ended.", {"": round(ended.timestamp())}),
        ("run_seconds", "How long it took.", {"": round((ended - run.started).total_seconds(), 3)}),
        ("run_complete", "1 if it came to its end.", {"": int(run.status == "done")}),
        ("run_bytes_read", "Bytes read.", {"": run.counters.bytes_read}),
        ("items", "Listed items by state.", states),
        ("assets", "Items with personal information by worst severity.", found),
        ("persons", "Persons, estimated and added up over items.", {"": outcome.persons}),
        ("unlisted_places", "Places that could not be listed.", {"": outcome.unlisted}),
        ("changes", "Changes since the run before.", changed),
    )
    for name, about, values in gauges:
        if values:
            yield f"# HELP piiscan_{name} {about}"
            yield f"# TYPE piiscan_{name} gauge"
            yield from (f"piiscan_{name}{labels} {value}" for labels, value in values.items())
