"""Listing from an S3 Inventory report (CSV): for buckets with so many objects that listing them costs hours and money."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import unquote_plus

from piiscan.errors import SourceError
from piiscan_s3.client import Client
from piiscan_s3.content import Fetcher, ObjectContent
from piiscan_s3.listing import Entry
from piiscan_s3.names import Place, from_uri

_DATED = re.compile(r"/\d{4}-\d\d-\d\dT\d\d-\d\dZ/\Z")
_MANIFEST_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Report:
    """One inventory report: what its manifest says."""

    place: Place
    taken: datetime
    columns: tuple[str, ...]
    files: tuple[tuple[str, int], ...]


def find(client: Client, fetcher: Fetcher, address: str, bucket: str) -> Report:
    """The report at an address, or the newest complete one below it. Raises SourceError."""
    place = from_uri(address)
    if not place.key.endswith("manifest.json"):
        place = _newest(client, place)
    fetched = fetcher.get(place, 0, _MANIFEST_BYTES)
    try:
        manifest = json.loads(fetched.data)
        if manifest["sourceBucket"] != bucket:
            raise SourceError("list-failed", "inventory of another bucket")
        if manifest["fileFormat"] != "CSV":
            raise SourceError("list-failed", "inventory is not CSV")
        columns = tuple(name.strip() for name in manifest["fileSchema"].split(","))
        files = tuple((str(file["key"]), int(file["size"])) for file in manifest["files"])
        taken = datetime.fromtimestamp(int(manifest["creationTimestamp"]) / 1000, UTC)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise SourceError("list-failed", "inventory manifest not understood") from None
    if "Key" not in columns:
        raise SourceError("list-failed", "inventory without keys")
    return Report(place, taken, columns, files)


def _newest(client: Client, place: Place) -> Place:
    folder = place.key.rstrip("/") + "/"
    found: list[str] = []
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=folder, Delimiter="/")
    for page in pages:
        found += [str(entry["Prefix"]) for entry in page.get("CommonPrefixes") or ()]
    for dated in sorted(filter(_DATED.search, found), reverse=True):
        manifest = dated + "manifest.json"
        answer = client.list_objects_v2(Bucket=place.bucket, Prefix=manifest, MaxKeys=1)
        if any(entry["Key"] == manifest for entry in answer.get("Contents") or ()):
            return Place(place.bucket, manifest)
    raise SourceError("list-failed", "no inventory report there")


def entries(report: Report, fetcher: Fetcher, prefix: str, *, versions: bool) -> Iterator[Entry]:
    """The objects of a report below a prefix. Raises SourceError when a file of it cannot be read."""
    for key, size in report.files:
        content = ObjectContent(fetcher, Place(report.place.bucket, key), size)
        try:
            with content.open() as packed, gzip.open(packed) as plain:
                text = io.TextIOWrapper(cast("io.BufferedReader", plain), encoding="utf-8", newline="")
                for row in csv.reader(text):
                    entry = _entry(dict(zip(report.columns, row, strict=True)), versions=versions)
                    if entry is not None and entry.key.startswith(prefix):
                        yield entry
        except (ValueError, OverflowError, EOFError, OSError, zlib.error, csv.Error):
            raise SourceError("list-failed", "inventory file not understood") from None


def _entry(row: dict[str, str], *, versions: bool) -> Entry | None:
    old = row.get("IsLatest") == "false"
    if row.get("IsDeleteMarker") == "true" or (old and not versions):
        return None
    tier = row.get("IntelligentTieringAccessTier", "")
    return Entry(
        key=unquote_plus(row["Key"]),
        size=int(row["Size"]) if row.get("Size") else None,
        etag=row.get("ETag", "").strip('"'),
        modified=_moment(row.get("LastModifiedDate", "")),
        storage_class=tier if "ARCHIVE" in tier else row.get("StorageClass") or "STANDARD",
        version=row.get("VersionId", "") if versions else "",
        old=old,
        owner=row.get("ObjectOwner", ""),
        encryption=row.get("EncryptionStatus", ""),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
