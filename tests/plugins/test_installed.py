"""A plugin distribution built and installed for real: what the template promises to whoever copies it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "plugins" / "_template"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the template's wheel installed into it."""
    root = tmp_path_factory.mktemp("template")
    copy = root / "copy"
    shutil.copytree(TEMPLATE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist"))
    site = root / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--disable-pip-version-check", "--target", str(site), str(copy)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return site


def test_installed_plugin_is_listed(installed: Path, cli) -> None:
    """``piiscan plugins`` names the distribution and what it brings."""
    ran = cli("plugins", "--format", "jsonl", PYTHONPATH=str(installed))
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    mine = next(row for row in rows if row["distribution"] == "piiscan-jsonfeed")
    assert "source: jsonfeed" in mine["provides"]
    assert mine["problem"] == ""


def test_installed_source_is_scanned(installed: Path, cli, tmp_path: Path) -> None:
    """Its target is scanned like any other, in worker processes, and its items are unchanged the second time."""
    feed = tmp_path / "feed.json"
    entries = [
        {"id": str(n), "title": "担当", "content_text": f"TEL 090-1234-56{n:02}", "date_modified": "1"}
        for n in range(5)
    ]
    feed.write_text(json.dumps({"items": entries}, ensure_ascii=False), encoding="utf-8")
    ran = cli("scan", f"jsonfeed://{feed.as_posix()}", "--jobs", 2, PYTHONPATH=str(installed))
    assert ran.returncode == 0, ran.stderr
    rows = [json.loads(line) for line in cli("assets", "--format", "jsonl").stdout.splitlines()]
    assert len(rows) == 5
    assert all(row["entities"].get("PHONE_NUMBER") == 1 for row in rows)
    again = cli("scan", f"jsonfeed://{feed.as_posix()}", "--lang", "en", PYTHONPATH=str(installed))
    assert "5 unchanged" in again.stderr


def test_without_the_plugin_its_target_is_a_usage_error(cli) -> None:
    """A scheme that nobody brings says which ones there are."""
    ran = cli("scan", "jsonfeed:///feed.json")
    assert ran.returncode == 2
    assert "file://" in ran.stderr


def test_template_meets_its_contract(installed: Path, tmp_path: Path) -> None:
    """The template's own test, which is all a plugin author writes, passes."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TEMPLATE / "tests")],
        cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(installed)}, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert "10 passed" in ran.stdout


def test_broken_plugin_is_named_and_the_rest_goes_on(cli, make_plugin, tmp_path: Path) -> None:
    """A plugin that cannot be imported is a problem of the run; with strict_plugins it stops it."""
    site = make_plugin("broken", "raise RuntimeError('secret in a message')")
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.txt").write_text("x", encoding="utf-8")
    ran = cli("scan", "share", PYTHONPATH=str(site))
    assert ran.returncode == 3
    problems = cli("problems", "--format", "jsonl").stdout
    assert "broken: RuntimeError" in problems
    assert "secret" not in problems + ran.stderr
    (tmp_path / "piiscan.toml").write_text("strict_plugins = true\n", encoding="utf-8")
    assert cli("scan", "share", PYTHONPATH=str(site)).returncode == 2


def test_clashing_plugins_are_both_named(cli, make_plugin) -> None:
    """Two plugins with one name are an error that names both distributions."""
    site = make_plugin(
        "clash",
        """
        from piiscan.hookspecs import hookimpl
        from piiscan.sources.files import FilesSource

        @hookimpl
        def piiscan_sources():
            return [FilesSource]
        """,
    )
    ran = cli("plugins", PYTHONPATH=str(site))
    assert ran.returncode == 2
    assert "by piiscan and by clash" in ran.stderr
