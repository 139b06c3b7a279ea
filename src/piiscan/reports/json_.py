"""The inventory as one JSON document, written as it is read.

``{"format": "piiscan-report", "version": 1, "generated", "summary", "runs": [...], "assets": [...], "problems": [...], "changes": [...],
"findings": [...], "evidence": {"algorithm": "sha256", "findings", "digest"}}``; times are ISO 8601 in UTC, severities are
``none``, ``info``, ``low``, ``medium``, ``high``, ``critical``. Fields may be added within version 1, never renamed or removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, BinaryIO, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import AssetRecord, Change, ProblemRecord
from piiscan.model import Severity, State
from piiscan.protocols import Report
from piiscan.reports.data import Digest, finding_json
from piiscan.reports.priorities import Priority, priorities

VERSION = 1


class JsonReport:
    """Everything, for other programs. `lang` changes nothing: names are the ids."""

    name: ClassVar[str] = "json"
    suffix: ClassVar[str] = ".json"

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:  # noqa: ARG002
        """Stream the document."""
        digest = Digest()

        def findings() -> Iterator[dict[str, Any]]:
            for finding in inventory.findings():
                row = finding_json(finding)
                digest.add(row)
                yield row

        head = {
            "format": "piiscan-report",
            "version": VERSION,
            "generated": datetime.now(UTC),
            "summary": plain(inventory.summary()),
        }
        out.write(_dump(head)[:-1])
        _array(out, "runs", (plain(run) for run in inventory.runs()))
        _array(out, "assets", (asset_json(a) for a in inventory.assets(states=list(State))))
        _array(out, "priorities", (_priority_json(p) for p in priorities(inventory)))
        _array(out, "problems", (problem_json(p) for p in inventory.problems()))
        _array(out, "changes", (change_json(c) for c in inventory.diff()))
        _array(out, "findings", findings())
        found = digest.result()
        out.write(
            b',\n"evidence":' + _dump({"algorithm": "sha256", "findings": found.findings, "digest": found.digest})
        )
        out.write(b"}\n")


def asset_json(asset: AssetRecord) -> dict[str, Any]:
    """An item as the JSON report and ``piiscan assets --format jsonl`` write it."""
    return {
        "item": asset.item,
        "state": asset.state.value,
        "reason": asset.reason,
        "entities": dict(asset.entities),
        "persons": asset.persons,
        "severity": asset.severity.name.lower(),
        "roster": asset.roster,
        "size": asset.size,
        "modified": asset.modified,
        "last_scanned": asset.last_scanned,
        "name": asset.name,
        "source": asset.source,
        "kind": asset.kind,
        "media_type": asset.media_type,
        "parent": asset.parent,
        "first_run": asset.first_run,
        "last_run": asset.last_run,
        "attributes": dict(asset.attributes),
    }


def _priority_json(priority: Priority) -> dict[str, Any]:
    return {
        "code": priority.code,
        "level": priority.level.name.lower(),
        "reportable": priority.reportable,
        "items": priority.items,
        "persons": priority.persons,
        "examples": list(priority.examples),
    }


def problem_json(problem: ProblemRecord) -> dict[str, Any]:
    """A problem row."""
    return {
        "item": problem.item,
        "source": problem.source,
        "code": problem.code,
        "stage": problem.stage,
        "detail": problem.detail,
        "locator": str(problem.locator),
        "count": problem.count,
        "run": problem.run,
    }


def change_json(change: Change) -> dict[str, Any]:
    """A row of the difference between the last two runs."""
    return {
        "kind": change.kind,
        "item": change.item,
        "name": change.name,
        "before": dict(change.before),
        "after": dict(change.after),
        "severity": change.severity.name.lower(),
        "note": change.note,
        "run": change.run,
    }


def plain(value: Any) -> Any:
    """Frozen records as JSON values, recursively."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(inner) for key, inner in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if isinstance(value, Severity):
        return value.name.lower()
    return value.value if isinstance(value, Enum) else value


def _array(out: BinaryIO, name: str, rows: Iterable[Any]) -> None:
    out.write(f',\n"{name}":['.encode())
    out.writelines((b",\n" if number else b"\n") + _dump(row) for number, row in enumerate(rows))
    out.write(b"]")


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_odd).encode()


def _odd(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)


@hookimpl
def piiscan_reports() -> Iterable[type[Report]]:
    """The JSON report."""
    return [JsonReport]
