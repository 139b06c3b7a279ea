"""The figures to reach, measured: prints the whole table, piiscan beside the reference systems.

    python benchmarks/quality/run.py [CORPUS_DIR] [--references] [--json OUT] [--against RUN.json] [--details] [--split dev|holdout|both]
    python benchmarks/quality/run.py --floors

CORPUS_DIR holds other people's labelled texts (README.md); without it only the own corpus is measured. ``--references`` adds thirty plain patterns and Presidio
with ja-ginza, which references.py has to install first; GiNZA is slow, so it reads a sample. ``--against`` prints what appeared and vanished since a kept
run. ``--floors`` measures a small own corpus against floors.toml and fails below it: that is what CI runs.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import measures as m
import references
import unseen
from figures import DEV_LINES, changes, own_lines, print_lines, print_types
from forms.corpus import SPLITS, digest, documents
from forms.pages import Document
from measures import Result
from systems import Ginza, Patterns, Piiscan, System

FLOORS = HERE / "floors.toml"
FLOOR_SIZE = 3
SPEED = 100_000
SAMPLES = {"own": 6, "prose": 12, "addresses": 20, "ordinary": 10, "cut": 1200, "speed": 4000}
"""For GiNZA: every n-th document, how many characters of an ordinary text, and of each corpus to measure speed."""


def measure(system: System, papers: dict[str, list[Document]], folder: Path | None, *, sampled: bool = False) -> Result:
    """All that a system is asked."""
    result = Result()
    for split, made in papers.items():
        mine = m.thinned(made, SAMPLES["own"]) if sampled else made
        m.own(result, system, mine, f"own-{split}")
        if isinstance(system, Piiscan):
            m.files(result, mine, f"own-{split}")
        else:
            m.clean_texts(result, system, mine, f"own-{split}", _medium)
    if folder:
        m.cases(result, system, folder)
        m.persons_in_prose(result, system, folder, SAMPLES["prose"] if sampled else 1)
        m.speed_in_prose(result, system, folder, SAMPLES["speed"] if sampled else SPEED)
        m.addresses(result, system, folder, SAMPLES["addresses"] if sampled else 1)
        m.ordinary(result, system, folder, SAMPLES["ordinary"] if sampled else 1, SAMPLES["cut"] if sampled else 0)
    return result


def _medium(kind: str) -> bool:
    return kind not in {
        "JP_POSTAL_CODE",
        "JP_NAME_KANA",
        "DATE_OF_BIRTH",
        "MEMBER_ID",
        "EMPLOYEE_ID",
        "JP_VEHICLE_PLATE",
    }


def thorough(result: Result, folder: Path) -> None:
    """PERSON in running text at the profile thorough, and what share of its recall the default profile keeps."""
    deep, system = Result(), Piiscan("thorough")
    m.persons_in_prose(deep, system, folder)
    m.speed_in_prose(deep, system, folder, SPEED)
    result.figures |= {f"thorough.{name}": value for name, value in deep.figures.items()}
    result.missed += [f"thorough:{case}" for case in deep.missed]
    result.alarms += [f"thorough:{case}" for case in deep.alarms]
    for short in m.PERSON_CORPORA.values():
        if f"dev.person.{short}.recall" in result.figures:
            result.figures[f"dev.person.{short}.recall_share"] = result.figures[f"dev.person.{short}.recall"] / max(
                1e-9, deep.figures[f"dev.person.{short}.recall"]
            )


def reference_results(
    papers: dict[str, list[Document]], folder: Path | None, results: dict[str, Result]
) -> dict[str, str]:
    """Measure the reference systems; their versions."""
    results["patterns"] = measure(Patterns(), papers, folder)
    home = references.folder()
    if not references.ready(home):
        print(f"no Presidio with ja-ginza in {home}: run benchmarks/quality/references.py", file=sys.stderr)
        return {}
    ginza = Ginza(references.python(home))
    results["presidio+ginza*"] = measure(ginza, papers, folder, sampled=True)
    ginza.close()
    results["presidio+ginza*"].figures["failed texts"] = ginza.failed
    ours = results["piiscan"].figures
    for result in results.values():
        for short in m.PERSON_CORPORA.values():
            figures = result.figures
            if f"dev.person.{short}.f1" in figures:
                if result is not results["piiscan"]:  # they have one profile, and were not trained here
                    known = {what: figures.get(f"dev.person.{short}.{what}", 0.0) for what in ("f1", "precision")}
                    figures[f"unseen.thorough.person.{short}.f1"] = known["f1"]
                    figures[f"unseen.default.person.{short}.precision"] = known["precision"]
                slow = results["presidio+ginza*"].figures[f"dev.person.{short}.mb_per_s"]
                fast = (
                    ours[f"thorough.dev.person.{short}.mb_per_s"]
                    if result is results["piiscan"]
                    else figures[f"dev.person.{short}.mb_per_s"]
                )
                figures[f"thorough.dev.person.{short}.speed_ratio"] = fast / slow
    return ginza.versions


def floors() -> int:
    """The small own corpus against floors.toml. 1 when a floor is broken."""
    start = time.perf_counter()
    papers = {split: list(documents(split, size=FLOOR_SIZE)) for split in SPLITS}
    figures = measure(Piiscan(), papers, None).figures
    broken = 0
    for name, floor in tomllib.loads(FLOORS.read_text(encoding="utf-8"))["floors"].items():
        value = figures[name]
        upper = name.endswith(("clean.share", "median_error"))
        good = value <= floor if upper else value >= floor
        broken += not good
        print(f"{'ok    ' if good else 'BROKEN'} {name:44} {value:.3f} ({'at most' if upper else 'at least'} {floor})")
    print(f"{broken} floor(s) broken, {time.perf_counter() - start:.0f} s")
    return 1 if broken else 0


def report(results: dict[str, Result], papers: dict[str, list[Document]], *, details: bool) -> int:
    """Print everything; how many lines are below what is to be reached."""
    below = 0
    figures = {name: result.figures for name, result in results.items()}
    for split in papers:
        below += print_lines(f"own corpus, split {split}", own_lines(f"own-{split}"), figures)
    if any(name.startswith("dev.") for name in results["piiscan"].figures):
        below += print_lines("other people's corpora", DEV_LINES, figures)
        left_out = results["piiscan"].figures["dev.cases.left_out"]
        print(
            f"{left_out:.0f} disagreements of piiscan with lines of others have a reason in explained.toml and are left out"
        )
    if len(results) > 2:
        print("* on a sample of the texts, because of its speed; see README.md")
    for split in papers:
        print_types(f"own-{split}", results["piiscan"].figures)
    if details:
        print(json.dumps(results["piiscan"].details, ensure_ascii=False, indent=1))
    print(f"\n{below} line(s) below what is to be reached")
    return below


def kept(
    results: dict[str, Result], papers: dict[str, list[Document]], reference_versions: dict[str, str]
) -> dict[str, Any]:
    """A run as it is stored: figures and ids, no text."""
    packages = ("piiscan", "sudachipy", "sudachidict-core", "polars", "presidio-analyzer", "phonenumbers")
    return {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "references": reference_versions,
        "corpus": {split: digest(made) for split, made in papers.items()},
        "systems": {
            name: {k: round(v, 4) for k, v in sorted(result.figures.items())} for name, result in results.items()
        },
        "details": results["piiscan"].details,
        "missed": sorted(results["piiscan"].missed),
        "alarms": sorted(results["piiscan"].alarms),
    }


def print_changes(path: Path, now: dict[str, Any]) -> None:
    """What appeared and vanished since a kept run. Own papers count only if they are the same."""
    before = json.loads(path.read_text(encoding="utf-8"))
    for split in before["corpus"].keys() | now["corpus"].keys():
        if before["corpus"].get(split) != now["corpus"].get(split):
            print(f"own papers of split {split} differ from those of the kept run: their cases are left out")
            before = _without(before, f"own-{split}:")
            now = _without(now, f"own-{split}:")
    for what, cases in changes(before, now).items():
        print(f"\n{what}: {len(cases)}")
        for case in cases[:200]:
            print("   ", case)


def _without(run: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {**run, **{what: [c for c in run[what] if not c.startswith(prefix)] for what in ("missed", "alarms")}}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, nargs="?")
    parser.add_argument("--references", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--split", choices=(*SPLITS, "both"), default="both")
    parser.add_argument("--size", type=int, default=10, help="papers of each personal genre")
    parser.add_argument("--details", action="store_true", help="also print which clean files and lists went wrong")
    parser.add_argument(
        "--quick", action="store_true", help="leave out the figures on unseen sentences, which need training"
    )
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    if options.floors:
        return floors()
    splits = SPLITS if options.split == "both" else (options.split,)
    papers = {split: list(documents(split, size=options.size, corpora=options.corpora)) for split in splits}
    results = {"piiscan": measure(Piiscan(), papers, options.corpora)}
    if options.corpora:
        thorough(results["piiscan"], options.corpora)
        if not options.quick:
            unseen.persons(results["piiscan"], options.corpora)
    versions = reference_results(papers, options.corpora, results) if options.references else {}
    report(results, papers, details=options.details)
    now = kept(results, papers, versions)
    if options.json:
        options.json.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.against:
        print_changes(options.against, now)
    return 0


if __name__ == "__main__":
    sys.exit(main())
