"""The SMB source: folders, shares and whole servers as items, their files as content. It only ever reads."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError

from piiscan.errors import SourceError, UsageError
from piiscan.model import Content, Item, Problem
from piiscan.sources.paths import display_name
from piiscan_smb import credentials, listing, rights, rpc, wire
from piiscan_smb.accounts import Accounts
from piiscan_smb.client import Client
from piiscan_smb.content import FileContent, Window
from piiscan_smb.faults import fault, faults
from piiscan_smb.listing import UNASKED, Choice, Facts, RightsBook
from piiscan_smb.names import SCHEME, Place, folder_uri, from_uri, parse_target, to_uri
from piiscan_smb.options import SmbOptions


class _Live:
    """What one process holds open: never pickled, built on first need."""

    def __init__(self, options: SmbOptions) -> None:
        self.client = Client(options)
        self.accounts = Accounts(self.client)
        self.book = RightsBook(self.accounts)
        self.choice = Choice(options)
        self.window = Window(self.client, _open_options, options.prefetch_bytes)
        self.seen: dict[str, wire.Stamp] = {}
        atexit.register(_close, weakref.ref(self.client))


def _close(client: weakref.ref[Client]) -> None:
    alive = client()
    if alive is not None:
        alive.close()


def _open_options(item: Item) -> int:
    # A tiering system must not fetch anything because of a look that was not meant to read.
    offline = "offline" in item.attributes.get("smb.stored", "")
    return wire.NO_FOLDER if offline else wire.NO_FOLDER | wire.NO_RECALL


@dataclass(frozen=True, slots=True)
class _Folder:
    """One folder on the way: what it is called below the target, and what its share lets people do."""

    place: Place
    relative: str
    share: rights.Descriptor | None
    depth: int = 0


@dataclass(slots=True)
class SmbSource:
    """Files of a folder, of a share, or of every share of a server. See :class:`SmbOptions` for its settings."""

    kind: ClassVar[str] = "smb"
    schemes: ClassVar[tuple[str, ...]] = ("smb",)
    Options: ClassVar[type[BaseModel]] = SmbOptions

    place: Place
    name: str
    options: SmbOptions = field(default_factory=SmbOptions)
    _live: _Live | None = field(default=None, repr=False, compare=False)

    @classmethod
    def claims(cls, target: str) -> bool:
        """``smb://`` and everything below."""
        return target.lower().startswith(SCHEME)

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> SmbSource:
        """From ``smb://server/share/folder``. Raises UsageError, which repeats neither the target nor a value of an option."""
        place = parse_target(target)
        try:
            checked = SmbOptions.model_validate(dict(options or {}))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
            raise UsageError(f"an smb:// target has a wrong option: {wrong}") from None
        credentials.check(checked)
        return cls(place, name or to_uri(place), checked)

    def __reduce__(self) -> tuple[Callable[..., SmbSource], tuple[Any, ...]]:
        """Workers log on themselves, and find credentials themselves."""
        return SmbSource, (self.place, self.name, self.options)

    def close(self) -> None:
        """Log off; the source may be used again."""
        if self._live is not None:
            self._live.client.close()
            self._live = None

    def items(self) -> Iterator[Item | Problem]:
        """Every file of the target; see :class:`piiscan.protocols.Source`."""
        try:
            if not self.place.share:
                yield from self._server()
            elif self.options.survey:
                yield from self._surveyed(rpc.Share(self.place.share, "", disk=True, special=False), self.place)
            else:
                yield from self._share(self.place, "")
        except faults() as error:
            yield self._list_failed(self.place, error)

    def content(self, item: Item) -> Content:
        """The bytes of a file; opening raises SourceError."""
        live = self._connect()

        def seen(stamp: wire.Stamp) -> None:
            live.seen = {item.uri: stamp}

        ahead = live.window.take(item.uri)
        place = from_uri(item.uri)
        return FileContent(live.client, place, item.size, _open_options(item), seen, live.window).ahead(ahead)

    def prefetch(self, items: Sequence[Item]) -> None:
        """Ask for the small ones of these; see :class:`piiscan.protocols.Prefetches`."""
        self._connect().window.start((item.uri, from_uri(item.uri), item.size or 0, item) for item in items)

    def current_token(self, item: Item) -> str | None:
        """The change token of what was read last, known from the answers: asking again would cost a round trip for each file."""
        stamp = self._connect().seen.get(item.uri)
        if stamp is None or item.change_token is None:
            return item.change_token
        file_id = int(item.change_token.rpartition(":")[2], 16)
        return listing.token(stamp, file_id, self.options)

    def _connect(self) -> _Live:
        if self._live is None:
            self._live = _Live(self.options)
        return self._live

    def _list_failed(self, place: Place, error: Exception) -> Problem:
        # Ends with a slash: what a failed listing spares from being called gone is this folder, not its neighbour.
        meant = fault(error)
        detail = f"{meant.code} {meant.detail}".strip()
        return Problem(code="list-failed", detail=detail, item=folder_uri(place), source=self.name)

    # a server

    def _server(self) -> Iterator[Item | Problem]:
        """Its shares, each by itself: what goes wrong with one does not touch the others."""
        choice = self._connect().choice
        for share in rpc.shares(self._connect().client, self.place):
            place = Place(self.place.server, share.name.lower(), "", self.place.port)
            if not share.disk:
                continue  # printers and pipes hold no files
            if share.special and not self.options.admin_shares:
                yield from self._passed(share, place, "administrative share")
            elif choice.excludes(share.name, 0, folder=True):
                yield from self._passed(share, place, "")
            elif self.options.survey:
                yield from self._surveyed(share, place)
            else:
                try:
                    yield from self._share(place, share.name)
                except faults() as error:
                    yield self._list_failed(place, error)

    def _passed(self, share: rpc.Share, place: Place, detail: str) -> Iterator[Item | Problem]:
        item = Item(uri=folder_uri(place), source=self.name, name=display_name(share.name), kind="share")
        yield item
        yield Problem(code="excluded", detail=detail, item=item.uri, source=self.name)

    def _surveyed(self, share: rpc.Share, place: Place) -> Iterator[Item | Problem]:
        """A share with its rights, and no content."""
        live = self._connect()
        descriptor = rpc.share_rights(live.client, place)
        found = live.book.of_share(place, descriptor)
        try:
            facts = _root_facts(live.client, place)
            found |= live.book.of(place, facts.security, descriptor) if facts.security else {}
            opens = "yes" if not facts.failure else facts.failure
        except SourceError as error:
            opens = error.code
        if share.remark:
            found["smb.remark"] = share.remark
        found["smb.share"], found["smb.opens"] = share.name, opens
        item = Item(
            uri=folder_uri(place), source=self.name, name=display_name(share.name), kind="share", attributes=found
        )
        yield item
        yield Problem(code="excluded", detail="survey", item=item.uri, source=self.name)

    # a share

    def _share(self, place: Place, shown: str) -> Iterator[Item | Problem]:
        live = self._connect()
        entry = listing.entry_of(live.client, place)
        share = None
        if self.options.rights != "none":
            share = rpc.share_rights(live.client, live.client.resolved(place))
            if share is None:
                yield self._remark(place, "rights of the share")
        if not entry.attributes & listing.FOLDER:
            above = Place(place.server, place.share, place.path.rpartition("/")[0], place.port)
            yield from self._files(_Folder(above, shown, share), [entry])
            return
        pending = [_Folder(place, shown, share)]
        while pending:
            folder = pending.pop()
            below: list[_Folder] = []
            yield from self._folder(folder, below)
            pending += reversed(below)
        if live.accounts.silent(place):
            yield self._remark(place, "names of accounts")

    def _remark(self, place: Place, what: str) -> Problem:
        return Problem(code="rights-unknown", detail=what, item=folder_uri(place), source=self.name)

    def _folder(self, folder: _Folder, below: list[_Folder]) -> Iterator[Item | Problem]:
        client = self._connect().client
        inherited = UNASKED
        try:
            if self.options.rights == "folders":
                inherited = _root_facts(client, folder.place)
            for piece in client.names(folder.place):
                files = []
                for entry in piece:
                    if entry.attributes & listing.FOLDER:
                        yield from self._subfolder(folder, entry, below)
                    else:
                        files.append(entry)
                yield from self._files(folder, files, inherited)
        except faults() as error:
            yield self._list_failed(folder.place, error)

    def _subfolder(self, folder: _Folder, entry: wire.Entry, below: list[_Folder]) -> Iterator[Item | Problem]:
        place, relative = folder.place.below(entry.name), _below(folder.relative, entry.name)
        code = ""
        if listing.is_dfs_link(entry):
            code = "" if self.options.dfs else "symlink"
        elif listing.is_link(entry):
            code = "symlink"
        if not code and self._connect().choice.excludes(relative, entry.attributes, folder=True):
            code = "excluded"
        if not code:
            below.append(_Folder(place, relative, folder.share, folder.depth + 1))
            return
        item = Item(uri=to_uri(place), source=self.name, name=display_name(relative), kind="folder")
        yield item
        yield Problem(code=code, item=item.uri, source=self.name)

    def _files(
        self, folder: _Folder, entries: Sequence[wire.Entry], inherited: Facts = UNASKED
    ) -> Iterator[Item | Problem]:
        choice, options = self._connect().choice, self.options
        asked: dict[str, Facts] = {}
        if entries and (options.rights == "files" or options.streams):
            client = self._connect().client
            found = listing.ask_facts(client, folder.place, entries, streams=options.streams)
            asked = {entry.name: one for entry, one in zip(entries, found, strict=True)}
        for entry in entries:
            facts = asked.get(entry.name, inherited)
            if options.rights == "folders":
                facts = Facts(inherited.security, inherited.failure, facts.streams)
            relative = _below(folder.relative, entry.name)
            item = self._item(folder, entry, relative, facts)
            yield item
            verdict = choice.verdict(relative, entry)
            if verdict is not None:
                yield Problem(code=verdict[0], detail=verdict[1], item=item.uri, source=self.name)
                continue
            yield from self._streams(item, facts)

    def _streams(self, item: Item, facts: Facts) -> Iterator[Item | Problem]:
        """Alternate data streams as items of their own, kept apart from names that hold a colon by their kind."""
        place = from_uri(item.uri)
        for name, size in facts.streams:
            uri = to_uri(Place(place.server, place.share, f"{place.path}:{name}", place.port))
            yield Item(
                uri=uri,
                source=self.name,
                name=f"{item.name}:{display_name(name)}",
                kind="stream",
                size=size,
                modified=item.modified,
                change_token=None if item.change_token is None else f"{size}:{item.change_token.partition(':')[2]}",
                attributes=item.attributes,
            )

    def _item(self, folder: _Folder, entry: wire.Entry, relative: str, facts: Facts) -> Item:
        found = listing.described(entry.attributes)
        if self.options.rights != "none":
            if facts.security:
                found |= self._connect().book.of(folder.place, facts.security, folder.share)
            else:
                found["access.breadth"] = "unknown"
            if self.options.rights == "folders":
                found["access.of"] = "folder"
        if entry.attributes & listing.OFFLINE:
            found["smb.stored"] = "offline"
        if facts.streams:
            found["smb.streams"] = ", ".join(sorted(name for name, _ in facts.streams))
        return Item(
            uri=to_uri(folder.place.below(entry.name)),
            source=self.name,
            name=display_name(relative),
            size=entry.stamp.size,
            modified=listing.moment(entry.stamp.written),
            change_token=listing.token(entry.stamp, entry.file_id, self.options),
            attributes=found,
        )


def _below(relative: str, name: str) -> str:
    return f"{relative}/{name}" if relative else name


def _root_facts(client: Client, place: Place) -> Facts:
    """The rights of a folder itself."""
    entry = wire.Entry("", 0, wire.Stamp(0, 0, 0), 0, 0)
    return listing.ask_facts(client, place, [entry], streams=False)[0]
