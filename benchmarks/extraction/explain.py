"""Which expected strings no extractor should yield, and the two shares: literal, and over what applies.

Expected strings come from test suites of other programs. Some say what that program's own output looks like, some belong to another file. Each one left
out of account has a reason in ``explained.toml``; kind ``known`` means that we are at fault or decided otherwise: it is told and counts as a miss.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

REQUIRED: Final = 95.0
"""Per cent of the files in supported formats of which every applicable string must come out."""
SUPPORTED: Final = frozenset(
    "txt log csv tsv zengin json jsonl ndjson xml html htm eml mbox zip tar tgz tbz2 gz bz2 xz 7z docx docm xlsx xlsm xlsb pptx pptm odt ods odp rtf"
    " pdf db sqlite xls xlt doc dot ppt pps".split()
)
"""The formats of the promise, as the manifest calls them. What else comes out (pages, epub, vsdx, ...) is not counted."""
KINDS: Final = frozenset({"markup", "elsewhere", "name", "form", "alternative", "password", "picture", "known"})


class Measured(Protocol):
    """What is needed of a row of the run."""

    path: str
    format: str
    expected: int
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one expected string is not to be had. `kind` is one of KINDS."""

    kind: str
    text: str


Reasons = Mapping[tuple[str, str], Reason]
"""By (path, expected string)."""


def load(path: Path, entries: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Reason]:
    """Reasons by string. The file names strings by their position (from 1) in `expect`; an unknown position or kind is an error."""
    expects = {entry["path"]: entry.get("expect", []) for entry in entries}
    reasons = {}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["explained"]:
        if row["kind"] not in KINDS:
            raise ValueError(f"{row['path']}: unknown kind {row['kind']}")
        strings = expects.get(row["path"])
        if strings is None:  # not measured this time
            continue
        for position in row["strings"]:
            reasons[row["path"], strings[position - 1]] = Reason(row["kind"], row["reason"])
    return reasons


def excused(reasons: Reasons, path: str) -> set[str]:
    """The strings of a file that do not apply."""
    return {string for (where, string), reason in reasons.items() if where == path and reason.kind != "known"}


def shares(rows: Sequence[Measured], reasons: Reasons) -> list[dict[str, Any]]:
    """A line for each supported format with expected strings, most files first, and the total."""
    counted = [row for row in rows if row.format in SUPPORTED and row.expected]
    formats = sorted({row.format for row in counted}, key=lambda f: (-sum(r.format == f for r in counted), f))
    groups = [(name, [row for row in counted if row.format == name]) for name in formats]
    return [_share(name, group, reasons) for name, group in [*groups, ("supported", counted)]]


def _share(name: str, rows: Sequence[Measured], reasons: Reasons) -> dict[str, Any]:
    literal = sum(not row.missing for row in rows)
    strings = sum(row.expected for row in rows)
    found = strings - sum(len(row.missing) for row in rows)
    left_out = {row.path: excused(reasons, row.path) for row in rows}
    applying = [row for row in rows if row.expected > len(left_out[row.path])]
    whole = sum(not set(row.missing) - left_out[row.path] for row in applying)
    apply_strings = sum(row.expected - len(left_out[row.path]) for row in rows)
    apply_found = apply_strings - sum(len(set(row.missing) - left_out[row.path]) for row in rows)
    return {
        "format": name,
        "files": len(rows),
        "complete": literal,
        "literal_%": _percent(literal, len(rows)),
        "strings": f"{found}/{strings}",
        "files_applicable": len(applying),
        "complete_applicable": whole,
        "applicable_%": _percent(whole, len(applying)),
        "strings_applicable": f"{apply_found}/{apply_strings}",
    }


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def unexplained(rows: Sequence[Measured], reasons: Reasons) -> list[tuple[str, str]]:
    """(path, string) of misses in supported formats for which there is no reason."""
    supported = (row for row in rows if row.format in SUPPORTED)
    return [(row.path, want) for row in supported for want in row.missing if (row.path, want) not in reasons]


def known(rows: Sequence[Measured], reasons: Reasons) -> list[tuple[str, int, str]]:
    """(path, strings, reason) of misses that are ours and known."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        for want in row.missing:
            reason = reasons.get((row.path, want))
            if reason and reason.kind == "known":
                found[row.path, reason.text] = found.get((row.path, reason.text), 0) + 1
    return [(path, count, text) for (path, text), count in found.items()]


def stale(rows: Sequence[Measured], reasons: Reasons) -> list[str]:
    """Paths with a reason for a string that did come out: the reason can go."""
    missing = {(row.path, want) for row in rows for want in row.missing}
    measured = {row.path for row in rows}
    return sorted({path for path, want in reasons if path in measured and (path, want) not in missing})
