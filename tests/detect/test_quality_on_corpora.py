"""The quality benchmark on the labelled vectors and lines, where they are present."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).parents[2] / "benchmarks" / "quality" / "identifiers.py"


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    """benchmarks/quality/identifiers.py as a module."""
    spec = importlib.util.spec_from_file_location("quality_identifiers", RUN)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["quality_identifiers"] = module
    spec.loader.exec_module(module)
    return module


def test_every_disagreement_with_the_labels_has_a_reason(
    benchmark_module: ModuleType, corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What piiscan says differently from others is on record in explained.toml."""
    for name in ("id-vectors.jsonl", "pii-cases-ja.jsonl"):
        (tmp_path / name).write_bytes((corpora / "dev" / name).read_bytes())
    monkeypatch.setattr(sys, "argv", ["identifiers.py", str(tmp_path)])
    assert benchmark_module.main() == 0
