"""Numbers of a table for the inventory: shares of cells with the interval that the sample allows. From counts only; no value comes here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from piiscan_sql.sampling import wilson

if TYPE_CHECKING:
    from piiscan.model import ItemResult

MOST_COLUMNS = 100
_WORDS = re.compile(
    r"^(?P<seen>\d+)/(?P<total>\d+) rows \([^)]*\); (?P<method>[\w ]+); seed (?P<seed>\d+); n=(?P<n>\d+)"
)


def sample_of(result: ItemResult) -> tuple[int, int, int, str] | None:
    """(rows seen, rows in all, independent draws, method) of a sampled table."""
    for problem in result.problems:
        found = _WORDS.match(problem.detail) if problem.code == "sampled" else None
        if found:
            return int(found["seen"]), int(found["total"]), int(found["n"]), found["method"]
    return None


class TableNumbers:
    """The enricher of tables."""

    name = "sql-numbers"
    families = ("sql",)

    def attributes(self, result: ItemResult) -> Mapping[str, str]:
        """``sql.rows_seen``, ``sql.rows_total``, ``sql.sample`` and ``sql.share.<column>.<ENTITY>``; nothing for items that are no tables."""
        if "sql.table" not in result.item.attributes or not result.findings:
            return {}
        sample = sample_of(result)
        found: dict[str, str] = {}
        if sample is None:
            rows = int(result.item.attributes.get("sql.rows_estimate", 0))
            exact = ""
        else:
            rows, total, draws, method = sample
            found = {"sql.rows_seen": str(rows), "sql.rows_total": f"~{total}", "sql.sample": method}
            exact = "sample"
        counts: dict[tuple[str, str], int] = {}
        for finding in result.findings:
            column = finding.locator.get("column")
            if column and not finding.locator.get("row"):
                counts[column, finding.entity_type] = counts.get((column, finding.entity_type), 0) + finding.count
        for (column, entity), count in sorted(counts.items(), key=lambda entry: -entry[1])[:MOST_COLUMNS]:
            if rows:
                low, high = wilson(count, rows, draws) if exact else (0.0, 0.0)
                interval = f" [{100 * low:.1f}–{100 * high:.1f}% of the table, 95%]" if exact else ""
                mark = "" if exact else "~"
                found[f"sql.share.{column}.{entity}"] = (
                    f"{count}/{mark}{rows} {mark}{min(100.0, 100 * count / rows):.1f}%{interval}"
                )
        return found
