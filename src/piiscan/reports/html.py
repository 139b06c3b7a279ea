"""One self-contained HTML page that a privacy officer reads, prints and files."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from urllib.parse import unquote

from piiscan.hookspecs import hookimpl
from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import AssetRecord, Change, ReasonSummary
from piiscan.model import State
from piiscan.problems import PROBLEMS
from piiscan.protocols import Report
from piiscan.reports.data import ReportData, collect
from piiscan.reports.priorities import Priority, priorities
from piiscan.reports.words import Words

TEMPLATES = Path(__file__).with_name("templates")
TOP = 5
PLACES = 30


class HtmlReport:
    """The pre-audit discovery report: no scripts or pictures from elsewhere, works without JavaScript, prints on A4."""

    name: ClassVar[str] = "html"
    suffix: ClassVar[str] = ".html"

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:
        """Write the page."""
        pieces = render(collect(inventory), lang, priorities(inventory))
        out.writelines(piece.encode("utf-8", "replace") for piece in pieces)


def render(data: ReportData, lang: str = "ja", todo: Sequence[Priority] = ()) -> Iterable[str]:
    """The page in pieces; `todo` is what to do first."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = Words(lang)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    context = _context(data, words) | {
        "w": words,
        "data": data,
        "priorities": todo,
        "s": data.summary,
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; base-uri 'none'; form-action 'none'",
    }
    return environment.get_template("report.html.j2").generate(context)


def _source(text: str) -> str:
    """What lets exactly this inline text run under the page's content security policy."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _context(data: ReportData, words: Words) -> dict[str, Any]:
    summary = data.summary
    by_severity = [row for row in summary.by_severity if row.severity]
    places = [row for row in summary.by_place if row.assets]
    unread = [row for row in summary.by_reason if row.state in {State.FAILED, State.PARTIAL, State.SKIPPED}]
    entries = [entry for group in data.groups for entry in group.entries]
    return {
        "by_severity": by_severity,
        "high": sum(row.items for row in by_severity if row.severity >= 4),
        "most_severity": max((row.items for row in by_severity), default=1),
        "most_kind": max((row.items for row in summary.by_entity), default=1),
        "first": sorted(entries, key=lambda e: (-e.asset.severity, -e.asset.persons))[:TOP],
        "places": places[:PLACES],
        "places_total": len(places),
        "most_place": max((row.assets for row in places), default=1),
        "unread": sorted(unread, key=_unread_order),
        "notes": [row for row in summary.by_problem if row.code in PROBLEMS and PROBLEMS[row.code].harmless],
        "todo": lambda row: _todo(row, words),
        "note": lambda change: note_words(change, words),
        "wrap": _wrap,
        "place": lambda uri: _wrap(place_words(uri)),
        "inside": _inside,
        "versions": _versions(data, words),
    }


def _unread_order(row: ReasonSummary) -> tuple[int, int, str]:
    return ((State.FAILED, State.PARTIAL, State.SKIPPED).index(row.state), -row.items, row.reason)


def _todo(row: ReasonSummary, words: Words) -> str:
    return words.hint(row.reason) or words("todo.skipped" if row.state == State.SKIPPED else "todo.none")


def note_words(change: Change, words: Words) -> str:
    """The note of a change as a sentence."""
    said = []
    for part in filter(None, change.note.split("; ")):
        kind, _, values = part.partition(" ")
        was, _, now = values.partition(">")
        if kind == "persons":
            said.append(words("note.persons", was=int(was), now=int(now)))
        else:
            said.append(words("note.access", was=words.breadth(was), now=words.breadth(now)))
    return "、".join(said) if words.lang == "ja" else "; ".join(said)


def _wrap(name: str) -> str:
    """A long path as markup, with places where it may break."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[/\\_])", name))


def _inside(asset: AssetRecord, container: AssetRecord | None) -> str:
    """The name of a member without that of the container it is shown under."""
    return asset.name.removeprefix(container.name).lstrip(" ›") if container and asset.parent else asset.name


def _versions(data: ReportData, words: Words) -> list[str]:
    """Programs on one line, rulesets on the next."""
    versions = sorted(data.summary.run.versions.items()) if data.summary.run else []
    programs = [f"{name} {number}" for name, number in versions if not name.startswith("ruleset:")]
    rules = [f"{name.removeprefix('ruleset:')} {number}" for name, number in versions if name.startswith("ruleset:")]
    return [", ".join(programs), *([f"{words('head.rules')}: {', '.join(rules)}"] if rules else [])]


def place_words(uri: str) -> str:
    """A uri as people read it: without percent signs, and as a plain path for files."""
    return unquote(uri.removeprefix("file://"), errors="replace")


@hookimpl
def piiscan_reports() -> Iterable[type[Report]]:
    """The HTML report."""
    return [HtmlReport]
