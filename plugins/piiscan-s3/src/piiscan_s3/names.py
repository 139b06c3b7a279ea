"""Between buckets and keys and the URIs that name items: ``s3://bucket/key``, percent-encoded, with ``?versionId=`` for old versions."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

from piiscan.errors import UsageError

SCHEME = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}\Z")
# Access keys begin so; one in the place of a bucket is a credential that must not be echoed.
_ACCESS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,}")


class Place(NamedTuple):
    """A bucket and a key (or a prefix of keys). An empty bucket means all that can be listed."""

    bucket: str
    key: str = ""
    version: str = ""


def to_uri(place: Place) -> str:
    """The URI of an object or prefix: plain ASCII, the same over runs."""
    version = f"?versionId={quote(place.version, safe='')}" if place.version else ""
    return f"{SCHEME}{place.bucket}/{quote(place.key, safe='/~')}{version}"


def from_uri(uri: str) -> Place:
    """The object that a URI made by :func:`to_uri` names."""
    bucket, _, rest = uri.removeprefix(SCHEME).partition("/")
    key, _, version = rest.partition("?versionId=")
    return Place(bucket, unquote(key), unquote(version))


def parse_target(target: str) -> Place:
    """What a person wrote: ``s3://``, ``s3://bucket``, ``s3://bucket/prefix``; the prefix plain or percent-encoded.

    Raises UsageError; its message repeats nothing of the target, which may hold a password by mistake.
    """
    place = from_uri(target)
    if "@" in place.bucket or ":" in place.bucket or _ACCESS_KEY.search(place.bucket):
        raise UsageError(
            "an s3:// target must not hold credentials; they come from the environment, a profile or the role of this machine"
        )
    if place.bucket and not _BUCKET.match(place.bucket):
        raise UsageError("the s3:// target names no valid bucket; write s3://bucket/prefix")
    if not place.bucket and place.key:
        raise UsageError("an s3:// target with a prefix needs a bucket; write s3://bucket/prefix")
    if any("\udc80" <= char <= "\udcff" for char in place.key):
        raise UsageError("the prefix of the s3:// target is no UTF-8 text")
    return place
