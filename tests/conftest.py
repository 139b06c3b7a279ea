"""What tests share: plugins made on the spot, the command line as a process, and where the corpora lie."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of labelled texts and sample files of others; not part of the project."""
    if not CORPORA.is_dir():
        pytest.skip("the corpora folder ../shared/corpora is not here")
    return CORPORA


@pytest.fixture(autouse=True)
def _own_key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never use or make the fingerprint key of whoever runs them."""
    monkeypatch.setenv("PIISCAN_KEY", "00112233445566778899aabbccddeeff" * 2)


MakePlugin = Callable[[str, str], Path]


@pytest.fixture
def make_plugin(tmp_path: Path) -> MakePlugin:
    """Makes an installed distribution with one module registered as a piiscan plugin; returns the folder for PYTHONPATH."""

    def make(name: str, code: str) -> Path:
        folder = tmp_path / "site"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[piiscan]\n{name} = {name}\n", encoding="utf-8")
        return folder

    return make


RunCli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> RunCli:
    """Runs ``piiscan`` as a process of its own, in a folder of the test, with its own key and home."""

    def run(
        *arguments: object, cwd: Path | None = None, timeout: float = 120, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        env = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "PYTHONUTF8": "1"} | environment
        return subprocess.run(
            [sys.executable, "-W", "error::ResourceWarning", "-m", "piiscan", *map(str, arguments)],
            cwd=cwd or tmp_path,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run
