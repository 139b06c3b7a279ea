"""The import directions of CONTRIBUTING.md, read from the source."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "piiscan"

FOUNDATION = {"model", "errors", "problems", "limits"}
NEVER_FROM_BELOW = {"scan", "inventory", "reports", "cli", "scanner"}
BELOW = ("text", "content", "rules", "sources", "readers", "detect", "sniff")
ONE_HOME = {
    "presidio_analyzer": "detect/presidio",
    "sudachipy": "detect/sudachi",
    "sqlalchemy": "inventory",
    "pypdfium2": "readers",
    "typer": "cli",
}


def imports(path: Path, *, runtime_only: bool = True) -> set[str]:
    """Modules that a file imports; those under TYPE_CHECKING do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if runtime_only and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped |= {id(child) for child in ast.walk(node)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part(module: str) -> str:
    """``scan`` of ``piiscan.scan.run``."""
    steps = module.split(".")
    return steps[1] if steps[0] == "piiscan" and len(steps) > 1 else ""


FILES = sorted(p for p in SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_directions(path: Path) -> None:
    """No file imports what lies above it."""
    own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    parts = {part(module) for module in imports(path)} - {""}
    if own in FOUNDATION:
        assert parts <= FOUNDATION
    if own in BELOW:
        assert not parts & NEVER_FROM_BELOW
    if own not in {"cli", "__main__"}:
        assert "cli" not in parts


@pytest.mark.parametrize("library", sorted(ONE_HOME))
def test_heavy_libraries_have_one_home(library: str) -> None:
    """Each of them is imported in one place only."""
    homes = {
        path.relative_to(SOURCE).with_suffix("").as_posix()
        for path in FILES
        if any(m.split(".")[0] == library for m in imports(path))
    }
    assert all(home.startswith(ONE_HOME[library]) for home in homes), homes


def test_start_up_is_light() -> None:
    """``piiscan --help`` imports none of the heavy libraries."""
    import subprocess
    import sys

    code = (
        "import sys; sys.argv = ['piiscan', '--help']\n"
        "from piiscan.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'presidio_analyzer', 'spacy', 'sudachipy', 'lxml', 'pypdfium2', 'sqlalchemy', 'phonenumbers', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert out.strip().splitlines()[-1] == "[]"
