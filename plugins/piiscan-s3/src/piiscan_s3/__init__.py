"""A piiscan source for Amazon S3 and the stores that speak its protocol. Start with :class:`piiscan_s3.source.S3Source`."""

from __future__ import annotations

from piiscan.hookspecs import hookimpl
from piiscan.protocols import Source
from piiscan_s3.options import S3Options
from piiscan_s3.source import S3Source

__all__ = ["S3Options", "S3Source"]


@hookimpl
def piiscan_sources() -> list[type[Source]]:
    """What this plugin brings."""
    return [S3Source]
