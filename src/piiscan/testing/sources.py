"""What every source must do."""

from __future__ import annotations

import pickle

import pytest

from piiscan.limits import Budget, Limits
from piiscan.model import Item, Problem, Segment, TextSegment
from piiscan.problems import PROBLEMS
from piiscan.protocols import ByteSource, ReadContext, RecordSource, Source


class SourceSuite:
    """Inherit it, name the class ``Test...``, and give the fixture `source`: one with at least two readable items.

    Override `change` to alter one item's content between two listings (return its uri); leave it to skip those clauses with a reason. `secrets` are
    strings (passwords, keys) the source was built with: they must not show anywhere.
    """

    secrets: tuple[str, ...] = ()

    @pytest.fixture
    def source(self) -> Source:
        """The source under test."""
        raise NotImplementedError("give the fixture 'source'")

    def change(self, source: Source) -> str:  # noqa: ARG002 - for those who override it
        """Alter one item and return its uri."""
        pytest.skip("this suite does not say how to change an item")

    @staticmethod
    def listing(source: Source) -> list[Item | Problem]:
        """Everything a listing yields."""
        return list(source.items())

    def items(self, source: Source) -> list[Item]:
        """The items that are to be read: those no problem speaks of."""
        entries = self.listing(source)
        decided = {entry.item for entry in entries if isinstance(entry, Problem)}
        return [entry for entry in entries if isinstance(entry, Item) and entry.uri not in decided]

    def test_src_01_has_identity(self, source: Source) -> None:
        """SRC-01: a source names its kind, its schemes and itself, and claims targets of its own schemes."""
        assert source.kind
        assert source.kind == source.kind.lower()
        assert source.name
        assert source.schemes
        assert all(type(source).claims(f"{scheme}://x/y") for scheme in source.schemes)

    def test_src_02_lists_items(self, source: Source) -> None:
        """SRC-02: items have a uri with a scheme, a name, and this source's name."""
        items = self.items(source)
        assert len(items) >= 2
        for item in items:
            assert "://" in item.uri
            assert item.uri.isascii(), "uris are percent-encoded"
            assert item.name
            assert item.source == source.name

    def test_src_03_ids_are_stable_and_unique(self, source: Source) -> None:
        """SRC-03: two listings give the same uris, each once."""
        first = [entry.uri for entry in self.listing(source) if isinstance(entry, Item)]
        second = [entry.uri for entry in self.listing(source) if isinstance(entry, Item)]
        assert len(set(first)) == len(first)
        assert sorted(first) == sorted(second)

    def test_src_04_problems_are_known(self, source: Source) -> None:
        """SRC-04: every problem has a code of the table, and one for an item comes right after that item."""
        entries = self.listing(source)
        uris = {entry.uri for entry in entries if isinstance(entry, Item)}
        previous: Item | Problem | None = None
        for entry in entries:
            if isinstance(entry, Problem):
                assert entry.code in PROBLEMS
                if entry.item in uris:
                    assert isinstance(previous, Item)
                    assert previous.uri == entry.item
            previous = entry

    def test_src_05_change_tokens_stay(self, source: Source) -> None:
        """SRC-05: the change token of an untouched item is the same in two listings."""
        first = {item.uri: item.change_token for item in self.items(source)}
        second = {item.uri: item.change_token for item in self.items(source)}
        assert first == second

    def test_src_06_change_tokens_move(self, source: Source) -> None:
        """SRC-06: when the content changes, so does the token, and only that item's."""
        before = {item.uri: item.change_token for item in self.items(source)}
        changed = self.change(source)
        after = {item.uri: item.change_token for item in self.items(source)}
        assert before[changed] is None or before[changed] != after[changed]
        assert {uri for uri in before if before[uri] != after.get(uri)} <= {changed}

    def test_src_07_is_picklable(self, source: Source) -> None:
        """SRC-07: a copy that went through pickle lists the same: workers get one."""
        copy = pickle.loads(pickle.dumps(source))  # noqa: S301 - our own bytes
        assert sorted(item.uri for item in self.items(copy)) == sorted(item.uri for item in self.items(source))

    def test_src_08_reads_what_it_lists(self, source: Source) -> None:
        """SRC-08: each item can be read, more than once, from the start."""
        for item in self.items(source)[:20]:
            content = source.content(item) if isinstance(source, ByteSource) else None
            if isinstance(source, RecordSource):
                context = ReadContext(item=item, budget=Budget(Limits()))
                assert all(
                    isinstance(r, Segment | Problem) or hasattr(r, "content") for r in source.read(item, context)
                )
            else:
                assert content is not None, "a source has content() or read()"
            if content is not None:
                with content.open() as first, content.open() as second:
                    assert first.read(100_000) == second.read(100_000)
                assert item.size is None or content.head()[:1] == b"" or item.size > 0

    def test_src_09_hides_secrets(self, source: Source) -> None:
        """SRC-09: credentials are in no repr, uri, name or attribute."""
        shown = repr(source) + source.name + "".join(map(repr, self.listing(source)))
        assert not [secret for secret in self.secrets if secret in shown]

    def test_src_10_attributes_are_text(self, source: Source) -> None:
        """SRC-10: attributes are flat text with dotted keys."""
        for item in self.items(source):
            for key, value in item.attributes.items():
                assert "." in key
                assert isinstance(value, str)


def texts(segments: list[object]) -> str:
    """All text of segments, joined: for assertions in tests of plugins."""
    return "\n".join(segment.text for segment in segments if isinstance(segment, TextSegment))
