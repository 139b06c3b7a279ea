"""Where passwords come from: memory, environment, files, and the places the databases' own programs look. Nothing is kept or logged."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path

from piiscan.errors import SourceError
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import PORTS, Target


@dataclass(frozen=True, slots=True)
class Login:
    """User and password to connect with; either may be absent (peer, trust and Kerberos log-ins have no password)."""

    user: str | None
    password: str | None = field(default=None, repr=False)


def login(target: Target, name: str, options: SqlOptions, environ: Mapping[str, str] = os.environ) -> Login:
    """Look, in this order: the URL (in memory), ``password_env``, ``password_file``, ``PIISCAN_SQL_PASSWORD_<NAME>`` and the same with
    ``_FILE``, then what psql and mysql themselves read. Raises SourceError where a stated place does not exist."""
    user = target.url.username
    if target.secret is not None:
        return Login(user, target.secret.value)
    stated = _stated(name, options, environ)
    if stated is not None:
        return Login(user, stated)
    if target.backend == "postgresql":
        user = user or environ.get("PGUSER")
        return Login(user, environ.get("PGPASSWORD") or _pgpass(target, user or "", environ))
    if target.backend in {"mysql", "mariadb"}:
        client = _my_cnf(environ)
        return Login(user or client.get("user"), environ.get("MYSQL_PWD") or client.get("password"))
    return Login(user)


def variable(name: str) -> str:
    """The environment variable of a target: its name in capitals, all but letters and digits as ``_``."""
    return "PIISCAN_SQL_PASSWORD_" + re.sub(r"\W", "_", name).upper()


def _stated(name: str, options: SqlOptions, environ: Mapping[str, str]) -> str | None:
    if options.password_env:
        if options.password_env not in environ:
            raise SourceError("access-denied", f"the environment variable {options.password_env} is not set")
        return environ[options.password_env]
    if options.password_file:
        return _first_line(options.password_file)
    if variable(name) in environ:
        return environ[variable(name)]
    file = environ.get(variable(name) + "_FILE")
    return _first_line(file) if file else None


def _first_line(file: str) -> str:
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeError):
        raise SourceError("access-denied", "the password file cannot be read") from None


def _pgpass(target: Target, user: str, environ: Mapping[str, str]) -> str | None:
    """The first fitting line of ~/.pgpass. As libpq does, a file that others may read is not used."""
    default = Path(environ.get("APPDATA", "")) / "postgresql/pgpass.conf" if sys.platform == "win32" else "~/.pgpass"
    path = Path(environ.get("PGPASSFILE") or default).expanduser()
    url = target.url
    host = url.host or str(url.query.get("host", "")) or "localhost"
    wanted = (
        "localhost" if host.startswith("/") else host,
        str(url.port or PORTS["postgresql"]),
        url.database or "",
        user,
    )
    try:
        if sys.platform != "win32" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return None
    for line in lines:
        fields = [re.sub(r"\\(.)", r"\1", f) for f in re.split(r"(?<!\\):", line, maxsplit=4)]
        fits = all(given in {"*", want} for given, want in zip(fields, wanted, strict=False))
        if fits and len(fields) == 5 and not line.startswith("#"):
            return fields[4]
    return None


def _my_cnf(environ: Mapping[str, str]) -> dict[str, str]:
    path = Path(environ.get("HOME") or "~").expanduser() / ".my.cnf"
    parser = ConfigParser(allow_no_value=True, strict=False, interpolation=None)
    try:
        parser.read_string(re.sub(r"(?m)^\s*!.*$", "", path.read_text(encoding="utf-8")))
    except (OSError, UnicodeError, Error):
        return {}
    section = parser["client"] if parser.has_section("client") else {}
    return {key: (section.get(key) or "").strip("\"'") for key in ("user", "password") if section.get(key)}
