"""Targets and item uris of shares: ``smb://server[:port]/share/folder/name``, percent-encoded UTF-8.

Servers and shares know no case, so both are kept in lower case; folders and names stay as the server spells them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from piiscan.errors import UsageError

SCHEME = "smb://"
PORT = 445

_SAFE = "/:@!$&'()*+,=~"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere on a server. `path` has ``/`` between its steps and none at its ends; `share` is empty for the server itself."""

    server: str
    share: str = ""
    path: str = ""
    port: int = PORT

    def below(self, name: str) -> Place:
        """What lies in this folder under a name."""
        return replace(self, path=f"{self.path}/{name}" if self.path else name)

    @property
    def name(self) -> str:
        """The last step."""
        return self.path.rpartition("/")[2] or self.share or self.server


def parse_target(target: str) -> Place:
    """From what people write: percent-encoded or not, with ``/`` or ``\\``. Raises UsageError, which repeats no part that may hold a password."""
    text = SCHEME + target[len(SCHEME) :].replace("\\", "/")
    parts = urlsplit(text.replace("#", "%23").replace("?", "%3F"))
    if "@" in parts.netloc:
        raise UsageError(
            "an smb:// target must not hold a user or password; see username and password_env in the README of piiscan-smb"
        )
    try:
        server, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        raise UsageError("an smb:// target has a wrong port") from None
    if not server:
        raise UsageError("an smb:// target needs a server: smb://server/share/folder")
    steps = [step for step in parts.path.split("/") if step]
    decoded = [unquote_to_bytes(step).decode("utf-8", "surrogatepass") for step in steps]
    if any(step in {".", ".."} or "/" in step or "\\" in step for step in decoded):
        raise UsageError("an smb:// target must not hold . or .. or encoded slashes")
    share, path = (decoded[0].lower(), "/".join(decoded[1:])) if decoded else ("", "")
    return Place(server.lower(), share, path, port)


def to_uri(place: Place) -> str:
    """The uri of a place, without a slash at its end."""
    host = f"[{place.server}]" if ":" in place.server else place.server
    port = f":{place.port}" if place.port != PORT else ""
    steps = "/".join(step for step in (place.share, place.path) if step)
    raw = steps.encode("utf-8", "surrogatepass")
    return f"{SCHEME}{host}{port}/{quote_from_bytes(raw, _SAFE)}" if steps else f"{SCHEME}{host}{port}"


def folder_uri(place: Place) -> str:
    """The same with a slash: what the uris of everything in it begin with."""
    return to_uri(place) + "/"


def from_uri(uri: str) -> Place:
    """What `to_uri` wrote."""
    parts = urlsplit(uri)
    text = unquote_to_bytes(parts.path.strip("/")).decode("utf-8", "surrogatepass")
    share, _, path = text.partition("/")
    return Place(parts.hostname or "", share, path, parts.port or PORT)
