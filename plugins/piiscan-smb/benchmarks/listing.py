"""What listing and reading many small files of a Samba server cost this machine: CPU of this process, and elapsed time, for each setting of `rights`.

Run it as root where Samba is installed: ``python plugins/piiscan-smb/benchmarks/listing.py [FILES]``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from piiscan.model import Item
from piiscan_smb import SmbSource

ROOT = Path(__file__).parents[3]


def _samba() -> Any:
    spec = importlib.util.spec_from_file_location("piiscan_bench_samba", ROOT / "tests" / "servers" / "samba.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _measured(name: str, count: int, work: Callable[[], Any]) -> Any:
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:18} {cpu / count * 1000:6.2f} ms CPU a file   {wall / count * 1000:6.2f} ms elapsed a file")
    return found


def _read(source: SmbSource, items: list[Item]) -> None:
    for start in range(0, len(items), 64):
        source.prefetch(items[start : start + 64])
        for item in items[start : start + 64]:
            with source.content(item).open() as stream:
                stream.read()


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    samba = _samba()
    os.environ |= {"PIISCAN_SMB_USERNAME": samba.USER, "PIISCAN_SMB_PASSWORD": samba.PASSWORD}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        data.mkdir()
        for number in range(count):
            (data / f"{number:06}.csv").write_bytes(b"x" * 2000)
        with samba.serve(Path(name), {"Data": f"path = {data}"}) as server:
            for rights in ("files", "folders", "none"):
                source = SmbSource.from_target(f"smb://127.0.0.1:{server.port}/data", options={"rights": rights})
                next(iter(source.items()))  # logged on, names known
                items = _measured(
                    f"list, {rights}", count, lambda s=source: [e for e in s.items() if isinstance(e, Item)]
                )
                if rights == "files":
                    _measured("read 2 kB", count, lambda s=source, i=items: _read(s, i))
                source.close()


if __name__ == "__main__":
    main()
