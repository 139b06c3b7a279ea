"""The conformance kit: inherit one class, give it your plugin, and its contract is tested.

    from piiscan.testing import SourceSuite

    class TestMySource(SourceSuite):
        @pytest.fixture
        def source(self, tmp_path): ...

Failures name the clause of the contract (``SRC-03``) that docs/plugins.md explains. Built-in sources, readers, recognizers and reports go through
the same classes. Needs pytest; nothing else of piiscan imports this package.
"""

from piiscan.testing.readers import ReaderSuite
from piiscan.testing.recognizers import RecognizerSuite
from piiscan.testing.reports import ReportSuite
from piiscan.testing.sources import SourceSuite

__all__ = ["ReaderSuite", "RecognizerSuite", "ReportSuite", "SourceSuite"]
