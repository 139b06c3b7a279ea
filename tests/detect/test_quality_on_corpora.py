"""The quality benchmark on the labelled vectors and lines, where they are present."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).parents[2] / "benchmarks" / "quality" / "run.py"


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    """benchmarks/quality/run.py as a module."""
    spec = importlib.util.spec_from_file_location("quality_run", RUN)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["quality_run"] = module
    spec.loader.exec_module(module)
    return module


def test_every_disagreement_with_the_labels_has_a_reason(
    benchmark_module: ModuleType, corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What piiscan says differently from others is on record in explained.toml."""
    for name in ("id-vectors.jsonl", "pii-cases-ja.jsonl"):
        (tmp_path / name).write_bytes((corpora / "dev" / name).read_bytes())
    monkeypatch.setattr(sys, "argv", ["run.py", str(tmp_path)])
    assert benchmark_module.main() == 0
