"""WordPress by its REST interface: pages of all types, the media library, comments and users. It only ever asks."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from piiscan.errors import SourceError
from piiscan.model import Item, Problem, Reading
from piiscan.protocols import ReadContext
from piiscan_cms import attributes as a
from piiscan_cms.faults import RefusedError
from piiscan_cms.kinds._wp_api import Api, Listing, Record, connect
from piiscan_cms.kinds._wp_items import MEDIA_FIELDS, POST_FIELDS, ROUTE, Builder, Kind
from piiscan_cms.kinds._wp_people import TABLES, Rows, Table
from piiscan_cms.kinds._wp_texts import captions, texts
from piiscan_cms.kinds._wp_usage import Uses, addresses
from piiscan_cms.options import CmsOptions
from piiscan_cms.source import CmsSource

GROUP = 50
"""Entries that are fetched ahead by one request."""

UNUSED_TYPES = frozenset({"wp_global_styles", "wp_font_family", "wp_font_face"})
"""Types that hold colours and letters only."""

_MEDIA = ("inherit", "private", "trash")


class WordPressOptions(CmsOptions):
    """Options of a ``wordpress`` target, besides those of every CMS.

    `statuses` limits posts to some (``publish``, ``private``, ``draft``, ``pending``, ``future``, ``trash``, a plugin's own); without it all that the
    account may see. `sizes` reads the scaled versions of pictures too, as items of their own. `usage` finds out on which pages a picture is used.
    Lists of comments and users of more than `token_rows` are read in every run, since only reading them tells whether they changed.
    """

    statuses: tuple[str, ...] = ()
    sizes: bool = False
    usage: bool = True
    token_rows: int = Field(default=10_000, ge=0)


@dataclass(slots=True)
class WordPressSource(CmsSource):
    """A WordPress site. See :class:`WordPressOptions` for its settings."""

    kind: ClassVar[str] = "wordpress"
    schemes: ClassVar[tuple[str, ...]] = ("wordpress+https", "wordpress+http")
    Options: ClassVar[type[BaseModel]] = WordPressOptions

    # listing

    def entries(self) -> Iterator[Item | Problem]:
        """Posts of all types first, since they say where pictures are used; then pictures, comments, users."""
        api, builder = self._api(), self._builder()
        yield from self._remarks(api)
        uses = Uses()
        for kind in self._kinds(api):
            yield from self._guarded(f"{kind.base}/", self._posts(api, builder, kind, uses), api)
        if self.wants("media/"):
            yield from self._guarded("media/", self._media(api, builder, uses), api)
        for table in TABLES:
            if self.address.chosen(table.path):
                yield from self._guarded(table.path, self._people(api, builder, table), api)

    def _guarded(self, place: str, entries: Iterator[Item | Problem], api: Api) -> Iterator[Item | Problem]:
        """What goes wrong with one list does not touch the others; that visitors may not see everything is no failure, but is said."""
        try:
            yield from entries
        except SourceError as error:
            yield self._unseen(error, place, api)

    def _unseen(self, error: SourceError, place: str, api: Api) -> Problem:
        if api.account or error.code != "access-denied":
            return self.list_failed(error, place)
        return Problem(code="not-visible", detail=error.detail, item=self.address.uri(place), source=self.name)

    def _remarks(self, api: Api) -> Iterator[Problem]:
        """What cannot be seen at all, so that nobody takes it for nothing."""
        unseen = []
        if not api.account:
            unseen.append("no account: drafts, private pages, addresses of users and comments")
        if any(str(n).startswith("wc/") for n in api.about.get("namespaces") or ()):
            unseen.append("WooCommerce: orders and customers are in the database only")
        for detail in unseen:
            yield Problem(code="not-visible", detail=detail, item=self.address.base, source=self.name)

    def _kinds(self, api: Api) -> Iterator[Kind]:
        """Types that the interface offers. Visitors are told of all of them, an account in its own context only of those it may edit."""
        found, _ = api.get("/wp/v2/types")
        known = api.in_context("/wp/v2/types")
        for name, one in found.items() if isinstance(found, dict) else ():
            base, space = str(one.get("rest_base") or name), str(one.get("rest_namespace") or "wp/v2")
            if name == "attachment" or name in UNUSED_TYPES or not self._listed(f"{base}/"):
                continue
            route = f"/{space}/{base}"
            yield Kind(base, route, bool(known.get(name, one).get("viewable")) or api.answers(route))

    def _listed(self, place: str) -> bool:
        """Whether a type must be gone through: for itself, or for the pictures on its pages."""
        whole_media = self.address.part.rstrip("/") in {"", "media"}
        return self.address.chosen(place) or (self.options.usage and whole_media and self.wants("media/"))

    def _statuses(self, api: Api) -> tuple[str, ...]:
        extra = self.live().extra
        if "statuses" not in extra:
            extra["statuses"] = self.options.statuses or tuple(api.in_context("/wp/v2/statuses"))
        found: tuple[str, ...] = extra["statuses"]
        return found

    def _posts(self, api: Api, builder: Builder, kind: Kind, uses: Uses) -> Iterator[Item | Problem]:
        place = f"{kind.base}/"
        wanted = self._statuses(api)
        fields = POST_FIELDS if self.options.usage else POST_FIELDS.replace("content.raw,", "")
        missed: list[SourceError] = []
        for record in self._records(api, kind.route, wanted, fields, missed):
            content = record.get("content")
            text = str(content.get("raw") or content.get("rendered") or "") if isinstance(content, dict) else ""
            featured = record.get("featured_media")
            uses.add(builder.page(record, kind), text, featured if isinstance(featured, int) else 0)
            if self.address.chosen(place):
                yield builder.post(record, kind, self._owner(api, record))
        yield from (self._unseen(error, place, api) for error in missed)

    def _media(self, api: Api, builder: Builder, uses: Uses) -> Iterator[Item | Problem]:
        route = "/wp/v2/media"
        missed: list[SourceError] = []
        tried = False
        for record in self._records(api, route, _MEDIA, MEDIA_FIELDS, missed):
            record["source_url"] = api.web.own(str(record.get("source_url") or ""))
            if not tried:
                builder, tried = self._builder(files_open=api.opens(record["source_url"])), True
            pages = uses.of(record["id"], addresses(record)) if isinstance(record.get("id"), int) else []
            item = builder.media(record, self._owner(api, record), pages, route)
            if item is not None:
                yield item
                yield from builder.sizes(item, record) if self.options.sizes else ()
        yield from (self._unseen(error, "media/", api) for error in missed)

    def _records(
        self, api: Api, route: str, wanted: tuple[str, ...], fields: str, missed: list[SourceError]
    ) -> Iterator[Record]:
        """The entries of a type in these statuses, and into `missed` what could not be had. Raises SourceError where the account may see nothing.

        In its own context an account is shown only what it may edit, which can be less than visitors see: so those are asked for as well.
        """
        public = ("inherit",) if wanted == _MEDIA else ("publish",)
        listing, records, refused = self._begun(api, route, wanted, public, fields)
        seen: set[Any] = set()
        total = 0
        while True:
            for record in records:
                if record.get("id") not in seen:
                    seen.add(record.get("id"))
                    yield record
            missed += listing.problems
            total = max(total, listing.total)
            if listing.query["context"] == "view" or total <= len(seen) or listing.problems:
                break
            listing = self._listing(api, route, "view", public, fields)
            records = listing.records()
        missed += refused
        if total > len(seen) and not missed:
            missed.append(SourceError("access-denied", f"{total - len(seen)} entries are not shown"))

    def _begun(
        self, api: Api, route: str, wanted: tuple[str, ...], public: tuple[str, ...], fields: str
    ) -> tuple[Listing, Iterator[Record], list[SourceError]]:
        """A list whose first page is there: what is refused is refused by now."""
        way: tuple[str, tuple[str, ...], list[SourceError]] = (
            ("edit", wanted, []) if api.account else ("view", public, [])
        )
        while True:
            context, statuses, refused = way
            listing = self._listing(api, route, context, statuses, fields)
            records = listing.records()
            try:
                first = next(records, None)
            except RefusedError as error:
                if refused or not api.account or error.status not in {400, 401, 403}:
                    raise
                way = self._way(api, route, wanted)
            else:
                return listing, chain([] if first is None else [first], records), refused

    def _listing(self, api: Api, route: str, context: str, statuses: tuple[str, ...], fields: str) -> Listing:
        own = (
            fields
            if context == "edit"
            else fields.replace("content.raw", "content.rendered").replace("excerpt.raw,", "")
        )
        one = self._one(route.rpartition("/")[2])
        return Listing(api, route, {"context": context, "status": statuses, "_fields": own} | one)

    def _one(self, base: str) -> dict[str, str]:
        """The query for the single entry that a target may mean."""
        own, _, number = self.address.part.partition("/")
        number = number.partition("/")[0]
        return {"include": number} if own == base and number.isdigit() else {}

    def _missed(self, listing: Listing, refused: list[SourceError], place: str) -> Iterator[Problem]:
        """What a list did not show."""
        for error in refused + listing.problems:
            yield self.list_failed(error, place)
        hidden = listing.total - listing.got
        if hidden > 0 and not listing.problems:
            yield self._unseen(SourceError("access-denied", f"{hidden} entries are not shown"), place, listing.api)

    def _people(self, api: Api, builder: Builder, table: Table) -> Iterator[Item | Problem]:
        account = table.kept
        if table.kept and not api.account:
            return
        if not table.kept and not api.answers(table.route):
            if not api.account or table.path == "users/listed":
                return  # nobody sees a list of users: nothing is shown
            account = True
        rows = Rows(api, table, account)
        item = Item(
            uri=self.address.uri(table.path),
            source=self.name,
            name=table.path,
            kind="table",
            attributes={
                a.TYPE: table.path.partition("/")[0],
                a.EDIT: f"{builder.admin}{'users' if 'users' in table.path else 'edit-comments'}.php",
                a.PATH: table.path,
                "cms.as": "account" if account else "everybody",
                **builder.rights("group" if table.kept else "public", table.principals),
            },
        )
        total, token = rows.digest(self._secret(), self.options.token_rows) if self.wants(table.path) else (0, None)
        yield Item(**{f: getattr(item, f) for f in ("uri", "source", "name", "kind")}, change_token=token,
                   attributes={**item.attributes, "cms.rows": str(total)})  # fmt: skip

    # reading

    def read(self, item: Item, context: ReadContext) -> Iterator[Reading]:
        """The texts of a page, the captions of a picture, the rows of comments and users. Raises SourceError."""
        path = self.address.part_of(item.uri)
        table = next((t for t in TABLES if t.path == path), None)
        if table is not None:
            yield from Rows(self._api(), table, item.attributes.get("cms.as") == "account").segment(context)
            return
        if "cms.version_of" in item.attributes:
            return
        record = self._record(item)
        self.live().seen[item.uri] = self._builder().token(record)
        yield from captions(record) if a.FILE in item.attributes else texts(record, context)

    def fetch_records(self, items: Sequence[Item]) -> Mapping[str, Callable[[], Any]]:
        """Entries of one type and status, many by one request."""
        groups: dict[tuple[str, str], list[str]] = {}
        for item in items:
            number = self.address.part_of(item.uri).partition("/")[2]
            if ROUTE in item.attributes and number.isdigit():
                groups.setdefault((item.attributes[ROUTE], item.attributes[a.STATUS]), []).append(number)
        wanted: dict[str, Callable[[], Any]] = {}
        for (route, status), numbers in groups.items():
            for start in range(0, len(numbers), GROUP):
                some = tuple(numbers[start : start + GROUP])
                fetch = self._group(route, status, some)
                wanted |= {f"{route}/{number}": fetch for number in some[:1]}
                self.live().extra |= {f"{route}/{number}": f"{route}/{some[0]}" for number in some}
        return wanted

    def _group(self, route: str, status: str, numbers: tuple[str, ...]) -> Callable[[], dict[str, Record]]:
        def fetch() -> dict[str, Record]:
            api = self._api()
            context = "edit" if api.account else "view"
            try:
                found, _ = api.get(route, include=numbers, status=status, context=context, per_page=GROUP)
            except SourceError:
                return {}  # each is asked for by itself then, and the reason is its own
            return {str(record.get("id")): record for record in found if isinstance(record, dict)}

        return fetch

    def _record(self, item: Item) -> Record:
        """The entry of an item, as it is now."""
        number = self.address.part_of(item.uri).partition("/")[2]
        route = item.attributes[ROUTE]
        live = self.live()
        ahead = live.records.look(live.extra.get(f"{route}/{number}", ""))
        if ahead is not None and not ahead.cancelled() and (record := ahead.result().get(number)) is not None:
            return dict(record, source_url=live.web.own(str(record.get("source_url") or "")))
        found = self._api().in_context(f"{route}/{number}")
        if not isinstance(found, dict):
            raise SourceError("io-error", "no entry")
        return found | {"source_url": live.web.own(str(found.get("source_url") or ""))}

    # the site

    def _api(self) -> Api:
        """The interface, with the account checked once: a wrong password is asked about once, since sites lock out who tries again."""
        live = self.live()
        if "api" not in live.extra:
            with_account = live.extra["account"] is not None
            if "refused" in live.extra:
                raise live.extra["refused"]
            try:
                api = connect(live.web, account=with_account)
            except RefusedError as error:
                live.extra["refused"] = error
                raise
            live.extra["api"] = api
        found: Api = live.extra["api"]
        return found

    def _builder(self, *, files_open: bool = True) -> Builder:
        live = self.live()
        api = self._api()
        core = live.web.own(str(api.about.get("url") or "")).rstrip("/")
        admin = f"{core if live.web.is_own(core) else self.address.url.rstrip('/')}/wp-admin/"
        return Builder(self.address, self.name, self.options.audience, admin, self._secret(), files_open)

    def _secret(self) -> bytes:
        """Keys the digests in change tokens, and is never in the inventory; without an account everything is public anyway."""
        account = self.live().extra["account"]
        return hashlib.sha256(b"piiscan-cms " + (account.password.encode() if account else b"")).digest()

    def _owner(self, api: Api, record: Record) -> str:
        """The short name of who wrote or uploaded something, where it is visible."""
        number = record.get("author")
        known: dict[Any, str] = self.live().extra.setdefault("owners", {})
        if number not in known:
            known[number] = f"user {number}" if number else ""
            if number:
                with contextlib.suppress(SourceError, KeyError, TypeError, ValueError):
                    known[number] = (
                        str(api.get(f"/wp/v2/users/{int(number)}", _fields="slug")[0]["slug"]) or known[number]
                    )
        return known[number]

    def _way(self, api: Api, route: str, wanted: tuple[str, ...]) -> tuple[str, tuple[str, ...], list[SourceError]]:
        """Context and statuses that the account may ask for, and what it may not. Raises SourceError where it may nothing."""
        refused: list[SourceError] = []
        for context in ("edit", "view"):
            errors = {status: api.refusal(route, context, (status,)) for status in wanted}
            allowed = tuple(status for status, error in errors.items() if error is None)
            refusals = {status: error for status, error in errors.items() if error is not None}
            if refusals and not refused:
                first = next(iter(refusals.values()))
                refused.append(SourceError(first.code, f"{first.detail} ({', '.join(refusals)})"))
            if allowed:
                return context, allowed, refused
        raise refused[0]


SOURCE = WordPressSource
