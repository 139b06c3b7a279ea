"""How fast piiscan is, beside what it cannot beat (decoding) and what it must beat (`re`, one pattern at a time).

    python benchmarks/speed/run.py [--sizes small|full] [--corpus real=FOLDER] [--rounds N] [--only text,tables,files,office,large,hostile] [--json OUT]

Engines of one table take turns, round by round; the table shows medians with the slowest and fastest round. Compare ratios, not figures of
different runs: machines differ, and so do hours. `found` counts matches of patterns for `re`, findings for piiscan: not the same work, piiscan
also checks digits, reads labels and knows names.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import corpora
import engines
from measure import Engine, Result, interleaved, ratios, table

PARTS = ("text", "tables", "files", "office", "large", "hostile")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything, in bytes or pieces."""

    text: int
    reference: int
    dense: int
    office: int
    files: int
    large: int


SIZES = {
    "small": Sizes(text=2_000_000, reference=400_000, dense=4_000_000, office=250_000, files=3_000, large=64_000_000),
    "full": Sizes(
        text=13_000_000, reference=1_500_000, dense=13_000_000, office=1_000_000, files=100_000, large=2_000_000_000
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", choices=SIZES, default="small")
    parser.add_argument(
        "--corpus", action="append", default=[], metavar="NAME=FOLDER", help="texts of your own beside the made-up ones"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    sizes = SIZES[args.sizes]
    own = dict(pair.split("=", 1) for pair in args.corpus)
    kept: dict[str, object] = {"machine": machine(), "command": " ".join(sys.argv)}
    print(machine(), f"\nload of a worker: {load_seconds():.2f} s")
    work = {
        "text": lambda: texts(sizes, own, args.rounds),
        "tables": lambda: tables(sizes, args.rounds),
        "files": lambda: small_files(sizes),
        "office": lambda: office(sizes, args.rounds),
        "large": lambda: large(sizes),
        "hostile": hostile,
    }
    for part in args.only.split(","):
        rows = work[part]()
        kept[part] = rows
        print(f"\n## {part}\n\n{table(rows)}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def machine() -> str:
    """What this was measured on."""
    try:
        info = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{time.strftime('%Y-%m-%d')}, {model}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, piiscan {version('piiscan')}"


def load_seconds() -> float:
    """Seconds until a new process has a worker that has looked at a text."""
    code = "from engines import text_path; text_path('氏名：山田太郎').run()"
    started = time.perf_counter()
    subprocess.run([engines.python(), "-c", code], check=True, cwd=Path(__file__).parent)
    return time.perf_counter() - started


HEAD = ("corpus", "engine", "median", "unit", "range", "x re", "of decode", "found", "peak MB")


def _row(corpus: str, results: dict[str, Result], name: str) -> tuple[str, ...]:
    r = results[name]
    against = f"{_median(ratios(results, name, 're')):.1f}" if "re" in results else ""
    share = f"{_median(ratios(results, name, 'decode')):.3f}" if "decode" in results else ""
    return (corpus, name, f"{r.speed:.3g}", r.unit, r.spread, against, share, str(r.found), f"{r.peak:.0f}")


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def texts(sizes: Sizes, own: dict[str, str], rounds: int) -> list[tuple[str, ...]]:
    """The text path on every corpus."""
    found = {name: make(sizes.text) for name, make in corpora.TEXTS.items()}
    found |= {name: corpora.real(Path(path), sizes.text) for name, path in own.items()}
    rows = [HEAD]
    for name, text in found.items():
        # an own corpus is as mixed as its files are: the reference must see the same mixture
        sample = text if name in own else engines.head(text, sizes.reference)
        results = interleaved([engines.decode(text), engines.re_one_by_one(sample), engines.text_path(text)], rounds)
        rows += [_row(name, results, engine) for engine in results]
    return rows


def tables(sizes: Sizes, rounds: int) -> list[tuple[str, ...]]:
    """The customer list as CSV, SQLite and Parquet, every cell, with persons counted; then 500 lists of 20 rows. MB are those of the CSV."""
    text = corpora.TEXTS["dense"](sizes.dense)
    with engines.scratch() as folder:
        path, database = Path(folder) / "customers.csv", Path(folder) / "customers.sqlite"
        path.write_text(text, encoding="utf-8")
        corpora.sqlite_table(database, text)
        columns, lists = Path(folder) / "customers.parquet", Path(folder) / "lists"
        corpora.parquet_table(columns, text)
        corpora.small_tables(lists, text, 500)
        results = interleaved(
            [
                engines.decode(text),
                engines.re_one_by_one(engines.head(text, sizes.reference)),
                engines.whole_file(path, "piiscan csv"),
                engines.whole_file(database, "piiscan sqlite", engines.megabytes(text)),
                engines.whole_file(columns, "piiscan parquet", engines.megabytes(text)),
                engines.whole_file(lists, "piiscan 500 small csv"),
            ],
            rounds,
        )
    return [HEAD, *(_row("dense", results, engine) for engine in results)]


# whole scans, each in a process of its own, so that start, memory and inventory count

_SCAN = """
import sys, time, json
from measure import WorkersPeak, peak_rss
from piiscan import Scanner, Settings
target, inventory, jobs = sys.argv[1:4]
started = time.perf_counter()
with WorkersPeak() as workers:
    run = Scanner(settings=Settings(jobs=int(jobs))).scan(target, inventory=inventory)
seconds = time.perf_counter() - started
peak = [peak_rss(), workers.megabytes]
print(json.dumps([seconds, run.counters.listed, run.counters.unchanged, run.counters.scanned, *peak]))
"""


def scan(target: Path, inventory: Path, jobs: int) -> list[float]:
    """Seconds, items listed, unchanged and scanned, peak MB of the coordinator and of its largest worker."""
    done = subprocess.run(
        [engines.python(), "-c", _SCAN, str(target), f"sqlite:///{inventory}", str(jobs)],
        cwd=Path(__file__).parent,
        check=True,
        capture_output=True,
        text=True,
    )
    values: list[float] = json.loads(done.stdout.splitlines()[-1])
    return values


def small_files(sizes: Sizes) -> list[tuple[str, ...]]:
    """Many small files: all new, then all unchanged; the seconds include the start of the workers."""
    rows = [("files", "run", "jobs", "seconds", "files/s", "MB/s", "scanned", "unchanged", "peak MB", "worker MB")]
    with engines.scratch() as folder:
        size = corpora.small_files(Path(folder) / "share", sizes.files)
        for jobs in (1, 2):
            inventory = Path(folder) / f"inventory{jobs}.db"
            for run in ("changed", "unchanged"):
                seconds, listed, unchanged, scanned, peak, workers = scan(Path(folder) / "share", inventory, jobs)
                speed = f"{size / seconds / 1e6:.2f}" if run == "changed" else ""
                head = (str(sizes.files), run, str(jobs), f"{seconds:.2f}", f"{listed / seconds:.0f}", speed)
                rows.append((*head, f"{scanned:.0f}", f"{unchanged:.0f}", f"{peak:.0f}", f"{workers:.0f}"))
        rows.append(_listing(Path(folder) / "share", sizes.files))
    return rows


def _listing(folder: Path, count: int) -> tuple[str, ...]:
    started = time.perf_counter()
    subprocess.run(["find", str(folder), "-ls"], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    return (str(count), "find -ls", "", f"{seconds:.2f}", f"{count / seconds:.0f}", *[""] * 5)


def office(sizes: Sizes, rounds: int) -> list[tuple[str, ...]]:
    """Office files against bare extraction with the fastest permissive library. MB are those of the files; text is what came out."""
    rows = [("kind", "engine", "MB/s of files", "range", "of bare", "found", "peak MB")]
    with engines.scratch() as folder:
        paths = list(corpora.office(Path(folder), sizes.office))
        for bare in engines.bare_extraction(paths):
            kind = bare.name.removeprefix("bare ")
            mine = [p for p in paths if p.suffix == f".{kind}"]
            reading = Engine("reading", bare.amount, lambda mine=mine: sum(engines.read_only(p) for p in mine) * 0)
            scans = [engines.whole_file(p) for p in mine]
            whole = Engine(
                "piiscan",
                bare.amount,
                lambda scans=scans: sum(s.run() for s in scans),
                prepare=lambda scans=scans: [s.prepare() for s in scans],
            )
            results = interleaved([bare, reading, whole], rounds)
            for name, r in results.items():
                share = f"{_median(ratios(results, name, bare.name)):.2f}"
                rows.append((kind, name, f"{r.speed:.3g}", r.spread, share, str(r.found), f"{r.peak:.0f}"))
    return rows


def large(sizes: Sizes) -> list[tuple[str, ...]]:
    """One large file at growing sizes: cost must be linear, memory flat."""
    rows = [("MB", "seconds", "MB/s", "peak MB")]
    with engines.scratch() as folder:
        for part in (64, 16, 4, 1):
            path = Path(folder) / "large.txt"
            corpora.large_file(path, sizes.large // part)
            seconds, _, _, _, peak, _ = scan(path, Path(folder) / f"{part}.db", 1)
            rows.append(
                (
                    f"{sizes.large / part / 1e6:.0f}",
                    f"{seconds:.1f}",
                    f"{sizes.large / part / seconds / 1e6:.2f}",
                    f"{peak:.0f}",
                )
            )
    return rows


HOSTILE = {
    "one long line": lambda n: "長い行に区切りがない文章が続く。" * (n // 16),
    "digits only": lambda n: "1234567890" * (n // 10),
    "digits and spaces": lambda n: "12 34 " * (n // 6),
    "digits and hyphens": lambda n: "090-1234-" * (n // 9),
    "unbroken kanji": lambda n: "高橋山田中村東京都" * (n // 9),
    "base64": lambda n: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0+/" * (n // 38),
    "at signs": lambda n: "a@b.c" * (n // 5),
    "labels": lambda n: "氏名：" * (n // 3),
    "brackets": lambda n: "(" * n,
    "katakana": lambda n: "アイウエオカ・" * (n // 7),
}


def hostile() -> list[tuple[str, ...]]:
    """Texts meant to hurt, at two lengths of one segment: twice the text may not cost much more than twice the time."""
    rows = [("text", "ms at 32 K chars", "ms at 64 K chars", "factor")]
    for name, make in HOSTILE.items():
        times = []
        for size in (32_768, 65_536):
            engine = engines.text_path(make(size))
            engine.run()
            times.append(min(_seconds(engine) for _ in range(2)))
        rows.append((name, *(f"{t * 1000:.0f}" for t in times), f"{times[1] / times[0]:.1f}"))
    return rows


def _seconds(engine: Engine) -> float:
    started = time.perf_counter()
    engine.run()
    return time.perf_counter() - started


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
