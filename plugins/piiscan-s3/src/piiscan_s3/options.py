"""The settings of an S3 target."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

Detail = Literal["tags", "encryption", "acl"]


class S3Options(BaseModel):
    """Options of an ``s3`` target. Credentials are none of them: boto3's own chain finds them (environment, profile, role).

    Where: `endpoint_url` of a store that is not Amazon's, `region`, `profile` of the AWS configuration files, `anonymous` for unsigned requests,
    `addressing` of buckets (``path`` for most other stores), `checksums` (see the README before changing it), `request_payer` accepts that this
    account pays for requests and traffic.

    What: `include` and `exclude` are patterns as in .gitignore, matched against the key below the target. `versions` scans older versions too.
    Objects over `max_bytes` (0: no limit) are skipped, those of `skip_storage_classes` as well. Classes that must be restored first (GLACIER,
    DEEP_ARCHIVE) are never requested, and reported as `offline`. `inventory` is the ``manifest.json`` of an S3 Inventory report, or the folder of
    one (its newest is taken), listed instead of the bucket.

    Beside it: `rights` reads the bucket's policy, ACL and public access block. `details` reads more of every object, one request each while
    listing: ``tags``, ``encryption``, ``acl``.

    How: `concurrency` requests at a time in each worker; `prefetch_bytes` is the memory for small objects fetched ahead, per worker;
    `attempts` of a request before it counts as failed; `timeout` in seconds of a connection or of silence on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint_url: str = ""
    region: str = ""
    profile: str = ""
    anonymous: bool = False
    addressing: Literal["auto", "path", "virtual"] = "auto"
    checksums: Literal["when_required", "when_supported"] = "when_required"
    request_payer: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    versions: bool = False
    max_bytes: int = Field(default=0, ge=0)
    skip_storage_classes: tuple[str, ...] = ()
    inventory: str = ""
    rights: bool = True
    details: tuple[Detail, ...] = ()
    concurrency: int = Field(default=32, ge=1, le=256)
    prefetch_bytes: int = Field(default=64 * 1024**2, ge=0)
    attempts: int = Field(default=5, ge=1, le=20)
    timeout: float = Field(default=30.0, gt=0)

    @field_validator("endpoint_url")
    @classmethod
    def _plain_endpoint(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("not an http(s) address")
        if "@" in parts.netloc or parts.query:
            raise ValueError("must not hold credentials")
        return value

    @field_validator("inventory")
    @classmethod
    def _on_s3(cls, value: str) -> str:
        if value and not value.startswith("s3://"):
            raise ValueError("not an s3:// address")
        return value
