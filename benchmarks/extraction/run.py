"""How much of what is in files comes out of them: runs the readers over a labelled folder of sample files.

    python benchmarks/extraction/run.py PATH/manifest.json [--jobs N] [--timeout S] [--json OUT] [--format pdf ...] [--explained TOML]

Every file goes through the door the product uses (`piiscan.scan.walk`) in a process of its own kind: a file on which a reader hangs or crashes
is a row of the table, not the end of the run. Extracted text stays in the worker's memory; only counts and the expected strings that are
missing come back.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import explain

PROTECTED = "encrypted_or_protected"


@dataclass(slots=True)
class Row:
    """The outcome of one file. `missing` are expected strings that did not come out; `loose` came out with other blanks."""

    path: str
    format: str
    state: str
    reason: str = ""
    problems: list[str] = field(default_factory=list)
    media_type: str = ""
    chars: int = 0
    members: int = 0
    seconds: float = 0.0
    expected: int = 0
    missing: list[str] = field(default_factory=list)
    loose: int = 0
    expected_metadata: int = 0
    missing_metadata: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        """Passes as read although nothing came out: right for an empty document, worth a look for every other."""
        return self.state == "scanned" and self.chars == 0 and self.members == 0 and "empty" not in self.problems

    @property
    def silent(self) -> bool:
        """Damaged or protected, and yet it passes as read although nothing came out."""
        return bool(self.flags) and self.blank


# --- in the worker ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Extracted:
    parts: list[str] = field(default_factory=list)
    problems: list[Any] = field(default_factory=list)
    member_problems: int = 0
    chars: int = 0
    members: int = 0
    complete: bool = False
    media_type: str = ""


def _serve(pipe: Connection) -> None:
    """Answer jobs until the pipe closes. The registry is built once per process."""
    from piiscan.plugins import load_plugins
    from piiscan.scan.walk import ReaderTable

    readers = ReaderTable(load_plugins().readers)
    pipe.send("ready")
    while True:
        try:
            path, entry, seconds = pipe.recv()
        except EOFError:
            return
        pipe.send(_measure(readers, path, entry, seconds))


def _measure(readers: Any, path: str, entry: dict[str, Any], seconds: float) -> dict[str, Any]:
    from piiscan.scan.collect import state_of

    started = time.perf_counter()
    got = _extract(readers, path, entry, seconds)
    # members that were not (fully) read make their container partial, as in a scan
    problems = list(got.problems)
    read = bool(got.chars or got.members or (got.complete and not problems))
    state, reason = state_of(tuple(problems), read=read, complete=got.complete)
    if state == "scanned" and got.member_problems:
        state, reason = "partial", "part-unreadable"  # type: ignore[assignment]
    text = "\n".join(got.parts)
    missing, loose = _missing(text, entry.get("expect", ()))
    missing_metadata, _ = _missing(text, [str(v) for v in entry.get("expect_metadata", {}).values()])
    row = Row(
        path=entry["path"],
        format=entry["format"],
        state=str(state),
        reason=reason,
        problems=sorted({p.code for p in got.problems}),
        media_type=got.media_type,
        chars=got.chars,
        members=got.members,
        seconds=round(time.perf_counter() - started, 3),
        expected=len(entry.get("expect", ())),
        missing=missing,
        loose=loose,
        expected_metadata=len(entry.get("expect_metadata", {})),
        missing_metadata=missing_metadata,
        flags=_flags(entry),
    )
    return asdict(row)


def _extract(readers: Any, path: str, entry: dict[str, Any], seconds: float) -> _Extracted:
    from piiscan.content import FileContent
    from piiscan.limits import Budget, Limits
    from piiscan.model import Item, Problem, SegmentKind, TableSegment, TextSegment
    from piiscan.problems import PROBLEMS
    from piiscan.scan.walk import Closed, Opened, Walk

    size = Path(path).stat().st_size
    item = Item(uri=Path(path).as_uri(), source="benchmark", name=Path(path).name, size=size)
    passwords = tuple(filter(None, [entry.get("password")]))
    walk = Walk(readers, passwords)
    got, depth = _Extracted(), -1
    for event in walk.content(item, FileContent(path, size=size), Budget(Limits(item_seconds=seconds * 0.9))):
        if isinstance(event, Opened):
            depth += 1
            got.members += depth > 0
            got.media_type = got.media_type or (event.media_type or "")
        elif isinstance(event, Closed):
            got.complete = event.complete if depth == 0 else got.complete
            depth -= 1
        elif isinstance(event, Problem):
            if depth == 0:
                got.problems.append(event)
            elif not (kind := PROBLEMS.get(event.code)) or not kind.harmless:
                got.member_problems += 1
        elif isinstance(event, TextSegment):
            if event.kind is SegmentKind.NAME and event.locator.get("name"):
                if depth > 0:
                    got.parts.append(event.text)
                continue
            got.chars += len(event.text)
            got.parts += [event.label or "", event.text]
        elif isinstance(event, TableSegment):
            _table(event, got)
    return got


def _table(segment: Any, got: _Extracted) -> None:
    """Cells joined by tabs, rows by newlines; problems between batches count as the item's."""
    from piiscan.model import Problem

    if segment.header:
        got.parts.append("\t".join(segment.header))
    for batch in segment.batches:
        if isinstance(batch, Problem):
            got.problems.append(batch)
            continue
        for row in batch.iter_rows():
            line = "\t".join(cell or "" for cell in row)
            got.chars += len(line.replace("\t", ""))
            got.parts.append(line)


