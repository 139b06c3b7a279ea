"""What ``piiscan doctor`` looks at."""

from __future__ import annotations

import importlib.metadata
import locale
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from piiscan.config import Settings
from piiscan.errors import PiiscanError

_SIGNS = {"ok": "✓", "note": "-", "error": "✗"}
_PACKAGES = (
    "polars",
    "presidio-analyzer",
    "sudachipy",
    "sudachidict-core",
    "sqlalchemy",
    "lxml",
    "pypdfium2",
    "python-calamine",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor."""

    name: str
    verdict: Literal["ok", "note", "error"]
    text: str

    @property
    def sign(self) -> str:
        """A mark that every console can show."""
        encoding = (sys.stdout.encoding or "ascii").lower()
        return (
            _SIGNS[self.verdict]
            if encoding.startswith("utf")
            else {"ok": "OK ", "note": "-- ", "error": "NG "}[self.verdict]
        )


def checks(settings: Settings) -> Iterator[Check]:
    """All checks, cheap ones first. None of them reads a target or changes the inventory."""
    yield Check("piiscan", "ok", importlib.metadata.version("piiscan"))
    yield Check("python", "ok", f"{platform.python_version()} {platform.system()} {platform.machine()}")
    yield Check(
        "encoding",
        "ok",
        f"files {sys.getfilesystemencoding()}, console {sys.stdout.encoding}, locale {locale.getpreferredencoding(False)}",
    )
    yield from _packages()
    yield from _plugins(settings)
    yield _rules(settings)
    yield from _converters()
    yield _key(settings)
    yield _inventory(settings)
    yield _temporary()


def _packages() -> Iterator[Check]:
    for name in _PACKAGES:
        try:
            yield Check(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, "error", "not installed")


def _plugins(settings: Settings) -> Iterator[Check]:
    from piiscan.scan.worker import registry_for

    try:
        registry = registry_for(settings)
    except PiiscanError as error:
        yield Check("plugins", "error", str(error))
        return
    failing = [info.name for info in registry.plugins if info.problem]
    others = sorted({info.distribution for info in registry.plugins} - {"piiscan"})
    yield Check(
        "plugins",
        "error" if failing else "ok",
        f"failing: {', '.join(failing)}" if failing else ", ".join(others) or "none besides the built-in ones",
    )


def _rules(settings: Settings) -> Check:
    from piiscan.scanner import Scanner

    try:
        scanner = Scanner(settings=settings)
        found = scanner.scan_text("氏名:山田 太郎 TEL 090-1234-5678")
    except PiiscanError as error:
        return Check("rules", "error", str(error))
    except Exception as error:  # noqa: BLE001 - a broken dictionary or library is what the doctor is for
        return Check("rules", "error", f"the detector does not work: {type(error).__name__}")
    kinds = {detection.entity_type for detection in found}
    works = {"PERSON", "PHONE_NUMBER"} <= kinds
    return Check(
        "rules",
        "ok" if works else "error",
        f"{len(scanner.rules.rules)} rules, self-test {'passed' if works else 'failed'}",
    )


def _converters() -> Iterator[Check]:
    from piiscan.readers._convert import converters

    for name, path in converters():
        yield Check(
            f"converter {name}",
            "ok" if path else "note",
            str(path or "not found: .doc and .ppt will be reported as unread"),
        )


def _key(settings: Settings) -> Check:
    from piiscan.privacy import default_key_path

    path = settings.key_file or default_key_path()
    if not path.exists():
        return Check(
            "fingerprint key", "note", f"will be made at {path}; keep it with your backups, apart from the inventory"
        )
    open_to_others = sys.platform != "win32" and path.stat().st_mode & 0o077
    return Check(
        "fingerprint key",
        "error" if open_to_others else "ok",
        f"{path}{' is readable by others' if open_to_others else ''}",
    )


def _inventory(settings: Settings) -> Check:
    from piiscan.inventory.store import Inventory

    try:
        with Inventory.open(settings.inventory, create=False) as store:
            run = store.latest_run()
    except PiiscanError as error:
        return Check("inventory", "note", str(error))
    return Check("inventory", "ok", f"last run {run.id} {run.status}" if run else "no run yet")


def _temporary() -> Check:
    import shutil

    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    return Check("temporary folder", "ok" if free > 2 * 1024**3 else "note", f"{folder}, {free // 1024**2:,} MB free")
