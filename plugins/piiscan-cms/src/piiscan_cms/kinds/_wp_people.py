"""Comments and users as tables, in two views each: what everybody can ask for, and what is kept behind an account."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from piiscan.errors import LimitError, SourceError
from piiscan.model import Locator, Problem, Reading, TableSegment
from piiscan.protocols import ReadContext
from piiscan_cms.kinds._wp_api import Api, Listing, Record
from piiscan_cms.kinds._wp_items import text_of

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 5_000
OTHER = "other"
"""The column of everything a plugin added to the records."""

_KNOWN = {
    "id",
    "avatar_urls",
    "author_avatar_urls",
    "_links",
    "link",
    "capabilities",
    "extra_capabilities",
    "locale",
    "parent",
    "type",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One view. `queries` are gone through one after the other; `kept` needs the account and its context ``edit``."""

    path: str
    route: str
    columns: tuple[str, ...]
    queries: tuple[Mapping[str, str], ...] = ({},)
    kept: bool = False

    @property
    def principals(self) -> str:
        """Who sees what is kept, in WordPress' own roles."""
        return "role:administrator" if self.route.endswith("users") else "role:administrator, role:editor"


_COMMENT = ("id", "author_name", "author_url", "content", "date", "post")
TABLES = (
    Table("comments/shown", "/wp/v2/comments", _COMMENT),
    Table(
        "comments/kept",
        "/wp/v2/comments",
        (
            "id",
            "author_name",
            "author_email",
            "author_ip",
            "author_url",
            "author_user_agent",
            "content",
            "date",
            "status",
            "post",
        ),
        ({"status": "all"}, {"status": "spam"}, {"status": "trash"}),
        kept=True,
    ),
    Table("users/listed", "/wp/v2/users", ("id", "name", "slug", "url", "description")),
    Table(
        "users/accounts",
        "/wp/v2/users",
        (
            "id",
            "username",
            "name",
            "first_name",
            "last_name",
            "nickname",
            "email",
            "url",
            "description",
            "registered_date",
            "roles",
        ),
        kept=True,
    ),
)


@dataclass(slots=True)
class Rows:
    """The rows of a view, from start to end; `problems` are what could not be had of it."""

    api: Api
    table: Table
    account: bool
    problems: list[SourceError] = field(default_factory=list)
    total: int = 0

    def count(self) -> int:
        """How many there are, by one small request. Raises SourceError where the view is refused."""
        return sum(self._count(query) for query in self.table.queries)

    def _count(self, query: Mapping[str, str]) -> int:
        found, headers = self.api.get(
            self.table.route, account=self.account, per_page=1, _fields="id", **self._context, **query
        )
        total = headers.get("X-WP-Total", "")
        return int(total) if total.isdigit() else len(found)

    @property
    def _context(self) -> dict[str, str]:
        return {"context": "edit" if self.table.kept else "view"}

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """Cells as text; None for empty ones. Raises SourceError when a list cannot be begun."""
        api = replace(self.api, account=self.account)
        for query in self.table.queries:
            listing = Listing(api, self.table.route, {**self._context, **query})
            before = self.total
            for record in listing.records():
                self.total = before + listing.total
                yield self._row(record)
            self.problems += listing.problems
            hidden = listing.total - listing.got
            if hidden > 0 and self.table.kept and not listing.problems:
                self.problems.append(SourceError("access-denied", f"{hidden} entries are not shown to this account"))

    def _row(self, record: Record) -> tuple[str | None, ...]:
        cells = [_cell(record.get(column)) for column in self.table.columns]
        known = {*self.table.columns, *_KNOWN, "date_gmt", "author", "slug", "status"}
        rest = {key: value for key, value in record.items() if key not in known and value not in ("", [], {}, None)}
        meta = rest.get("meta")
        if isinstance(meta, dict) and not any(value not in ("", [], {}, None) for value in meta.values()):
            del rest["meta"]
        cells.append(json.dumps(rest, ensure_ascii=False) if rest else None)
        return tuple(cells)

    def digest(self, secret: bytes, limit: int) -> tuple[int, str | None]:
        """How many there are, and a keyed digest of all cells, since comments and users carry no date of change; None for more than `limit`."""
        summed = hmac.new(secret, digestmod="sha256")
        number = 0
        for row in self.rows():
            number += 1
            if max(number, self.total) > limit:
                return self.count(), None
            summed.update(repr(row).encode("utf-8", "replace"))
        return number, f"{number}:{summed.hexdigest()[:24]}"

    def segment(self, context: ReadContext) -> Iterator[Reading]:
        """The view as a table."""
        place = Locator.of(table=self.table.path)
        yield TableSegment(
            batches=self._batches(context, place),
            locator=place,
            header=(*self.table.columns, OTHER),
            row_count=self.total or None,
        )

    def _batches(self, context: ReadContext, place: Locator) -> Iterator[pl.DataFrame | Problem]:
        """Batches up to the first failure, which becomes a problem: what was read stays."""
        batch: list[tuple[str | None, ...]] = []
        try:
            for row in self.rows():
                batch.append(row)
                context.budget.check_time()
                if len(batch) >= BATCH_ROWS:
                    yield self._frame(batch)
                    batch = []
        except SourceError as error:
            self.problems.append(error)
        except LimitError:
            if batch:
                yield self._frame(batch)
            raise
        if batch:
            yield self._frame(batch)
        for problem in self.problems:
            yield context.problem(problem.code, problem.detail, place)

    def _frame(self, rows: list[tuple[str | None, ...]]) -> pl.DataFrame:
        import polars as pl

        names = [*self.table.columns, OTHER]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _cell(value: Any) -> str | None:
    if isinstance(value, dict):
        value = text_of(value)
    elif isinstance(value, list):
        value = ", ".join(map(str, value))
    return None if value is None or value == "" else str(value)
