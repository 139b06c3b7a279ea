"""What every report must do."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Problem, Severity, State
from piiscan.protocols import Report

HOSTILE_NAMES = (
    "<script>alert(1)</script>.csv",
    '=cmd|"/c calc"!A1.csv',
    "名簿\"'&<>.xlsx",
    "行\\n替え.txt",
    "+1-2.csv",
    "@sum.csv",
)


class ReportSuite:
    """Inherit it, name the class ``Test...``, and give the fixture `report`. The kit brings an inventory with findings, trouble and hostile names."""

    @pytest.fixture
    def report(self) -> Report:
        """The report under test."""
        raise NotImplementedError("give the fixture 'report'")

    @pytest.fixture
    def inventory(self, tmp_path: Path) -> Inventory:
        """A small inventory."""
        store = Inventory.open(f"sqlite:///{(tmp_path / 'kit.db').as_posix()}")
        run = store.begin_run(["kit"], "default", "settings", "key", {"piiscan": "0"}, full=False)
        store.save(run.id, [_result(number, name) for number, name in enumerate(HOSTILE_NAMES)], "settings")
        counters, members = store.counters(run.id)
        store.finish_run(run.id, "done", counters, members)
        return store

    @staticmethod
    def written(report: Report, inventory: Inventory, lang: str = "ja") -> bytes:
        """The bytes of the report."""
        out = io.BytesIO()
        with inventory:
            report.write(inventory, out, lang=lang)
        return out.getvalue()

    def test_rpt_01_names_itself(self, report: Report) -> None:
        """RPT-01: a report has a name for --format and a file ending."""
        assert report.name
        assert report.suffix.startswith(".")

    def test_rpt_02_writes(self, report: Report, inventory: Inventory) -> None:
        """RPT-02: it writes something, in both languages, and leaves the stream open."""
        assert self.written(report, inventory, "ja")

    def test_rpt_03_writes_english(self, report: Report, inventory: Inventory) -> None:
        """RPT-03: English works too."""
        assert self.written(report, inventory, "en")

    def test_rpt_04_writes_an_empty_inventory(self, report: Report, tmp_path: Path) -> None:
        """RPT-04: an inventory without a run makes a report that says so, not an error."""
        assert self.written(report, Inventory.open(f"sqlite:///{(tmp_path / 'empty.db').as_posix()}"))

    def test_rpt_05_disarms_markup(self, report: Report, inventory: Inventory) -> None:
        """RPT-05: names of items never become markup."""
        assert b"<script>alert(1)</script>" not in self.written(report, inventory) or report.suffix == ".json"


def _result(number: int, name: str) -> ItemResult:
    item = Item(
        uri=f"kit:///item-{number}", source="kit", name=name, size=100 + number, modified=datetime(2026, 4, 1, tzinfo=UTC),
        change_token="1",  # noqa: S106
        attributes={"access.breadth": "company"},
    )  # fmt: skip
    if number == 0:
        problem = Problem(code="encrypted", item=item.uri, source="kit")
        return ItemResult(item=item, state=State.FAILED, reason="encrypted", problems=(problem,))
    finding = Finding(
        entity_type="PHONE_NUMBER", category="pi", severity=Severity.MEDIUM, confidence=0.9, locator=Locator.of(sheet="会員", column="C"),
        count=number * 10, mask="***-****-**78", rule="jp-phone-mobile", recognizer="digits", fingerprint=f"{number:032x}",
    )  # fmt: skip
    return ItemResult(
        item=item, state=State.SCANNED, findings=(finding,), persons=number * 10, roster=number > 2, bytes_read=100
    )
