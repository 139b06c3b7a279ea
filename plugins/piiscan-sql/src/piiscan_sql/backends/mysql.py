"""MariaDB and MySQL: values as the server sends them (so that 0000-00-00 is a value and no error), UPDATE_TIME as change token."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from piiscan.errors import SourceError
from piiscan_sql.access import described
from piiscan_sql.backends.base import Backend, Column, Shape, Table
from piiscan_sql.credentials import Login
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
_TABLES = """
SELECT table_schema, table_name, table_type, engine, table_rows, coalesce(data_length, 0), create_time, unix_timestamp(update_time),
  update_time > now() - interval 3 second, table_comment, create_options
FROM information_schema.tables WHERE table_schema NOT IN :system AND (:one = '' OR table_schema = :one) ORDER BY 1, 2"""
_COLUMNS = """
SELECT column_name, data_type, column_type, column_comment, extra, privileges, character_set_name, coalesce(character_maximum_length, 0)
FROM information_schema.columns WHERE table_schema = :schema AND table_name = :name ORDER BY ordinal_position"""
_EXISTS = "SELECT count(*) FROM information_schema.tables WHERE table_schema = :schema AND table_name = :name"
_KEY = """
SELECT index_name, column_name, coalesce(sub_part, 0), nullable FROM information_schema.statistics
WHERE table_schema = :schema AND table_name = :name AND non_unique = 0 ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index"""
_GRANTS = """
SELECT '', '', grantee FROM information_schema.user_privileges WHERE privilege_type = 'SELECT'
UNION SELECT table_schema, '', grantee FROM information_schema.schema_privileges WHERE privilege_type = 'SELECT'
UNION SELECT table_schema, table_name, grantee FROM information_schema.table_privileges WHERE privilege_type = 'SELECT'
UNION SELECT table_schema, table_name, grantee FROM information_schema.column_privileges WHERE privilege_type = 'SELECT'"""
_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
_TEXTUAL = frozenset({"char", "varchar", "date", "datetime", "timestamp", "time", "uuid", "inet6", "inet4"})
_BLOBS = frozenset({"blob", "mediumblob", "longblob"})
_SHORT_BYTES = frozenset({"binary", "varbinary", "tinyblob"})
_SPATIAL = frozenset(
    {
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    }
)
_LONG = frozenset({"text", "mediumtext", "longtext", "json"})


class MySQL(Backend):
    """MariaDB 10.3, MySQL 8 and newer."""

    name: ClassVar[str] = "mysql"
    length: ClassVar[str] = "octet_length"

    def engine_args(self, target: Target, login: Login, options: SqlOptions) -> tuple[URL, dict[str, Any]]:
        """UTF-8 in all four bytes; a dead server is noticed."""
        url = target.url.set(username=login.user, password=login.password)
        url = url.update_query_dict({"charset": "utf8mb4"})
        seconds = round(options.connect_seconds) or 1
        return url, {
            "connect_timeout": seconds,
            "read_timeout": round(options.statement_seconds) + 60,
            "write_timeout": 30,
            "local_infile": False,
        }

    def begin(self, connection: Connection, options: SqlOptions, seconds: float | None) -> None:
        """The limits are the session's: each connection serves one item and is closed after it."""
        limit = options.statement_seconds if seconds is None else min(options.statement_seconds, max(seconds, 0.1))
        run = connection.exec_driver_sql
        run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run(f"SET SESSION lock_wait_timeout = {max(1, round(options.lock_seconds))}")
        run("SET SESSION net_write_timeout = 600")
        if getattr(connection.dialect, "is_mariadb", False):
            run(f"SET SESSION max_statement_time = {limit:.3f}")
        else:
            run(f"SET SESSION max_execution_time = {round(limit * 1000)}")
            run("SET SESSION information_schema_stats_expiry = 0")
        run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def is_replica(self, connection: Connection) -> bool:
        """Whether the server refuses writes, as replicas are set up to."""
        return str(connection.exec_driver_sql("SELECT @@global.read_only").scalar()).upper() in {"1", "ON"}

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """What the account has any right to; the server hides the rest."""
        statement = sa.text(_TABLES).bindparams(sa.bindparam("system", expanding=True))
        rows = connection.execute(statement, {"system": list(_SYSTEM), "one": target.url.database or ""}).fetchall()
        rights = _Rights(connection)
        for row in rows:
            schema, name, table_type = (str(v) for v in row[:3])
            if table_type in {"SEQUENCE", "SYSTEM VIEW"}:
                continue
            yield self._table(
                connection, row, rights.of(schema, name), schema, name, table_type, checksum=options.checksum
            )

    def _table(
        self,
        connection: Connection,
        row: Sequence[Any],
        access: dict[str, str],
        schema: str,
        name: str,
        table_type: str,
        *,
        checksum: bool,
    ) -> Table:
        engine, rows, size, created, updated, just_now, comment, created_with = row[3:]
        if table_type == "VIEW":
            return Table(schema, name, "view", attributes=access)
        attributes = {"sql.comment": str(comment or ""), "sql.engine": str(engine or ""), **access}
        if "ENCRYPTED=YES" in str(created_with or "").upper().replace('"', "").replace("`", "").replace("'", ""):
            attributes["sql.encrypted"] = "at rest"
        stamp = None
        if updated is not None and not int(just_now or 0):  # within its second more may follow
            stamp = f"{created}:{updated}"
        elif checksum and updated is None:
            stamp = self._checksum(connection, schema, name)
        return Table(
            schema,
            name,
            "table",
            None if rows is None else int(rows),
            int(size),
            _moment(updated),
            stamp,
            attributes=attributes,
        )

    def _checksum(self, connection: Connection, schema: str, name: str) -> str | None:
        quote = connection.dialect.identifier_preparer.quote_identifier
        with contextlib.suppress(sa.exc.DBAPIError):
            value = connection.exec_driver_sql(
                f"CHECKSUM TABLE {quote(schema)}.{quote(name)}".replace("%", "%%")
            ).fetchone()
            return None if value is None or value[1] is None else f"checksum:{value[1]}"
        return None

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """Columns, and the first unique key without nulls or prefixes."""
        place = {"schema": schema, "name": name}
        columns = {str(r[0]): _column(r) for r in connection.execute(sa.text(_COLUMNS), place)}
        if not columns and not connection.execute(sa.text(_EXISTS), place).scalar():
            return None
        if not columns:
            raise SourceError("query-failed", "a view that cannot be opened")
        indexes: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        for index, column, part, nullable in connection.execute(sa.text(_KEY), place):
            indexes[str(index)].append((str(column), int(part), str(nullable or "")))
        for parts in indexes.values():
            key = tuple(columns[c] for c, part, null in parts if c in columns and not part and null != "YES")
            if len(key) == len(parts) and all(_base(c) in _WHOLE | _TEXTUAL | {"decimal"} and c.readable for c in key):
                strata = key[0].name if len(key) == 1 and _base(key[0]) in _WHOLE else None
                return Shape(tuple(columns.values()), key, strata)
        return Shape(tuple(columns.values()))

    def raw_values(self, connection: Connection) -> None:
        """Bytes as they come: no date is invalid, no text is broken before we look at it."""
        raw: Any = connection.connection.dbapi_connection
        if connection.dialect.driver == "pymysql":
            raw.decoders, raw.use_unicode = {}, False

    def abandon(self, cursor: Any) -> None:
        """PyMySQL would read an unbuffered answer to its end, hours of it, before it closes. The connection is of no more use after this."""
        result = getattr(cursor, "_result", None)
        if result is not None:
            result.unbuffered_active = False

    def cell(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """latin1 columns are asked for their bytes: in Japan they hold anything but Latin."""
        c = self.column(column)
        base = _base(column)
        if base == "bit":
            return c.op("+")(sa.literal_column("0"))
        if base in _SPATIAL:
            return sa.func.st_astext(c)
        if column.long:
            c = sa.func.left(c, sa.literal_column(str(options.cell_chars)))
        return sa.cast(c, sa.LargeBinary) if column.type.endswith(" latin1") else c

    def key_value(self, column: Column, value: Any) -> Any:
        """Numbers as numbers: against text MySQL compares in floating point."""
        text = value.decode("utf-8") if isinstance(value, bytes) else value
        base = _base(column)
        return int(text) if base in _WHOLE else Decimal(text) if base == "decimal" else str(text)

    def chance(self, share: float, seed: int) -> sa.ColumnElement[bool] | None:
        """RAND with a constant seed is a repeatable sequence."""
        return sa.func.rand(sa.literal_column(str(seed))) < sa.literal_column(f"{share:.10f}")


def _moment(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)


def _base(column: Column) -> str:
    return column.type.partition("(")[0].partition(" ")[0]


def _column(row: Sequence[Any]) -> Column:
    name, base, declared, comment, extra, privileges, charset, _ = (str(v) if v is not None else "" for v in row)
    base = base.lower()
    content = "document" if base in _BLOBS else "bytes" if base in _SHORT_BYTES else "text"
    kind = f"{declared if base != 'bit' else 'bit'} {charset}".strip()
    generated = "GENERATED" in extra.upper() and "DEFAULT_GENERATED" not in extra.upper()
    return Column(name, kind, comment, content, "select" in privileges.lower(), generated, base in _LONG)  # type: ignore[arg-type]


class _Rights:
    """The grants this account may see; without SELECT on the ``mysql`` schema only its own, and that is said."""

    def __init__(self, connection: Connection) -> None:
        self._grants: dict[tuple[str, str], set[str]] = defaultdict(set)
        for schema, table, grantee in connection.exec_driver_sql(_GRANTS.replace("%", "%%")):
            self._grants[str(schema), str(table)].add(str(grantee))
        self._members: dict[str, set[str]] = defaultdict(set)
        self.complete = self._load_roles(connection)

    def _load_roles(self, connection: Connection) -> bool:
        mariadb = getattr(connection.dialect, "is_mariadb", False)
        query = (
            "SELECT role, concat('''', user, '''@''', host, ''''), '' FROM mysql.roles_mapping"
            if mariadb
            else "SELECT concat('''', from_user, '''@''', from_host, ''''), concat('''', to_user, '''@''', to_host, ''''), '' FROM mysql.role_edges"
        )
        try:
            for role, member, _ in connection.exec_driver_sql(query):
                self._members[f"'{role}'@''" if mariadb else str(role)].add(str(member))
        except sa.exc.DBAPIError:
            return False
        return True

    def of(self, schema: str, table: str) -> dict[str, str]:
        """Attributes of a table: grants on everything, on schemas that fit (they may be patterns), on it, on its columns."""
        granted = set(self._grants.get(("", ""), ()))
        for (where, name), grantees in self._grants.items():
            if where and name in {"", table} and (where == schema if name else _like(where, schema)):
                granted |= grantees
        everyone = any(g.upper().startswith(("'PUBLIC'@", "PUBLIC")) for g in granted)
        anonymous = any(g.startswith("''@") for g in granted)
        logins: set[str] = set()
        for grantee in granted:
            logins |= (self._members[grantee] - {f"'{grantee}'"}) if grantee in self._members else {grantee}
        found = described(sorted(granted), logins, everyone=everyone, anonymous=anonymous)
        if not self.complete:
            found["access.complete"] = "no"
            found.pop("access.breadth")
        return found


def _like(pattern: str, schema: str) -> bool:
    """Schema grants are patterns of LIKE, with ``\\`` before what is meant literally."""
    import re

    expression, escaped = "", False
    for char in pattern:
        if escaped or char not in "%_\\":
            expression, escaped = expression + re.escape(char), False
        elif char == "\\":
            escaped = True
        else:
            expression += ".*" if char == "%" else "."
    return re.fullmatch(expression, schema, re.IGNORECASE) is not None
