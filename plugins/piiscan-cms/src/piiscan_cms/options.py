"""The settings that every kind of CMS has."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CmsOptions(BaseModel):
    """Options of a CMS target.

    Who: `user` and, by reference, its password: `password_env` names an environment variable, `password_file` a file whose first line it is.
    `anonymous` asks for what everybody sees, whatever credentials there are.

    What: `include` and `exclude` are patterns as in .gitignore, matched against ``media/2026/04/name.jpg``, ``posts/12``, ``users/accounts`` and the
    like. Files over `max_bytes` (0: no limit) are skipped. `file_hosts` are other hosts from which files may be fetched (a delivery network);
    the password never goes there. `audience` says who reaches the site at all: ``public``, or ``company`` for one inside the company's network.

    How: `concurrency` requests at a time in each worker, `attempts` of a request before it counts as failed, `timeout` in seconds of a connection or of
    silence on it, `patience` the longest wait a busy server may ask for. `ca_file` holds the certificate of a company's own authority.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = ""
    password_env: str = ""
    password_file: str = ""
    anonymous: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_bytes: int = Field(default=0, ge=0)
    file_hosts: tuple[str, ...] = ()
    audience: Literal["public", "company"] = "public"
    concurrency: int = Field(default=4, ge=1, le=32)
    attempts: int = Field(default=4, ge=1, le=20)
    timeout: float = Field(default=30.0, gt=0)
    patience: float = Field(default=60.0, ge=0)
    prefetch_bytes: int = Field(default=32 * 1024**2, ge=0)
    ca_file: str = ""
