"""The made-up share: what it says it planted is there, and it can be made again."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from pathlib import Path
from random import Random

import phonenumbers
import pytest

from piiscan.content import FileContent
from piiscan.demo import Planted, canaries, make_share, write_truth
from piiscan.demo._people import Maker
from piiscan.limits import Budget, Limits
from piiscan.model import Item, Problem, TableSegment, TextSegment
from piiscan.plugins import load_plugins
from piiscan.scan.walk import Closed, Opened, ReaderTable, Walk

RANDOM_BYTES = "役員報酬(パスワード付).xlsx"  # encrypted with a salt


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Planted]]:
    folder = tmp_path_factory.mktemp("demo") / "share"
    return folder, make_share(folder)


@pytest.fixture(scope="module")
def read(share: tuple[Path, list[Planted]]) -> dict[str, tuple[str, set[str]]]:
    """Text and problem codes by path, members under ``!/``, through the product's own door."""
    walk = Walk(ReaderTable(load_plugins(entry_points=False).readers))
    texts: dict[str, list[str]] = defaultdict(list)
    codes: dict[str, set[str]] = defaultdict(set)
    for path in sorted(p for p in share[0].rglob("*") if p.is_file()):
        name = path.relative_to(share[0]).as_posix()
        open_items: list[str] = []
        for event in walk.content(Item(uri=name, source="t", name=name), FileContent(path), Budget(Limits())):
            if isinstance(event, Opened):
                open_items.append(event.item.name.replace(" › ", "!/"))
                texts[open_items[-1]] += []
            elif isinstance(event, Closed):
                open_items.pop()
            elif isinstance(event, Problem):
                codes[open_items[-1]].add(event.code)
            elif isinstance(event, TextSegment):
                texts[open_items[-1]].append(event.text)
            elif isinstance(event, TableSegment):
                for batch in event.batches:
                    if not isinstance(batch, Problem):
                        texts[open_items[-1]] += [cell for row in batch.iter_rows() for cell in row if cell]
    return {name: ("\n".join(parts), codes[name]) for name, parts in texts.items()}


def squeezed(text: str) -> str:
    """Without blanks and with one form of each character: 全銀 files hold half-width kana."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_every_readable_value_comes_out_of_its_file(
    share: tuple[Path, list[Planted]], read: dict[str, tuple[str, set[str]]]
) -> None:
    """What the truth calls readable is in the text that the readers give for that very path."""
    lost = []
    for planted in (p for p in share[1] if p.readable):
        text = squeezed(read.get(planted.path, ("", set()))[0])
        missing = sum(squeezed(value) not in text for value in planted.values)
        if missing:
            lost.append((planted.path, planted.entity_type, missing))
    assert lost == []


def test_what_cannot_be_read_is_told(share: tuple[Path, list[Planted]], read: dict[str, tuple[str, set[str]]]) -> None:
    """Files whose data nobody can read come with a problem, and their values do not come out."""
    for planted in (p for p in share[1] if not p.readable):
        text, codes = read[planted.path]
        assert codes & {"encrypted", "damaged", "truncated", "no-text", "part-unreadable"}, planted.path
        assert not any(value in text for value in planted.values)


def test_files_without_personal_data_are_part_of_it(share: tuple[Path, list[Planted]]) -> None:
    """A share of positives only would measure nothing: at least a fifth of the files holds none."""
    files = {p.relative_to(share[0]).as_posix() for p in share[0].rglob("*") if p.is_file()}
    planted = {p.path.split("!/")[0] for p in share[1]}
    assert planted <= files
    assert len(files - planted) >= len(files) / 5


def test_equal_seeds_give_equal_shares(share: tuple[Path, list[Planted]], tmp_path: Path) -> None:
    """Names, bytes, times and truth are the same again; another seed gives other persons."""
    folder, planted = share
    again = tmp_path / "again"
    assert make_share(again) == planted
    for path in (p for p in folder.rglob("*") if p.is_file()):
        other = again / path.relative_to(folder)
        assert other.stat().st_mtime == path.stat().st_mtime
        if path.name != RANDOM_BYTES:
            assert other.read_bytes() == path.read_bytes(), path.name
    assert set(canaries(make_share(tmp_path / "other", seed=2))).isdisjoint(
        {c for c in canaries(planted) if "@" in c or c.startswith(("PC", "E"))}
    )


def test_scale_gives_more_of_the_same(share: tuple[Path, list[Planted]], tmp_path: Path) -> None:
    """A larger scale plants more values of the same types."""
    larger = make_share(tmp_path / "large", scale=3)
    assert {p.entity_type for p in larger} == {p.entity_type for p in share[1]}
    assert sum(p.count for p in larger) > 2 * sum(p.count for p in share[1])


def test_phone_numbers_are_valid_ones(share: tuple[Path, list[Planted]]) -> None:
    """A detector that asks the numbering plan must accept them."""
    values = {v for p in share[1] if p.entity_type == "PHONE_NUMBER" for v in p.values}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(v, "JP")) for v in values)


def test_mail_addresses_are_under_example_domains(share: tuple[Path, list[Planted]]) -> None:
    """No address can belong to anybody."""
    domains = {v.rpartition("@")[2] for p in share[1] if p.entity_type == "EMAIL_ADDRESS" for v in p.values}
    assert domains <= {"example.jp", "example.co.jp", "example.ne.jp", "example.com"}


def test_truth_on_disk_holds_no_value(share: tuple[Path, list[Planted]], tmp_path: Path) -> None:
    """The file has a line for each planting and none of the canaries; nor has the repr of the truth."""
    path = tmp_path / "truth.jsonl"
    write_truth(path, share[1])
    text = path.read_text(encoding="utf-8")
    assert [json.loads(line)["count"] for line in text.splitlines()] == [p.count for p in share[1]]
    assert not [c for c in canaries(share[1]) if c in text or c in repr(share[1])]


def test_canaries_are_in_the_files_but_not_in_file_names(share: tuple[Path, list[Planted]]) -> None:
    """An inventory holds file names, so no canary may stand in one."""
    names = "\n".join(p.relative_to(share[0]).as_posix() for p in share[0].rglob("*"))
    found = canaries(share[1])
    assert len(found) > 300
    assert not [c for c in found if c in names]


def test_thousands_of_persons_differ_in_every_number() -> None:
    """The supply of numbers does not run out, and no two persons share one that identifies."""
    people = Maker(Random(1)).people(5000)
    for field in (
        "member_id",
        "phone",
        "email",
        "my_number",
        "licence",
        "passport",
        "residence_card",
        "account",
        "pension",
    ):
        assert len({getattr(p, field) for p in people}) == len(people), field
