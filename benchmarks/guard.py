"""Fails when piiscan got slower: ratios against `re`, one pattern at a time, and against decoding, measured in this one process.

    python benchmarks/guard.py [--rounds N] [--handicap N]

Floors are in benchmarks/speed/floors.toml. Engines take turns; each round gives a ratio, the median is compared. Time is that of this process's
own work, so that other programs on the machine hardly matter; a ratio below its floor is measured once more, with more rounds, before it
counts. `--handicap` makes piiscan do its work N times, to see the guard fail. Exit code 1 when a floor is broken, 0 otherwise.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "speed"))
for _variable in ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # one core; read when polars is first imported

import corpora
import engines
from measure import Engine, interleaved, ratios

FLOORS = HERE / "speed" / "floors.toml"
TEXT, DENSE, REFERENCE = 500_000, 400_000, 120_000
Pair = tuple[Engine, Engine]


def pairs(folder: Path) -> dict[str, Callable[[], Pair]]:
    """What is guarded: (piiscan, reference) by the name that floors.toml uses."""
    texts = {"sparse": TEXT, "medium": TEXT, "dense": DENSE // 4}
    made = {name: corpora.TEXTS[name](size) for name, size in texts.items()}
    found = {f"text-{name}-to-re": _text(text) for name, text in made.items()}
    customers = folder / "customers.csv"
    customers.write_text(corpora.TEXTS["dense"](DENSE), encoding="utf-8")
    sample = engines.head(made["dense"], REFERENCE)
    found["table-csv-to-re"] = lambda: (engines.whole_file(customers), engines.re_one_by_one(sample))
    database = folder / "customers.sqlite"
    corpora.sqlite_table(database, customers.read_text(encoding="utf-8"))
    size = customers.stat().st_size / 1e6
    found["table-sqlite-to-re"] = lambda: (engines.whole_file(database, size=size), engines.re_one_by_one(sample))
    columns = folder / "customers.parquet"
    corpora.parquet_table(columns, customers.read_text(encoding="utf-8"))
    found["table-parquet-to-re"] = lambda: (engines.whole_file(columns, size=size), engines.re_one_by_one(sample))
    corpora.small_tables(folder / "lists", customers.read_text(encoding="utf-8"), 40)
    found["small-tables-to-re"] = lambda: (engines.whole_file(folder / "lists"), engines.re_one_by_one(sample))
    corpora.small_files(folder / "share", 150)
    small = engines.head(made["medium"], REFERENCE)
    found["small-files-to-re"] = lambda: (engines.whole_file(folder / "share"), engines.re_one_by_one(small))
    prose = folder / "prose.txt"
    prose.write_text(made["sparse"] * 10, encoding="utf-8")
    found["reading-to-decode"] = lambda: (engines.reading(prose), engines.decode(made["sparse"] * 10))
    return found


def _text(text: str) -> Callable[[], Pair]:
    return lambda: (engines.text_path(text), engines.re_one_by_one(engines.head(text, REFERENCE)))


def measured(pair: Pair, rounds: int, handicap: int) -> float:
    """The median ratio of the rounds."""
    ours, reference = replace(pair[0], name="ours"), replace(pair[1], name="reference")
    if handicap > 1:
        once = ours.run
        ours = replace(ours, run=lambda: max(once() for _ in range(handicap)))
    ours.run()  # what is loaded on first need is not what is guarded
    return statistics.median(ratios(interleaved([ours, reference], rounds, time.process_time), "ours", "reference"))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, compare, say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--handicap", type=int, default=1)
    parser.add_argument("--floors", type=Path, default=FLOORS)
    parser.add_argument("--only", default="", help="names of ratios, separated by commas")
    args = parser.parse_args(argv)
    floors: dict[str, float] = tomllib.loads(args.floors.read_text(encoding="utf-8"))["floors"]
    wanted = set(filter(None, args.only.split(","))) or set(floors)
    broken: list[str] = []
    with engines.scratch() as folder:
        guarded = pairs(Path(folder))
        if set(floors) != set(guarded):
            print(f"floors.toml and the guard do not name the same ratios: {sorted(set(floors) ^ set(guarded))}")
            return 1
        for name in sorted(wanted):
            ratio = measured(guarded[name](), args.rounds, args.handicap)
            if ratio < floors[name]:
                print(f"{name:22} {ratio:8.2f} below {floors[name]:g}: once more")
                ratio = measured(guarded[name](), args.rounds * 2, args.handicap)
            print(
                f"{name:22} {ratio:8.2f} floor {floors[name]:8.2f} {'ok' if ratio >= floors[name] else 'TOO SLOW'}",
                flush=True,
            )
            if ratio < floors[name]:
                broken.append(
                    f"{name} is {ratio:.2f}, its floor {floors[name]:g} ({1 - ratio / floors[name]:.0%} below)"
                )
    for line in broken:
        print(f"slower than allowed: {line}. Profile it, or justify a new floor in {FLOORS.name}.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
