"""HTTP that only reads: one site, its own host, TLS verified, bounded answers, patience with busy servers.

By construction: every request goes through :func:`check_reads`, which refuses before anything is sent what is not GET, HEAD or OPTIONS, and the two
ways in which WordPress and others let a GET stand for another method. Redirects are followed only on the same host.
"""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import urllib3
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, make_headers

from piiscan.errors import PiiscanError, SourceError
from piiscan_cms.address import Address
from piiscan_cms.credentials import Login
from piiscan_cms.faults import BUSY, FAULTS, RefusedError, fault, refusal, retry_after
from piiscan_cms.options import CmsOptions

METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ANSWER_BYTES = 64 * 1024**2
"""No answer of an interface is longer; files are read in other ways."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_CHUNK = 256 * 1024
_PORTS = {"http": 80, "https": 443}


class ReadOnlyError(PiiscanError):
    """Something tried to send a request that could change the site: a mistake in this program."""


def check_reads(method: str, url: str, headers: Mapping[str, str], body: object) -> None:
    """Raise ReadOnlyError for everything that does not merely read."""
    overridden = any(
        name.lower() in {"x-http-method-override", "x-http-method", "x-method-override"} for name in headers
    )
    overridden |= any(
        name.lower().lstrip() == "_method" for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)
    )
    if method.upper() not in METHODS or overridden or body:
        raise ReadOnlyError("only requests that read are sent to a scanned site")


class _Manager(urllib3.PoolManager):
    """urllib3's one way out, with the check in front; a redirect is an answer like others."""

    def urlopen(self, method: str, url: str, redirect: bool = False, **kw: Any) -> BaseHTTPResponse:  # type: ignore[override]  # noqa: ARG002
        check_reads(method, url, kw.get("headers") or {}, kw.get("body") or kw.get("fields"))
        return super().urlopen(method, url, redirect=False, **kw)


class _ProxyManager(urllib3.ProxyManager):
    """The same through a company's proxy."""

    def urlopen(self, method: str, url: str, redirect: bool = False, **kw: Any) -> BaseHTTPResponse:  # type: ignore[override]  # noqa: ARG002
        check_reads(method, url, kw.get("headers") or {}, kw.get("body") or kw.get("fields"))
        return super().urlopen(method, url, redirect=False, **kw)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Web:
    """Requests to one site. Thread-safe."""

    def __init__(self, address: Address, options: CmsOptions, account: Login | None = None) -> None:
        self.address = address
        self.options = options
        self._account = account
        self._pool = _manager(address, options)

    def close(self) -> None:
        """Give connections back."""
        self._pool.clear()

    def get(self, url: str, *, account: bool = False, limit: int = ANSWER_BYTES) -> Answer:
        """A whole answer, whatever its status but for those of a busy server, which is asked again. Raises SourceError."""
        waited = 0.0
        for attempt in range(1, self.options.attempts + 1):
            last = attempt == self.options.attempts
            wait: float | None = None
            try:
                answer = self._whole(url, account=account, limit=limit)
                if answer.status not in BUSY:
                    return answer
                problem: SourceError = refusal(answer.status, answer.body)
                wait = retry_after(answer.headers)
                # A page that crashes does so again: once more is enough.
                last |= answer.status == 500 and attempt >= 2
            except FAULTS as error:
                problem = fault(error)
            pause = wait if wait is not None else backoff(attempt)
            if problem.code != "try-later" or last or waited + pause > self.options.patience:
                raise problem from None
            time.sleep(pause)
            waited += pause
        raise AssertionError

    def open(
        self, url: str, headers: Mapping[str, str], *, method: str = "GET", account: bool = False
    ) -> BaseHTTPResponse:
        """One attempt, redirects within the site followed; the caller reads and releases it. Raises urllib3's exceptions and SourceError."""
        sent = {"User-Agent": "piiscan-cms", **headers}
        for _ in range(_MOST_REDIRECTS + 1):
            self.check_host(url)
            own = self._account if account and self.is_own(url) else None
            more = make_headers(basic_auth=f"{own.user}:{own.password}".encode().decode("latin-1")) if own else {}
            answer = self._pool.urlopen(method, url, headers=sent | more, preload_content=False, retries=False)
            location = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not location:
                return answer
            answer.drain_conn()
            answer.release_conn()
            url = urljoin(url, location)
        raise SourceError("io-error", "too many redirects")

    def is_own(self, url: str) -> bool:
        """Whether an address is the site's own: same host, same port, and no weaker than the target's."""
        scheme, host, port = _place(url)
        here = self.address
        stronger = here.scheme == "http" and scheme == "https" and (here.port, port) == (80, 443)
        return host == here.host and ((scheme, port) == (here.scheme, here.port) or stronger)

    def check_host(self, url: str) -> None:
        """Raise SourceError for a host that nobody allowed: an answer must not send this program around the company's network."""
        scheme, host, _ = _place(url)
        if self.is_own(url) or (scheme in _PORTS and host in self.options.file_hosts):
            return
        raise RefusedError("access-denied", f"leads to another host ({_plain(host)}), which is not followed", 0)

    def own(self, url: str) -> str:
        """The same address as the site is spoken to here: a site that calls itself http is asked by https all the same."""
        parts = urlsplit(url)
        _, host, port = _place(url)
        same = (
            host == self.address.host and parts.scheme in _PORTS and (parts.port is None or port == self.address.port)
        )
        return self.address.origin + url[len(parts.scheme) + 3 + len(parts.netloc) :] if same else url

    def _whole(self, url: str, *, account: bool, limit: int) -> Answer:
        response = self.open(url, {"Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip"}, account=account)
        try:
            body = bytearray()
            while chunk := response.read(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > limit:
                    response.close()
                    raise SourceError("limit-bytes", f"an answer of more than {limit} bytes")
            return Answer(response.status, response.headers, bytes(body))
        finally:
            response.release_conn()


def backoff(attempt: int) -> float:
    """Seconds to wait after so many failures: longer each time, and not all workers at once."""
    return min(0.25 * 3.0 ** (attempt - 1), 20.0) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries


def _place(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def _plain(host: str) -> str:
    return "".join(c for c in host if c.isascii() and (c.isalnum() or c in ".-"))[:100]


def _manager(address: Address, options: CmsOptions) -> urllib3.PoolManager:
    """A manager with verified TLS, through the company's proxy where the environment names one."""
    settings: dict[str, Any] = {
        "timeout": Timeout(connect=min(options.timeout, 10.0), read=options.timeout),
        "maxsize": 2 * options.concurrency + 2,  # files and records are fetched ahead side by side
        "block": False,
        "cert_reqs": "CERT_REQUIRED",
        "ca_certs": options.ca_file or None,
    }
    proxy = urllib.request.getproxies().get(address.scheme, "")
    if proxy and not address.is_local and not urllib.request.proxy_bypass(address.host):
        return _ProxyManager(proxy, **settings)
    return _Manager(**settings)
