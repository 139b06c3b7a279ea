"""boto3 clients that can only read."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from piiscan.errors import PiiscanError
from piiscan_s3.options import S3Options

if TYPE_CHECKING:
    from botocore.config import Config

READ_VERBS = ("List", "Get", "Head")
"""What the names of all operations begin with that leave a store as it was."""

Client = Any
"""A boto3 S3 client; boto3 has no types."""


class ReadOnlyError(PiiscanError):
    """Something tried to call an operation that could change the store: a mistake in this program."""


def make_client(options: S3Options) -> Client:
    """A thread-safe client of these options, with credentials from boto3's own chain. Raises botocore's exceptions."""
    import boto3

    session = boto3.Session(profile_name=options.profile or None)
    client = session.client(
        "s3",
        region_name=options.region or None,
        endpoint_url=options.endpoint_url or None,
        config=_config(options, session.region_name),
    )
    guard(client)
    return client


def guard(client: Client) -> None:
    """Make a client refuse, before anything is sent, every operation that does not merely read."""
    client.meta.events.register_first("before-call", _only_reads)


def _only_reads(model: Any, params: Mapping[str, Any], **_: object) -> None:
    if not model.name.startswith(READ_VERBS) or params.get("method") not in {"GET", "HEAD"}:
        raise ReadOnlyError(f"{model.name} is not an operation that only reads")


def _config(options: S3Options, region: str | None) -> Config:
    from botocore import UNSIGNED
    from botocore.config import Config

    settings: dict[str, Any] = {
        "max_pool_connections": options.concurrency + 2,
        "retries": {"mode": "standard", "total_max_attempts": options.attempts},
        "connect_timeout": min(options.timeout, 10.0),
        "read_timeout": options.timeout,
        "s3": {"addressing_style": options.addressing},
        # Ranged reads of objects with a whole-object checksum fail on some servers when it is asked for (ADR 0102).
        "response_checksum_validation": options.checksums,
        "request_checksum_calculation": options.checksums,
        "user_agent_extra": "piiscan-s3",
    }
    if options.anonymous:
        settings["signature_version"] = UNSIGNED
    if not (options.region or region):
        settings["region_name"] = "us-east-1"  # boto3 needs one; Amazon redirects from it to the bucket's own
    return Config(**settings)


def close(client: Client) -> None:
    """Give connections back."""
    with contextlib.suppress(Exception):
        client.close()
