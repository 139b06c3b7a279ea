"""Functions and files stay small enough to read."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The demo share is written out as data in functions.
FILES = [*(p for p in (ROOT / "src").rglob("*.py") if "demo" not in p.parts), *(ROOT / "plugins").rglob("src/**/*.py")]
TABLES = {"problems.py", "words.py", "texts.py"}  # data, not logic


def lengths() -> list[tuple[int, str]]:
    return sorted(
        ((node.end_lineno or 0) - node.lineno + 1, f"{path.name}:{node.name}")
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_functions_are_short() -> None:
    """Nine in ten functions have at most 35 lines, none more than 60."""
    sizes = lengths()
    assert sizes[int(len(sizes) * 0.9)][0] <= 35
    assert [name for size, name in sizes if size > 60] == []


def test_files_are_short() -> None:
    """No file of logic has more than about 400 lines."""
    counts = {
        path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES if path.name not in TABLES
    }
    assert {name: count for name, count in counts.items() if count > 420} == {}
