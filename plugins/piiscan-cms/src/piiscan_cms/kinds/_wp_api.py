"""The REST interface of a WordPress: where it is, who we are there, and lists page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from piiscan.errors import SourceError
from piiscan_cms.faults import FAULTS, RefusedError, error_code, refusal
from piiscan_cms.web import Answer, Web

PAGE = 100
"""Entries of a page: the most WordPress gives."""

PASSES = 3
"""How often a list is gone through while it changes under our hands."""

Record = dict[str, Any]


@dataclass(slots=True)
class Api:
    """Requests to one site's interface. `root` is its address; a site without rewriting has ``/?rest_route=/``."""

    web: Web
    root: str
    account: bool
    about: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 4

    def get(self, path: str, *, account: bool | None = None, **query: Any) -> tuple[Any, Mapping[str, str]]:
        """The JSON of an answer, and its headers. Raises SourceError; a refusal keeps WordPress' error code."""
        answer = self.web.get(self.url(path, **query), account=self.account if account is None else account)
        if answer.status != 200:
            raise refusal(answer.status, answer.body)
        return _json(answer), answer.headers

    def url(self, path: str, **query: Any) -> str:
        """The address of a route."""
        text = urlencode(
            {key: ",".join(map(str, v)) if isinstance(v, tuple) else v for key, v in query.items()}, safe=","
        )
        mark = "&" if "?" in self.root else "?"
        return f"{self.root}{path.lstrip('/')}" + (mark + text if text else "")

    def in_context(self, path: str) -> Any:
        """As an editor sees it where the account is one, else as visitors do."""
        if self.account:
            try:
                return self.get(path, context="edit")[0]
            except RefusedError as error:
                if error.code != "access-denied":
                    raise
        return self.get(path)[0]

    def refusal(self, route: str, context: str, statuses: tuple[str, ...]) -> RefusedError | None:
        """Why the account may not ask for entries in these statuses; None where it may."""
        try:
            self.get(route, context=context, status=statuses, per_page=1, _fields="id")
        except RefusedError as error:
            if error.status in {400, 401, 403}:
                return error
            raise
        return None

    def answers(self, route: str) -> bool:
        """Whether everybody may ask."""
        try:
            self.get(route, account=False, per_page=1, _fields="id")
        except RefusedError as error:
            if error.code == "try-later":
                raise
            return False
        return True

    def opens(self, url: str) -> bool:
        """Whether a file opens without an account."""
        try:
            response = self.web.open(url, {}, method="HEAD")
        except (SourceError, *FAULTS):
            return True  # whatever it is shows when files are read; until then the wider answer holds
        response.release_conn()
        return response.status not in {401, 403}


def connect(web: Web, *, account: bool) -> Api:
    """Find the interface, and check the account. Raises SourceError where there is none, or the account is refused."""
    try:
        found = _found(web, account=False)
    except RefusedError as error:
        # Some sites tell strangers nothing; a wrong password is sent once only, since sites lock out who tries again.
        if not account or error.status not in {401, 403}:
            raise
        found = _found(web, account=True)
    if not account:
        return found
    api = replace(found, account=True)
    try:
        api.get("/wp/v2/users/me", context="edit", _fields="id")
    except RefusedError as error:
        if not error.detail.endswith("rest_not_logged_in"):
            raise
        why = "a wrong or revoked application password, or a web server that does not pass on the Authorization header"
        raise RefusedError("access-denied", f"{error.detail}: {why}", error.status) from None
    return api


def _found(web: Web, *, account: bool) -> Api:
    site = web.address.url
    reasons = []
    for root in (f"{site}wp-json/", f"{site}?rest_route=/"):
        answer = web.get(
            f"{root}{'&' if '?' in root else '?'}_fields=namespaces,authentication,url,home", account=account
        )
        try:
            about = _json(answer) if answer.status == 200 else None
        except SourceError as error:
            about = None
            reasons.append(error.detail)
        if isinstance(about, dict) and "wp/v2" in (about.get("namespaces") or ()):
            return Api(web, root, account, about, web.options.concurrency)
        if answer.status in {401, 403} and error_code(answer.body):
            raise refusal(answer.status, answer.body)
        reasons += [f"HTTP {answer.status}"] if answer.status != 200 else []
    raise SourceError(
        "list-failed", f"no WordPress REST interface here ({', '.join(dict.fromkeys(reasons)) or 'other JSON'})"
    )


