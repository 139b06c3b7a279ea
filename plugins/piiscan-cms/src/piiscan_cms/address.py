"""Between what a person writes, the addresses that are fetched, and the URIs that name items.

A target is ``<kind>+https://host/path``; an item is the same with a fragment: ``wordpress+https://shop.example/blog/#media/12``. A target may have
a fragment too, and then stands for what is below it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from piiscan.errors import UsageError

_PORTS = {"http": 80, "https": 443}
_SAFE = "/~-._"


@dataclass(frozen=True, slots=True)
class Address:
    """A site: kind of CMS, ``http`` or ``https``, host, port, and the folder it lies in (begins and ends with ``/``); what of it is meant."""

    kind: str
    scheme: str
    host: str
    port: int
    folder: str = "/"
    part: str = ""

    @property
    def origin(self) -> str:
        """``https://host``, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The address of the site's front page."""
        return self.origin + self.folder

    @property
    def base(self) -> str:
        """The target without its fragment."""
        return f"{self.kind}+{self.url}"

    @property
    def is_local(self) -> bool:
        """Whether the host is this machine: then nobody is on the way who could listen."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def uri(self, path: str) -> str:
        """The URI of an item (or, ending in ``/``, of a place): plain ASCII, the same over runs."""
        return f"{self.base}#{quote(path, safe=_SAFE)}"

    def part_of(self, uri: str) -> str:
        """The path that :meth:`uri` was given."""
        return unquote(uri.partition("#")[2].partition("!/")[0])

    def chosen(self, path: str) -> bool:
        """Whether an item or a place (ending in ``/``) may hold something of what the target means."""
        part = self.part.rstrip("/")
        return not part or path.rstrip("/") == part or path.startswith(part + "/") or (part + "/").startswith(path)


def parse(target: str) -> Address:
    """What a person wrote, or an item's URI. Raises UsageError, which repeats nothing of it: it may hold a password by mistake."""
    kind, _, rest = target.partition("+")
    try:
        parts = urlsplit(rest)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise UsageError("the target is no address; write wordpress+https://host/folder") from None
    if "@" in parts.netloc:
        raise UsageError(
            "a target must not hold a user or a password; set the option user and an environment variable (see the README)"
        )
    if parts.scheme not in _PORTS or not host:
        raise UsageError("the target is no address; write wordpress+https://host/folder")
    if parts.query:
        raise UsageError("a target has no query; write wordpress+https://host/folder")
    folder = quote(unquote(parts.path), safe=_SAFE).rstrip("/") + "/"
    return Address(
        kind.lower(), parts.scheme, host.lower(), port or _PORTS[parts.scheme], folder, unquote(parts.fragment)
    )
