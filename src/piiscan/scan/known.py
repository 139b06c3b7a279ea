"""What a run knows before it lists, so that nothing is built for items that are as they were. See :class:`piiscan.protocols.Known`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

TELL_EVERY = 1000
"""Items that pass between two signs of life."""


class KnownItems:
    """What need not be read again, as hashes; what is left of them at the end was not listed as it was. `passed` is told of counts and sizes."""

    __slots__ = ("_count", "_families", "_labels", "_passed", "_size", "_stored", "left")

    def __init__(
        self,
        hashes: set[int],
        stored: Callable[[Mapping[str, str]], str],
        passed: Callable[[int, int], None],
        labels: Mapping[str, str] = MappingProxyType({}),
        families: Collection[str] = (),
    ) -> None:
        self._families = families
        self.left = hashes
        self._stored = stored
        self._passed = passed
        self._labels = labels
        self._count = self._size = 0

    def mark(self, attributes: Mapping[str, str]) -> str:
        """Attributes as the inventory stores them, with those that every item of the source gets; what no stored ones are like where an enricher
        must be asked about them."""
        said = {**attributes, **self._labels}
        return "" if any(key.partition(".")[0] in self._families for key in said) else self._stored(said)

    def passes(self, uri: str, token: str, mark: str, size: int) -> bool:
        """See :class:`piiscan.protocols.Known`."""
        key = hash((uri, token, mark))
        if key not in self.left:
            return False
        self.left.remove(key)
        self._count += 1
        self._size += size
        if self._count >= TELL_EVERY:
            self.tell()
        return True

    def tell(self) -> None:
        """Say what passed since the last time."""
        if self._count:
            self._passed(self._count, self._size)
        self._count = self._size = 0
