"""Fixtures of the tests of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "files"


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], list[Path]]:
    """Real pictures by pattern, where other people's test files are at hand."""

    def files(pattern: str) -> list[Path]:
        if not CORPUS.is_dir():
            pytest.skip("the collected pictures are not on this machine")
        return sorted(CORPUS.glob(pattern))

    return files
