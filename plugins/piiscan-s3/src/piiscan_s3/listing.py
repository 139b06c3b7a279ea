"""The pages of listings, as entries. Lazy: one page is held at a time, and no content is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piiscan_s3.client import Client
from piiscan_s3.names import Place
from piiscan_s3.options import S3Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a listing says of one object (or of one version of it).

    `version` is set for every version of a versioned listing. `old` are those that a plain listing does not show; `deleted` says that nothing
    newer than deletion is in front of them.
    """

    key: str
    size: int | None
    etag: str
    modified: datetime | None
    storage_class: str = "STANDARD"
    version: str = ""
    old: bool = False
    deleted: bool = False
    owner: str = ""
    restored: bool = False
    encryption: str = ""

    @property
    def token(self) -> str:
        """Moves with the content. The time (marked @) stands in where a store gives no etag."""
        etag = self.etag or (f"@{self.modified.timestamp():.0f}" if self.modified else "")
        return f"{etag}:{self.size}:{self.version}"


def buckets(client: Client) -> Iterator[str]:
    """The names of all buckets of the account."""
    for page in client.get_paginator("list_buckets").paginate():
        for bucket in page.get("Buckets") or ():
            yield str(bucket["Name"])


def entries(client: Client, place: Place, options: S3Options) -> Iterator[Entry]:
    """Every object below a prefix, over all pages."""
    call = "list_object_versions" if options.versions or place.version else "list_objects_v2"
    parameters: dict[str, Any] = {"Bucket": place.bucket, "Prefix": place.key} | payer(options)
    if call == "list_objects_v2":
        parameters |= {"FetchOwner": True, "OptionalObjectAttributes": ["RestoreStatus"]}
    pages = client.get_paginator(call).paginate(**parameters)
    if call == "list_objects_v2":
        for page in pages:
            yield from map(_entry, page.get("Contents") or ())
    else:
        yield from _versions(pages)


def payer(options: S3Options) -> dict[str, Any]:
    """The parameter that accepts the bill, for buckets that ask for it."""
    return {"RequestPayer": "requester"} if options.request_payer else {}


def _versions(pages: Iterator[Mapping[str, Any]]) -> Iterator[Entry]:
    deleted = ""
    for page in pages:
        latest = {marker["Key"] for marker in page.get("DeleteMarkers") or () if marker.get("IsLatest")}
        for version in page.get("Versions") or ():
            old = not version.get("IsLatest")
            gone = old and (version["Key"] in latest or version["Key"] == deleted)
            yield _entry(version, old=old, deleted=gone)
        # A marker at the end of a page speaks of versions on the next one.
        deleted = max(latest, default=deleted)


def _entry(raw: Mapping[str, Any], *, old: bool = False, deleted: bool = False) -> Entry:
    restore = raw.get("RestoreStatus") or {}
    owner = raw.get("Owner") or {}
    return Entry(
        key=raw["Key"],
        size=raw.get("Size"),
        etag=str(raw.get("ETag", "")).strip('"'),
        modified=raw.get("LastModified"),
        storage_class=raw.get("StorageClass") or "STANDARD",
        version=str(raw.get("VersionId") or ""),
        old=old,
        deleted=deleted,
        owner=str(owner.get("DisplayName") or owner.get("ID") or ""),
        restored=bool(restore.get("RestoreExpiryDate")),
    )