def _json(answer: Answer) -> Any:
    body = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        kind = "HTML" if body[:1] == b"<" else "something else"
        raise RefusedError("io-error", f"{kind} instead of JSON", answer.status) from None


@dataclass(slots=True)
class Listing:
    """One list, to its end. `problems` are what could not be had of it: (error, first and last place)."""

    api: Api
    path: str
    query: Mapping[str, Any]
    problems: list[SourceError] = field(default_factory=list)
    total: int = 0
    got: int = 0

    def records(self) -> Iterator[Record]:
        """Every record once, oldest first. Raises SourceError when the list cannot be begun.

        Pages shift when something is deleted meanwhile, so a list whose length changed is gone through again for what slipped by.
        """
        seen: set[Any] = set()
        for _ in range(PASSES):
            totals: list[int] = []
            for record in self._once(totals):
                if record.get("id") not in seen:
                    seen.add(record.get("id"))
                    yield record
            self.total, self.got = totals[-1] if totals else 0, len(seen)
            if len(set(totals)) <= 1:
                return
        self.problems.append(SourceError("list-failed", "the list kept changing"))

    def _once(self, totals: list[int]) -> Iterator[Record]:
        first, pages = self._first(totals)
        yield from first
        number = 2
        if (
            not pages
        ):  # nobody says how many there are: until there is no more, or nothing new (some lists have no pages)
            known = {record.get("id") for record in first}
            while found := [r for r in self._page(number, PAGE, totals) if r.get("id") not in known]:
                yield from found
                known |= {record.get("id") for record in found}
                number += 1
            return
        with ThreadPoolExecutor(self.api.threads) as pool:
            coming: list[Future[list[Record]]] = []
            while number <= pages or coming:
                while number <= pages and len(coming) < self.api.threads:
                    coming.append(pool.submit(self._page, number, PAGE, totals))
                    number += 1
                yield from coming.pop(0).result()

    def _first(self, totals: list[int]) -> tuple[list[Record], int]:
        try:
            found, headers = self._ask(1, PAGE)
        except RefusedError as error:
            if error.status != 500:
                raise
            # A page on which WordPress crashes: the sizes of the list by a page of one, then in smaller pieces.
            _, headers = self._ask(1, 1, _fields="id")
            found = self._page(1, PAGE, totals)
        total = headers.get("X-WP-Total", "")
        if not total.isdigit():
            return found, 0
        totals.append(int(total))
        self.total = int(total)
        return found, max(1, -(-int(total) // PAGE))

    def _page(self, number: int, size: int, totals: list[int]) -> list[Record]:
        """One page; where it crashes the server, its tenths, so that one bad entry costs only itself."""
        try:
            found, headers = self._ask(number, size)
        except RefusedError as error:
            if error.status == 400 and error.detail.endswith("_invalid_page_number"):
                totals.append(-1)  # fewer than there were: what moved to an earlier page was missed
                return []
            if error.status != 500:
                raise
            if size == 1:
                self.problems.append(SourceError(error.code, f"{error.detail} (entry {number})"))
                return []
            tenth = size // 10
            return [r for n in range((number - 1) * 10 + 1, number * 10 + 1) for r in self._page(n, tenth, totals)]
        if (total := headers.get("X-WP-Total", "")).isdigit():
            totals.append(int(total))
        return found

    def _ask(self, number: int, size: int, **more: Any) -> tuple[list[Record], Mapping[str, str]]:
        query: dict[str, Any] = (
            {"per_page": size, "page": number, "orderby": "id", "order": "asc"} | dict(self.query) | more
        )
        found, headers = self.api.get(self.path, **query)
        if not isinstance(found, list):
            raise RefusedError("io-error", "no list", 200)
        return [record for record in found if isinstance(record, dict)], headers
