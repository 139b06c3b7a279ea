"""piiscan beside others, on the same files: one command, each peer in an environment of its own.

    python benchmarks/speed/peers.py [--size BYTES] [--envs FOLDER] [--only NAME,...] [--rounds N]

Peers: ripgrep (as found on the PATH), Presidio without NLP, hawk-scanner, scrubadub; what cannot be had is skipped, with the reason. All but
scrubadub, which brings detectors of its own for English, search the thirty patterns of patterns.json. Where a program has a start-up that one
pays once, it is measured on an empty file and taken off; one core each (`rg -j1`, one thread of everything else).

Unfair to the peers: piiscan's and the peers' texts come as files already in memory of the system; piiscan reads a CSV as a table, which they
cannot. ripgrep's engine has no look-around, so its patterns lack the borders and find more; hawk-scanner also opens a database and writes a
report. Unfair to piiscan: it checks digits, reads labels, knows names and addresses, counts persons and drops what is none, with over a hundred
rules; the peers only search. Patterns of theirs count matches, piiscan counts findings.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import corpora
from measure import table

HERE = Path(__file__).parent
ONE_CORE = {"RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class UnavailableError(Exception):
    """The peer cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`prepare` makes ready in a folder and gives the command that reads one file; it prints a count in its last line."""

    name: str
    prepare: Callable[[Path], Callable[[Path], list[str]]]


def environment(folder: Path, package: str) -> Path:
    """The Python of an environment that has the package."""
    python = folder / package / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / package)], check=True, capture_output=True)
    have = subprocess.run([str(python), "-m", "pip", "show", "-q", package], capture_output=True, check=False)
    if have.returncode:
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", package], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UnavailableError(f"pip install {package} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return python


def piiscan(folder: Path) -> Callable[[Path], list[str]]:
    """This one: the whole worker on the file."""
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\nfrom pathlib import Path\nfrom engines import whole_file\n"
        "print(whole_file(Path(sys.argv[1])).run())"
    )
    script = folder / "run_piiscan.py"
    script.write_text(code, encoding="utf-8")
    return lambda path: [sys.executable, str(script), str(path)]


def ripgrep(folder: Path) -> Callable[[Path], list[str]]:
    """One thread, every match."""
    rg = shutil.which("rg")
    if rg is None:
        raise UnavailableError("no rg on the PATH (Debian: apt install ripgrep)")
    plain = folder / "patterns.txt"
    patterns = json.loads((HERE / "patterns.json").read_text(encoding="utf-8")).values()
    plain.write_text("\n".join(without_borders(p) for p in patterns) + "\n", encoding="utf-8")
    return lambda path: ["sh", "-c", f"{rg} -j1 -a -o --no-filename -f '{plain}' '{path}' | wc -l"]


def without_borders(pattern: str) -> str:
    """The pattern for an engine without look-around, one line at a time."""
    return re.sub(r"\(\?<?![^)]*\)", "", pattern).replace("\n", "").replace("\\n", "")


_PRESIDIO = """
import json, sys
from pathlib import Path
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

class Nothing(NlpEngine):
    def load(self): pass
    def is_loaded(self): return True
    def process_text(self, text, language): return NlpArtifacts([], [], [], [], self, language)
    def process_batch(self, texts, language, **_): return ((t, self.process_text(t, language)) for t in texts)
    def is_stopword(self, word, language): return False
    def is_punct(self, word, language): return False
    def get_supported_entities(self): return []
    def get_supported_languages(self): return ["ja"]

patterns = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
registry = RecognizerRegistry(supported_languages=["ja"])
for name, pattern in patterns.items():
    registry.add_recognizer(PatternRecognizer(name, patterns=[Pattern(name, pattern, 0.5)], supported_language="ja"))
engine = AnalyzerEngine(registry=registry, nlp_engine=Nothing(), supported_languages=["ja"])
data, count, at = Path(sys.argv[2]).read_bytes(), 0, 0
while at < len(data):
    cut = data.rfind(b"\\n", at, at + 4096) + 1 or at + 4096
    count += len(engine.analyze(data[at:cut].decode(errors="ignore"), language="ja"))
    at = cut
