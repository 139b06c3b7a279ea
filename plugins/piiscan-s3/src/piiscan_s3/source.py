"""The S3 source: buckets and prefixes as items, their objects as content. It only ever lists, gets and heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pathspec import GitIgnoreSpec
from pydantic import BaseModel, ValidationError

from piiscan.errors import SourceError, UsageError
from piiscan.model import Content, Item, Problem
from piiscan.sources.paths import display_name
from piiscan_s3 import details, inventory_report, listing
from piiscan_s3.bucket import Bucket, describe
from piiscan_s3.client import Client, close, make_client
from piiscan_s3.content import Fetcher, ObjectContent
from piiscan_s3.faults import fault, faults
from piiscan_s3.inventory_report import Report
from piiscan_s3.listing import Entry, payer
from piiscan_s3.names import SCHEME, Place, from_uri, parse_target, to_uri
from piiscan_s3.options import S3Options
from piiscan_s3.prefetch import Prefetcher

ARCHIVED = {"GLACIER", "DEEP_ARCHIVE", "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"}
"""Classes whose objects must be restored before they can be read."""

DETAIL_PAGE = 256


@dataclass(slots=True)
class _Live:
    """What one process holds open: never pickled, built on first need."""

    client: Client
    fetcher: Fetcher
    prefetcher: Prefetcher
    buckets: dict[str, Bucket] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class S3Source:
    """Objects of a bucket, of a prefix, or of every bucket (`place` without a bucket). See :class:`S3Options` for its settings."""

    kind: ClassVar[str] = "s3"
    schemes: ClassVar[tuple[str, ...]] = ("s3",)
    Options: ClassVar[type[BaseModel]] = S3Options

    place: Place
    name: str
    options: S3Options = field(default_factory=S3Options)
    _live: _Live | None = field(default=None, repr=False, compare=False)

    @classmethod
    def claims(cls, target: str) -> bool:
        """``s3://`` and everything below."""
        return target.lower().startswith(SCHEME)

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> S3Source:
        """From ``s3://bucket/prefix``. Raises UsageError, which repeats neither the target nor a value of an option."""
        place = parse_target(SCHEME + target[len(SCHEME) :])
        try:
            checked = S3Options.model_validate(dict(options or {}))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
            raise UsageError(f"an s3:// target has a wrong option: {wrong}") from None
        if checked.inventory and not place.bucket:
            raise UsageError("the option inventory needs a target with a bucket")
        return cls(place, name or (to_uri(place) if place.bucket else SCHEME), checked)

    def __reduce__(self) -> tuple[Callable[..., S3Source], tuple[Any, ...]]:
        """Workers build their own clients, and find credentials themselves."""
        return S3Source, (self.place, self.name, self.options)

    def close(self) -> None:
        """Give connections and threads back; the source may be used again."""
        if self._live is not None:
            self._live.prefetcher.close()
            close(self._live.client)
            self._live = None

    def items(self) -> Iterator[Item | Problem]:
        """Every object of the target, page by page; see :class:`piiscan.protocols.Source`."""
        try:
            client = self._connect().client
            if self.place.bucket:
                yield from self._bucket(self.place)
                return
            for name in listing.buckets(client):
                yield from self._bucket(Place(name))
        except faults() as error:
            yield self._list_failed(self.place, fault(error))
        except SourceError as error:
            yield self._list_failed(self.place, error)

    def content(self, item: Item) -> Content:
        """The bytes of an object; opening raises SourceError."""
        live = self._connect()

        def seen(etag: str, size: int) -> None:
            live.seen = {item.uri: (etag, size)}

        ready = live.prefetcher.take(item.uri)
        return ObjectContent(live.fetcher, from_uri(item.uri), item.size, ready=ready, seen=seen)

    def prefetch(self, items: Sequence[Item]) -> None:
        """Start fetching the small ones of these; see :class:`piiscan.protocols.Prefetches`."""
        prefetcher = self._connect().prefetcher
        prefetcher.start((item.uri, from_uri(item.uri), item.size or 0) for item in items)

    def current_token(self, item: Item) -> str | None:
        """The change token of what was read last, known from the answers to its requests: asking again would cost one for each object."""
        state = self._connect().seen.get(item.uri)
        if state is None or item.change_token is None:
            return item.change_token
        etag, size = state
        listed, _, version = item.change_token.rpartition(":")
        known, _, _ = listed.rpartition(":")
        # A store that gives no etag here or there leaves the size to go by.
        etag = known if not etag or known.startswith("@") else etag
        return f"{etag}:{size}:{version}"

    def _connect(self) -> _Live:
        if self._live is None:
            try:
                client = make_client(self.options)
            except ValueError:
                raise SourceError("list-failed", "wrong endpoint or region") from None
            except faults() as error:
                raise fault(error) from None
            fetcher = Fetcher(client, payer(self.options), self.options.attempts)
            prefetcher = Prefetcher(fetcher, self.options.concurrency, self.options.prefetch_bytes)
            self._live = _Live(client, fetcher, prefetcher)
        return self._live

    def _list_failed(self, place: Place, error: SourceError) -> Problem:
        known = error.code != "list-failed"
        detail = f"{error.code} {error.detail}".strip() if known else error.detail
        uri = to_uri(Place(place.bucket, place.key)) if place.bucket else SCHEME
        return Problem(code="list-failed", detail=detail, item=uri, source=self.name)

    def _bucket(self, place: Place) -> Iterator[Item | Problem]:
        """The objects of one bucket; what goes wrong with it does not touch the others."""
        live = self._connect()
        try:
            report = self._report(live, place)
            if report is not None:
                taken = f"{report.taken:%Y-%m-%dT%H:%MZ}"
                yield Problem(code="listing-dated", detail=taken, item=to_uri(place), source=self.name)
            entries = self._entries(live, place, report)
            bucket: Bucket | None = None
            for group in _groups(entries):
                if bucket is None:
                    bucket = self._described(live, place.bucket)
                    yield from self._remarks(bucket)
                yield from self._group(live, place, bucket, group)
        except faults() as error:
            yield self._list_failed(place, fault(error))
        except SourceError as error:
            yield self._list_failed(place, error)

    def _entries(self, live: _Live, place: Place, report: Report | None) -> Iterator[Entry]:
        if report is not None:
            found = inventory_report.entries(report, live.fetcher, place.key, versions=self.options.versions)
        else:
            found = listing.entries(live.client, place, self.options)
        return (e for e in found if e.version == place.version) if place.version else found

    def _report(self, live: _Live, place: Place) -> Report | None:
        address = self.options.inventory
        return inventory_report.find(live.client, live.fetcher, address, place.bucket) if address else None

    def _described(self, live: _Live, name: str) -> Bucket:
        if name not in live.buckets:
            live.buckets[name] = describe(live.client, name, rights=self.options.rights)
        return live.buckets[name]

    def _remarks(self, bucket: Bucket) -> Iterator[Problem]:
        if bucket.unread:
            uri = to_uri(Place(bucket.name))
            yield Problem(code="rights-unknown", detail=", ".join(bucket.unread), item=uri, source=self.name)

    def _group(self, live: _Live, place: Place, bucket: Bucket, group: list[Entry]) -> Iterator[Item | Problem]:
        choice = _Choice(self.options)
        folder = place.key.rpartition("/")[0]
        relative = [entry.key[len(folder) + 1 if folder else 0 :] for entry in group]
        verdicts = [choice.verdict(entry, name) for entry, name in zip(group, relative, strict=True)]
        more = self._details(live, place.bucket, group, verdicts)
        for entry, name, verdict, extra in zip(group, relative, verdicts, more, strict=True):
            item = self._item(bucket, entry, name, extra)
            yield item
            if verdict is not None:
                yield Problem(code=verdict[0], detail=verdict[1], item=item.uri, source=self.name)

    def _details(
        self, live: _Live, bucket: str, group: list[Entry], verdicts: Iterable[object]
    ) -> list[details.Details]:
        """What is asked for every object, several at a time; nothing for those that are left out anyway."""
        wanted = self.options.details
        if not wanted:
            return [details.NOTHING] * len(group)

        def ask(pair: tuple[Entry, object]) -> details.Details:
            entry, verdict = pair
            if verdict is not None:
                return details.NOTHING
            version = entry.version if entry.old else ""
            return details.ask(live.client, Place(bucket, entry.key, version), wanted, payer(self.options))

        with ThreadPoolExecutor(self.options.concurrency) as pool:
            return list(pool.map(ask, zip(group, verdicts, strict=True)))

    def _item(self, bucket: Bucket, entry: Entry, relative: str, extra: details.Details) -> Item:
        name = relative or entry.key
        if not self.place.bucket:
            name = f"{bucket.name}/{name}"
        rights = bucket.rights.of(entry.key, extra.acl) if self.options.rights else {}
        version = entry.version if entry.old or self.place.version else ""
        marked = f" ({entry.version})" if version else ""
        return Item(
            uri=to_uri(Place(bucket.name, entry.key, version)),
            source=self.name,
            name=display_name(name) + marked,
            kind="folder" if entry.key.endswith("/") and entry.size == 0 else "object",
            size=entry.size,
            modified=entry.modified,
            change_token=entry.token,
            attributes={**bucket.attributes, **rights, **_facts(entry), **extra.attributes},
        )


