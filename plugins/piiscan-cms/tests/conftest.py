"""A real WordPress, set up once with content of our own making, and a proxy that makes trouble in front of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `cms_site`

from cms_site import fill, register_types

from piiscan_cms.kinds.wordpress import WordPressSource

SERVERS = Path(__file__).parents[3] / "tests" / "servers"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"piiscan_test_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


wordpress = _load("wordpress")
fault_proxy = _load("fault_proxy")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own accounts and proxies; waiting between attempts is not what is tested; the key is the tests' own."""
    import os

    for name in list(os.environ):
        if name.startswith("PIISCAN_CMS_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)
    monkeypatch.setattr("piiscan_cms.web.backoff", lambda _n: 0.01)
    monkeypatch.setattr("piiscan_cms.content.backoff", lambda _n: 0.01)
    monkeypatch.setenv("PIISCAN_KEY", "00112233445566778899aabbccddeeff" * 2)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A site with posts in every status, pictures, comments and users; `made` holds what REST said of each. Accounts: chief (administrator), reader
    (the role of the guide), writer (author)."""
    if why := wordpress.missing():
        pytest.skip(why)
    with wordpress.wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        register_types(running)
        running.made = fill(running)
        running.user("reader", "piiscan_reader")
        running.user("writer", "author")
        yield running


@pytest.fixture(scope="session")
def _proxy(site: Any) -> Iterator[Any]:
    with fault_proxy.proxy_to(site.port) as running:
        yield running


@pytest.fixture
def proxy(_proxy: Any) -> Any:
    """A proxy in front of the site, as if new. `proxy.Fault` makes faults."""
    _proxy.reset()
    _proxy.Fault = fault_proxy.Fault
    return _proxy


Make = Callable[..., WordPressSource]


@pytest.fixture
def source(site: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes sources of the site behind the proxy: ``source("chief")``, ``source("")`` without an account."""
    made: list[WordPressSource] = []

    def make(user: str = "chief", part: str = "", **options: Any) -> WordPressSource:
        if user:
            monkeypatch.setenv("TEST_PASSWORD", site.passwords[user])
            options = {"user": user, "password_env": "TEST_PASSWORD"} | options
        target = f"wordpress+{proxy.url}/" + (f"#{part}" if part else "")
        made.append(WordPressSource.from_target(target, options=options))
        return made[-1]

    yield make
    for one in made:
        one.close()