def _missing(text: str, expected: Iterable[str]) -> tuple[list[str], int]:
    """Expected strings that are not in the text, blanks counted as one; and how many are there only if blanks are ignored."""
    even, bare = " ".join(text.split()), "".join(text.split())
    missing, loose = [], 0
    for want in expected:
        if " ".join(want.split()) in even:
            continue
        if "".join(want.split()) in bare:
            loose += 1
        else:
            missing.append(want)
    return missing, loose


def _flags(entry: dict[str, Any]) -> list[str]:
    return [flag for flag in ("damaged", PROTECTED) if entry.get(flag)]


# --- in the parent ---------------------------------------------------------------------------------------------------


class _Hand:
    """One worker process; a new one takes over after a time-out or a crash."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.process: Any = None
        self.pipe: Any = None

    def measure(self, folder: Path, entry: dict[str, Any]) -> Row:
        try:
            if self.process is None:
                self._start()
            self.pipe.send((str(folder / entry["path"]), entry, self.timeout))
            if self.pipe.poll(self.timeout):
                return Row(**self.pipe.recv())
            outcome = "timeout"
        except (EOFError, OSError):
            outcome = "crashed"
        self.stop()
        counts = len(entry.get("expect", ())), len(entry.get("expect_metadata", {}))
        return Row(
            path=entry["path"],
            format=entry["format"],
            state=outcome,
            reason="" if outcome == "timeout" else "worker-crashed",
            seconds=self.timeout if outcome == "timeout" else 0.0,
            expected=counts[0],
            missing=list(entry.get("expect", ())),
            expected_metadata=counts[1],
            missing_metadata=[str(v) for v in entry.get("expect_metadata", {}).values()],
            flags=_flags(entry),
        )

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far = context.Pipe()
        self.process = context.Process(target=_serve, args=(far,), daemon=True)
        self.process.start()
        far.close()
        try:
            ready = self.pipe.poll(120) and self.pipe.recv() == "ready"
        except EOFError:
            ready = False
        if not ready:
            self.stop()
            raise RuntimeError("the worker does not start (its own message is above): nothing can be measured")

    def stop(self) -> None:
        if self.process is not None:
            self.pipe.close()
            self.process.kill()
            self.process.join()
            self.process = None


def measure_all(folder: Path, entries: Sequence[dict[str, Any]], jobs: int, timeout: float) -> list[Row]:
    """One row for each entry, in their order."""
    local = threading.local()
    hands: list[_Hand] = []

    def one(entry: dict[str, Any]) -> Row:
        if not hasattr(local, "hand"):
            local.hand = _Hand(timeout)
            hands.append(local.hand)
        row: Row = local.hand.measure(folder, entry)
        return row

    try:
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(one, entries))
    finally:
        for hand in hands:
            hand.stop()


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One line for each format, most files first, and the total."""
    formats = [name for name, _ in Counter(row.format for row in rows).most_common()]
    groups = [(name, [row for row in rows if row.format == name]) for name in formats]
    return [_line(name, group) for name, group in [*groups, ("total", list(rows))]]