def _groups(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Entries in groups. What came before a listing broke off is handed on before its error."""
    group: list[Entry] = []
    try:
        for entry in entries:
            group.append(entry)
            if len(group) >= DETAIL_PAGE:
                yield group
                group = []
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def _facts(entry: Entry) -> dict[str, str]:
    found = {"s3.storage-class": entry.storage_class}
    if entry.owner:
        found["s3.owner"] = entry.owner
    if entry.encryption:
        found["s3.encryption"] = entry.encryption
    if entry.version and entry.version != "null":
        found["s3.version"] = entry.version
    if entry.old:
        found["s3.version-state"] = "deleted" if entry.deleted else "old"
    return found


class _Choice:
    """Which objects are read."""

    def __init__(self, options: S3Options) -> None:
        self._options = options
        self._include = GitIgnoreSpec.from_lines(options.include) if options.include else None
        self._exclude = GitIgnoreSpec.from_lines(options.exclude) if options.exclude else None

    def verdict(self, entry: Entry, relative: str) -> tuple[str, str] | None:
        """Problem code and detail of one that is not."""
        path = relative.lstrip("/")
        options = self._options
        if self._exclude is not None and self._exclude.match_file(path):
            return "excluded", ""
        if self._include is not None and not self._include.match_file(path):
            return "excluded", ""
        if entry.storage_class in options.skip_storage_classes:
            return "excluded", entry.storage_class
        if entry.storage_class in ARCHIVED and not entry.restored:
            return "offline", entry.storage_class
        if options.max_bytes and entry.size is not None and entry.size > options.max_bytes:
            return "too-large", str(options.max_bytes)
        return None