print(count)
"""


def presidio(folder: Path) -> Callable[[Path], list[str]]:
    """An AnalyzerEngine without NLP, a PatternRecognizer for each pattern, pieces of 4 KB."""
    python = environment(folder, "presidio-analyzer")
    script = folder / "run_presidio.py"
    script.write_text(_PRESIDIO, encoding="utf-8")
    return lambda path: [str(python), str(script), str(HERE / "patterns.json"), str(path)]


def hawk(folder: Path) -> Callable[[Path], list[str]]:
    """hawk-scanner's file system scan with the same patterns."""
    python = environment(folder, "hawk-scanner")
    fingerprint = folder / "fingerprint.yml"
    patterns = json.loads((HERE / "patterns.json").read_text(encoding="utf-8"))
    fingerprint.write_text(json.dumps(patterns, ensure_ascii=False), encoding="utf-8")  # JSON is YAML

    def command(path: Path) -> list[str]:
        alone = folder / "hawk" / path.name
        shutil.rmtree(alone, ignore_errors=True)
        alone.mkdir(parents=True)
        shutil.copy(path, alone)
        connection = folder / "connection.yml"
        connection.write_text(
            json.dumps({"sources": {"fs": {"one": {"path": str(alone), "exclude_patterns": []}}}}), encoding="utf-8"
        )
        out = folder / "hawk.json"
        out.unlink(missing_ok=True)
        scan = f"'{python.parent}/hawk_scanner' fs --connection '{connection}' --fingerprint '{fingerprint}' --json '{out}' --quiet >/dev/null"
        count = f"import json; found = json.load(open('{out}')); print(sum(len(r.get('matches', ())) for r in found.get('fs', ())))"
        return ["sh", "-c", f'{scan}; "{python}" -c "{count}"']

    return command


_SCRUBADUB = """
import sys
from pathlib import Path
import scrubadub
scrubber, count = scrubadub.Scrubber(), 0
text = Path(sys.argv[1]).read_text(encoding="utf-8")
for at in range(0, len(text), 4096):
    count += sum(1 for _ in scrubber.iter_filth(text[at : at + 4096]))
print(count)
"""


def scrubadub(folder: Path) -> Callable[[Path], list[str]]:
    """Its own default detectors, for English."""
    python = environment(folder, "scrubadub")
    script = folder / "run_scrubadub.py"
    script.write_text(_SCRUBADUB, encoding="utf-8")
    return lambda path: [str(python), str(script), str(path)]


PEERS = (
    Peer("piiscan", piiscan),
    Peer("ripgrep", ripgrep),
    Peer("presidio", presidio),
    Peer("hawk-scanner", hawk),
    Peer("scrubadub", scrubadub),
)
LIMIT_SECONDS = 300.0


def run(command: list[str]) -> tuple[float, int]:
    """Seconds of work (user and system, children too) and what it counted."""
    before = os.times()
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False, env={**os.environ, **ONE_CORE}
    )
    after = os.times()
    if done.returncode:
        raise UnavailableError(f"failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:120]}")
    seconds = after.children_user - before.children_user + after.children_system - before.children_system
    return seconds, int(done.stdout.split()[-1])


def compared(peer: Peer, folder: Path, files: dict[str, Path], empty: Path, rounds: int) -> list[tuple[str, ...]]:
    """A row for each file."""
    rows: list[tuple[str, ...]] = []
    command = peer.prepare(folder)
    start = statistics.median(run(command(empty))[0] for _ in range(rounds))
    for name, path in files.items():
        measured = [run(command(path)) for _ in range(rounds)]
        seconds = max(statistics.median(s for s, _ in measured) - start, 1e-3)
        size = path.stat().st_size / 1e6
        rows.append((name, peer.name, f"{size / seconds:.2f}", f"{start:.2f}", str(measured[-1][1]), f"{size:.1f}"))
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Measure all that can be had."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--envs", type=Path, default=Path.home() / ".cache" / "piiscan-peers")
    parser.add_argument("--only", default="")
    args = parser.parse_args(argv)
    args.envs.mkdir(parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    for name, make in corpora.TEXTS.items():
        files[name] = args.envs / f"{name}.{'csv' if name == 'dense' else 'txt'}"
        files[name].write_text(make(args.size), encoding="utf-8")
    files["dense as text"] = args.envs / "dense-as-text.log"
    files["dense as text"].write_text(corpora.TEXTS["dense"](args.size // 4).replace(",", "、"), encoding="utf-8")
    empty = args.envs / "empty.txt"
    empty.write_text("何もない。\n", encoding="utf-8")
    rows = [("corpus", "program", "MB/s", "start s", "found", "MB")]
    for peer in PEERS:
        if args.only and peer.name not in args.only.split(","):
            continue
        try:
            rows += compared(peer, args.envs, files, empty, args.rounds)
        except (UnavailableError, OSError, subprocess.SubprocessError, ValueError) as error:
            print(f"{peer.name}: skipped, {type(error).__name__}: {str(error)[:200]}")
        print(f"{peer.name}: done, {time.strftime('%H:%M:%S')}", file=sys.stderr)
    print(table([rows[0], *sorted(rows[1:], key=lambda r: (r[0], -float(r[2])))]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
