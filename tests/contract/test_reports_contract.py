"""Every built-in report keeps the contract of reports: the conformance kit."""

from __future__ import annotations

import pytest

from piiscan.plugins import load_plugins
from piiscan.protocols import Report
from piiscan.reports.html import HtmlReport
from piiscan.reports.json_ import JsonReport
from piiscan.reports.xlsx import XlsxReport
from piiscan.testing import ReportSuite


class TestHtml(ReportSuite):
    @pytest.fixture
    def report(self) -> Report:
        return HtmlReport()


class TestXlsx(ReportSuite):
    @pytest.fixture
    def report(self) -> Report:
        return XlsxReport()


class TestJson(ReportSuite):
    @pytest.fixture
    def report(self) -> Report:
        return JsonReport()


def test_no_built_in_report_is_without_a_suite() -> None:
    """A new report of ours must come here too."""
    found = load_plugins().reports.values()
    built_in = {report for report in found if report.__module__.startswith("piiscan.reports")}
    assert built_in == {HtmlReport, XlsxReport, JsonReport}
