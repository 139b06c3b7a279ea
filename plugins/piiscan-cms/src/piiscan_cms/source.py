"""What every kind of CMS shares: from a target to a site, the choice of items, fetching ahead, and what is remembered of what was read.

A kind is a module in ``kinds/`` with a subclass of :class:`CmsSource`; see ``docs/adr/0140``.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from pathspec import GitIgnoreSpec
from pydantic import BaseModel, ValidationError

from piiscan.errors import SourceError, UsageError
from piiscan.model import Content, Item, Problem, Reading
from piiscan.protocols import ReadContext
from piiscan_cms import credentials
from piiscan_cms.address import Address, parse
from piiscan_cms.attributes import FILE, ORIGINAL, PATH
from piiscan_cms.content import WHOLE_BYTES, Fetcher, Piece, RemoteContent
from piiscan_cms.options import CmsOptions
from piiscan_cms.prefetch import Ahead
from piiscan_cms.web import Web

UNKNOWN_SIZE = 512 * 1024
"""What a file of unknown size counts against the memory for fetching ahead."""


@dataclass(slots=True)
class Live:
    """What one process holds open: never pickled, built on first need."""

    web: Web
    files: Fetcher
    pieces: Ahead[Piece]
    records: Ahead[Any]
    extra: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class CmsSource:
    """A site, or a part of one. Subclasses say how it is listed and read."""

    kind: ClassVar[str] = ""
    schemes: ClassVar[tuple[str, ...]] = ()
    Options: ClassVar[type[BaseModel]] = CmsOptions

    address: Address
    name: str
    options: Any
    _live: Live | None = field(default=None, repr=False, compare=False)

    @classmethod
    def claims(cls, target: str) -> bool:
        """``<kind>+https://...``, of sites and of their items."""
        return target.lower().startswith(tuple(f"{scheme}://" for scheme in cls.schemes))

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> Self:
        """From ``<kind>+https://host/folder``. Raises UsageError, which repeats neither the target nor a value of an option."""
        address = parse(target)
        try:
            checked = cls.Options.model_validate(dict(options or {}))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
            raise UsageError(f"a {cls.kind} target has a wrong option: {wrong}") from None
        own = address.base if not address.part else address.uri(address.part)
        return cls(address, name or own, checked)

    def __reduce__(self) -> tuple[Callable[..., CmsSource], tuple[Any, ...]]:
        """Workers build their own connections, and find the password themselves."""
        return type(self), (self.address, self.name, self.options)

    def close(self) -> None:
        """Give connections and threads back; the source may be used again."""
        if self._live is not None:
            self._live.pieces.close()
            self._live.records.close()
            self._live.web.close()
            self._live = None

    @abstractmethod
    def entries(self) -> Iterator[Item | Problem]:
        """Everything of the site, without regard to the choice of items. Raises SourceError where nothing can be listed."""

    @abstractmethod
    def read(self, item: Item, context: ReadContext) -> Iterator[Reading]:
        """The text of an item; see :class:`piiscan.protocols.RecordSource`."""

    def fetch_records(self, items: Sequence[Item]) -> Mapping[str, Callable[[], Any]]:  # noqa: ARG002 - for subclasses
        """What to fetch ahead for these items' :meth:`read`, by any key that read then asks for."""
        return {}

    def items(self) -> Iterator[Item | Problem]:
        """List; see :class:`piiscan.protocols.Source`."""
        choice = Choice(self.options)
        try:
            for entry in self.entries():
                if isinstance(entry, Problem):
                    yield entry
                elif self.address.chosen(self.address.part_of(entry.uri)):
                    yield entry
                    if (verdict := choice.verdict(entry)) is not None:
                        yield Problem(code=verdict[0], detail=verdict[1], item=entry.uri, source=self.name)
        except SourceError as error:
            yield self.list_failed(error)

    def content(self, item: Item) -> Content | None:
        """The bytes of a file; None for everything else."""
        url = item.attributes.get(FILE)
        if not url:
            return None
        live = self.live()
        # The size is that of the file the site shows, which is not the original.
        size = None if ORIGINAL in item.attributes else item.size
        name = item.attributes.get(PATH, url).rpartition("/")[2]
        return RemoteContent(
            live.files, url, name, size, limit=self.options.max_bytes, ready=live.pieces.take(item.uri)
        )

    def prefetch(self, items: Sequence[Item]) -> None:
        """Start fetching small files and the records of these; see :class:`piiscan.protocols.Prefetches`."""
        live = self.live()
        live.records.start(dict(self.fetch_records(items)))
        room = self.options.prefetch_bytes
        wanted: dict[str, Callable[[], Piece]] = {}
        for item in items:
            url, size = item.attributes.get(FILE), item.size or UNKNOWN_SIZE
            if url and size <= min(WHOLE_BYTES, room):
                room -= size
                wanted[item.uri] = _piece(live.files, url)
        live.pieces.start(wanted)

    def current_token(self, item: Item) -> str | None:
        """The change token of what was read last, by what was fetched for it: asking again would cost a request for each item."""
        return self.live().seen.pop(item.uri, item.change_token)

    def live(self) -> Live:
        """Connections. Raises SourceError where the account is not stated fully."""
        if self._live is None:
            account = credentials.login(self.address, self.name, self.options)
            web = Web(self.address, self.options, account)
            self._live = Live(web, Fetcher(web), Ahead(self.options.concurrency), Ahead(self.options.concurrency))
            self._live.extra["account"] = account
        return self._live

    def wants(self, place: str) -> bool:
        """Whether anything below a place (``users/``) may be chosen, so that it must be listed."""
        return self.address.chosen(place) and not Choice(self.options).leaves_out(place)

    def list_failed(self, error: SourceError, place: str = "") -> Problem:
        """A place (all of the site, without one) that could not be listed, with the reason."""
        detail = error.detail if error.code == "list-failed" else f"{error.code} {error.detail}".strip()
        uri = self.address.uri(place) if place else self.address.base
        return Problem(code="list-failed", detail=detail, item=uri, source=self.name)


def _piece(files: Fetcher, url: str) -> Callable[[], Piece]:
    return lambda: files.piece(url, 0, WHOLE_BYTES)


class Choice:
    """Which items are read."""

    def __init__(self, options: CmsOptions) -> None:
        self._max_bytes = options.max_bytes
        self._include = GitIgnoreSpec.from_lines(options.include) if options.include else None
        self._exclude = GitIgnoreSpec.from_lines(options.exclude) if options.exclude else None

    def verdict(self, item: Item) -> tuple[str, str] | None:
        """Problem code and detail of one that is not."""
        path = item.attributes.get(PATH) or re.sub(r" .*", "", item.name, count=1)
        left_out = self._exclude is not None and self._exclude.match_file(path)
        if left_out or (self._include is not None and not self._include.match_file(path)):
            return "excluded", ""
        if self._max_bytes and item.size is not None and item.size > self._max_bytes and FILE in item.attributes:
            return "too-large", str(self._max_bytes)
        return None

    def leaves_out(self, place: str) -> bool:
        """Whether everything of a place (``users/``) is left out, so that it need not even be listed."""
        return self._exclude is not None and self._exclude.match_file(place)
