"""From a SQLAlchemy URL to a target that can be stored and shown, and between tables and item URIs."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from piiscan.errors import UsageError

DRIVERS = {
    "postgresql": ("pg8000", "psycopg", "psycopg2"),
    "mysql": ("pymysql",),
    "mariadb": ("pymysql",),
    "sqlite": ("sqlite3",),
    "duckdb": ("duckdb_engine",),
    "mssql": ("pymssql", "pyodbc"),
    "oracle": ("oracledb",),
}
"""Backends, and the drivers looked for when the URL names none, best first."""

PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
FILES = frozenset({"sqlite", "duckdb"})
_ALIASES = {"postgres": "postgresql"}
_SECRET_KEYS = ("password", "passwd", "pwd", "sslpassword")


@dataclass(frozen=True, slots=True)
class Secret:
    """A password that does not show itself. It is pickled with its source: workers get it by pipe, never by argument or file."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect. `url` holds no password; `base` is what the uris of its tables begin with."""

    backend: str
    url: URL
    base: str
    secret: Secret | None = None

    def uri(self, schema: str, table: str) -> str:
        """The identity of a table: plain ASCII, without user and password."""
        return f"{self.base}/{quoted(schema)}/{quoted(table)}"

    @staticmethod
    def table_of(uri: str) -> tuple[str, str]:
        """(schema, table) of an item uri."""
        schema, table = uri.rsplit("/", 2)[1:]
        return unquote(schema, errors="surrogatepass"), unquote(table, errors="surrogatepass")


def claims(text: str) -> bool:
    """Whether a target string is a database URL."""
    scheme, found, _ = text.partition("://")
    backend = scheme.partition("+")[0]
    return bool(found) and _ALIASES.get(backend, backend) in DRIVERS


def parse(text: str) -> Target:
    """Take a URL apart. The password, if it has one, goes into a `Secret`. Raises UsageError without quoting the URL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError("a database is given as dialect://user@host:port/database (no password in it)") from None
    name, _, driver = url.drivername.partition("+")
    backend = _ALIASES.get(name, name)
    secret = Secret(str(url.password)) if url.password else None
    query = dict(url.query)
    for key in [k for k in query if k.lower() in _SECRET_KEYS]:
        value = query.pop(key)
        secret = secret or Secret(value if isinstance(value, str) else value[0])
    url = URL.create(
        f"{backend}+{driver or _driver(backend)}" if backend not in FILES else backend,
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=query,
    )
    if backend in FILES:
        return _file_target(backend, url)
    if backend == "postgresql" and not url.database:
        raise UsageError("name the database: postgresql://user@host/database")
    return Target(backend, url, _server_base(backend, url), secret)


def _driver(backend: str) -> str:
    for module in DRIVERS[backend]:
        if importlib.util.find_spec(module) is not None:
            return module
    raise UsageError(f"no driver for {backend} is installed; pip install 'piiscan-sql[{backend}]'")


def _file_target(backend: str, url: URL) -> Target:
    if not url.database or url.database == ":memory:":
        raise UsageError(f"name the file: {backend}:///folder/file.db")
    if backend == "duckdb" and importlib.util.find_spec("duckdb_engine") is None:
        raise UsageError("no driver for duckdb is installed; pip install 'piiscan-sql[duckdb]'")
    path = Path(url.database).absolute()
    if not path.is_file():
        raise UsageError(f"no such database file: {path}")
    shown = quote(path.as_posix().encode("utf-8", "surrogateescape"), safe="/")
    return Target(backend, url.set(database=str(path)), f"{backend}:///{shown}")


def _server_base(backend: str, url: URL) -> str:
    host = url.host or str(url.query.get("host", "") or url.query.get("unix_socket", "") or "localhost")
    port = url.port or PORTS[backend]
    base = f"{backend}://{quoted(host)}:{port}"
    # In MySQL a schema is a database: it is in the uri of each table already.
    return base if backend in {"mysql", "mariadb"} else f"{base}/{quoted(url.database or '')}"


def quoted(step: str) -> str:
    return quote(step, safe="", errors="surrogatepass")
