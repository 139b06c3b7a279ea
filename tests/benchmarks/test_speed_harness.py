"""The benchmarks measure what they say, on corpora that stay the same."""

import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path[:0] = [str(BENCHMARKS / "speed"), str(BENCHMARKS)]

import corpora  # noqa: E402
import engines  # noqa: E402
import guard  # noqa: E402
import peers  # noqa: E402
from measure import Engine, interleaved, ratios  # noqa: E402


@pytest.mark.parametrize("name", corpora.TEXTS)
def test_corpora_are_the_same_every_time(name: str) -> None:
    """A figure of last year must have been measured on this year's text."""
    text = corpora.TEXTS[name](20_000)
    assert text == corpora.TEXTS[name](20_000)
    assert 20_000 <= len(text.encode()) < 24_000


def test_corpora_hold_what_their_names_say() -> None:
    """Almost nothing in sparse, some in medium, much in dense; told by the patterns, not by piiscan."""
    sparse, medium, dense = (engines.re_one_by_one(corpora.TEXTS[name](60_000)).run() for name in corpora.TEXTS)
    assert sparse * 5 < medium < dense


def test_every_character_of_a_text_is_measured() -> None:
    """Segments are cut at newlines and lose nothing, also where there are none."""
    for text in (corpora.TEXTS["medium"](300_000), "長" * 150_000):
        assert "".join(s.text for s in engines.segments(text)) == text


def test_files_of_the_office_share_open(tmp_path: Path) -> None:
    """Half with planted values, every kind there, each a valid package or PDF."""
    paths = list(corpora.office(tmp_path, 4_000))
    assert len(paths) == 8
    for path in paths:
        assert path.read_bytes().startswith(b"%PDF") if path.suffix == ".pdf" else zipfile.is_zipfile(path)


def test_database_and_small_files_hold_the_rows_and_sizes(tmp_path: Path) -> None:
    """The table has the rows of the CSV; small files are as small as said."""
    dense = corpora.TEXTS["dense"](5_000)
    corpora.sqlite_table(tmp_path / "a.sqlite", dense)
    with sqlite3.connect(tmp_path / "a.sqlite") as db:
        assert db.execute("SELECT count(*) FROM 顧客").fetchone()[0] == dense.count("\n") - 1
    db.close()
    total = corpora.small_files(tmp_path / "share", 30)
    sizes = [p.stat().st_size for p in (tmp_path / "share").rglob("*.txt")]
    assert len(sizes) == 30
    assert sum(sizes) == total
    assert all(550 <= size <= 3600 for size in sizes)


def test_engines_take_turns_and_are_prepared() -> None:
    """Round by round, so that a busy moment slows all."""
    order: list[str] = []
    made = [Engine(n, 1.0, lambda n=n: order.append(n) or 1, prepare=lambda n=n: order.append(n.upper())) for n in "ab"]
    results = interleaved(made, 2)
    assert "".join(order) == "AaBbAaBb"
    assert len(ratios(results, "a", "b")) == 2


def test_the_guard_fails_when_a_floor_is_not_reached_and_passes_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both outcomes, with floors that no noise can reach or miss."""
    names = guard.tomllib.loads(guard.FLOORS.read_text(encoding="utf-8"))["floors"]
    floors = tmp_path / "floors.toml"
    arguments = ["--rounds", "1", "--only", "text-sparse-to-re", "--floors", str(floors)]
    floors.write_text("[floors]\n" + "".join(f"{name} = 0.0001\n" for name in names), encoding="utf-8")
    assert guard.main(arguments) == 0
    floors.write_text("[floors]\n" + "".join(f"{name} = 10000\n" for name in names), encoding="utf-8")
    assert guard.main(arguments) == 1
    assert "slower than allowed: text-sparse-to-re" in capsys.readouterr().out


def test_patterns_for_peers_without_look_around_keep_the_rest() -> None:
    """Borders go, groups and classes stay."""
    assert peers.without_borders("(?<![0-9])(?:[0-9]{3}-[0-9]{4})(?![0-9])") == "(?:[0-9]{3}-[0-9]{4})"
