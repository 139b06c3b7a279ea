"""What the tests of this plugin share: a real Samba server, and a proxy in front of it that cuts and delays."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiscan_smb import SmbSource

sys.path.insert(0, str(Path(__file__).parent))

from smb_samples import samba, tcp_proxy

AUDIT = """vfs objects = full_audit acl_xattr streams_xattr
    full_audit:prefix = audited|%S
    full_audit:syslog = false
    full_audit:success = all !connect !disconnect
    full_audit:failure = none
    acl_xattr:ignore system acls = no"""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own login is ever used; the library's key is the test's own."""
    monkeypatch.setenv("PIISCAN_SMB_USERNAME", samba.USER)
    monkeypatch.setenv("PIISCAN_SMB_PASSWORD", samba.PASSWORD)
    monkeypatch.setenv("PIISCAN_KEY", "00112233445566778899aabbccddeeff" * 2)
    for name in ("KRB5CCNAME", "NTLM_USER_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """Samba with a share that everybody may write to, one that is watched, one that is closed, and a DFS namespace."""
    if samba.missing():
        pytest.skip(samba.missing())
    base = Path(tempfile.mkdtemp(prefix="piiscan-samba-"))
    for name in ("open", "watched", "closed", "dfs", "hidden", "admin"):
        (base / name).mkdir()
        (base / name).chmod(0o777)
    shares = {
        "Open": f"path = {base}/open\n    read only = no\n    comment = 共有フォルダ",
        "Watched": f"path = {base}/watched\n    read only = no\n    {AUDIT}",
        "Closed": f"path = {base}/closed\n    valid users = root",
        "DFS": f"path = {base}/dfs\n    msdfs root = yes\n    read only = yes",
        "Secret$": f"path = {base}/hidden\n    read only = yes",
        "D$": f"path = {base}/admin\n    read only = yes",
    }
    try:
        with samba.serve(base, shares) as running:
            yield running
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def _proxy(server: Any) -> Iterator[Any]:
    with tcp_proxy.proxy_to(server.port) as running:
        yield running


@pytest.fixture
def proxy(_proxy: Any) -> Any:
    """A proxy in front of the server, as if new."""
    _proxy.reset()
    return _proxy


Make = Callable[..., Path]


@pytest.fixture
def folder(server: Any, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a folder of the test's own in a share of the server with these files; returns it. Gone after the test."""
    made: list[Path] = []

    def make(files: dict[str, bytes | str], share: str = "open") -> Path:
        root = Path(server.base) / share / request.node.name.partition("[")[0]
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        root.chmod(0o777)
        made.append(root)
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o777)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            path.chmod(0o644)
        return root

    yield make
    for root in made:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def source(server: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., SmbSource]]:
    """Builds sources of this server (or of a proxy before it), and closes them."""
    built: list[SmbSource] = []

    def build(root: Path | None = None, port: int = 0, path: str = "", **options: Any) -> SmbSource:
        where = path or (f"/{root.parent.name}/{root.name}" if root else "")
        target = f"smb://127.0.0.1:{port or server.port}{where}"
        built.append(SmbSource.from_target(target, options={"timeout": 20, "attempts": 3} | options))
        return built[-1]

    yield build
    for one in built:
        one.close()