def _line(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    states = Counter(row.state for row in rows)
    wanted = [row for row in rows if row.expected]
    strings = sum(row.expected for row in rows)
    found = strings - sum(len(row.missing) for row in rows)
    other = sum(n for state, n in states.items() if state in {"timeout", "crashed"})
    return {
        "format": name,
        "files": len(rows),
        **{state: states[state] for state in ("scanned", "partial", "skipped", "failed")},
        "hung_or_crashed": other,
        "with_expect": len(wanted),
        "all_found": sum(not row.missing for row in wanted),
        "strings": strings,
        "strings_found": found,
        "percent": round(100 * found / strings, 1) if strings else None,
        "metadata": sum(row.expected_metadata for row in rows),
        "metadata_found": sum(row.expected_metadata - len(row.missing_metadata) for row in rows),
        "flagged": sum(bool(row.flags) for row in rows),
        "silent": sum(row.silent for row in rows),
        "seconds": round(sum(row.seconds for row in rows), 1),
    }


def _print_table(lines: Sequence[dict[str, Any]]) -> None:
    heads = list(lines[0])
    widths = {head: max(len(head), *(len(str(line[head])) for line in lines)) for head in heads}
    print("  ".join(head.ljust(widths[head]) for head in heads))
    for line in lines:
        print("  ".join(str("-" if line[h] is None else line[h]).ljust(widths[h]) for h in heads).rstrip())


def show(rows: Sequence[Row], lines: Sequence[dict[str, Any]]) -> None:
    """Print the table, the misses with the likely reason, and the check on silence."""
    _print_table(lines)
    print("\nMissing strings:")
    for row in (row for row in rows if row.missing or row.missing_metadata):
        why = row.reason or (f"no problem told; read as {row.media_type}" if row.state == "scanned" else row.state)
        for want in row.missing + row.missing_metadata:
            print(f"  {row.path}: {row.state} ({why}): {' '.join(want.split())[:60]!r}")
    blank = [f"{row.path} ({row.media_type})" for row in rows if row.blank]
    print(f"\nRead to the end, nothing in it: {len(blank)}", *blank, sep="\n  ")
    silent = [row.path for row in rows if row.silent]
    print(f"\nDamaged or protected, nothing read, nothing told: {len(silent)}", *silent, sep="\n  ")


def show_shares(rows: Sequence[Row], reasons: explain.Reasons, lines: Sequence[dict[str, Any]]) -> None:
    """Print both shares of supported formats, then misses without a reason, misses of ours, and reasons that can go."""
    print(
        "\nSupported formats: files of which every expected string came out, literally and without those that cannot apply"
    )
    _print_table(lines)
    loose = explain.unexplained(rows, reasons)
    print(f"\nMisses without a reason: {len(loose)}", *(f"{p}: {w[:60]!r}" for p, w in loose), sep="\n  ")
    ours = explain.known(rows, reasons)
    print(f"\nKnown misses (counted): {len(ours)}", *(f"{p} ({n}): {text}" for p, n, text in ours), sep="\n  ")
    old = explain.stale(rows, reasons)
    print(f"\nReasons for strings that do come out: {len(old)}", *old, sep="\n  ")


def verdict(rows: Sequence[Row], lines: Sequence[dict[str, Any]]) -> list[str]:
    """What makes the run fail, in words; empty when it passes."""
    share = lines[-1]["applicable_%"] if lines else None
    silent = [row.path for row in rows if row.silent]
    hung = [row.path for row in rows if row.state in {"timeout", "crashed"}]
    few = share is not None and share < explain.REQUIRED
    return [
        *([f"supported formats: {share} % of files complete, {explain.REQUIRED} % are required"] if few else []),
        *([f"silent: {', '.join(silent)}"] if silent else []),
        *([f"hung or crashed: {', '.join(hung)}"] if hung else []),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one file")
    parser.add_argument("--format", nargs="*", default=(), help="only these formats")
    parser.add_argument("--explained", type=Path, default=Path(__file__).with_name("explained.toml"))
    parser.add_argument("--json", type=Path, dest="out", help="write rows and summary here")
    args = parser.parse_args(argv)
    entries = json.loads(args.manifest.read_text(encoding="utf-8"))["files"]
    entries = [e for e in entries if not args.format or e["format"] in args.format]
    rows = measure_all(args.manifest.parent, entries, args.jobs, args.timeout)
    lines = summary(rows)
    show(rows, lines)
    reasons = explain.load(args.explained, entries)
    shares = explain.shares(rows, reasons)
    show_shares(rows, reasons, shares)
    wrong = verdict(rows, shares)
    print("\nFAILED" if wrong else "\npassed", *wrong, sep="\n  ")
    if args.out:
        machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
        head = {"piiscan": version("piiscan"), "command": sys.argv, "machine": machine}
        args.out.write_text(
            json.dumps(
                {**head, "shares": shares, "summary": lines, "rows": [asdict(r) for r in rows]},
                ensure_ascii=False,
                indent=1,
            )
            + "\n",
            encoding="utf-8",
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
