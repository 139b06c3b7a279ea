"""Where the password comes from: an environment variable or a file. Nothing of it is kept in a target, stored or logged."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from piiscan.errors import SourceError
from piiscan_cms.address import Address
from piiscan_cms.options import CmsOptions


@dataclass(frozen=True, slots=True)
class Login:
    """An account."""

    user: str
    password: str = field(repr=False)


def login(address: Address, name: str, options: CmsOptions, environ: Mapping[str, str] = os.environ) -> Login | None:
    """The account to use; None for none. Raises SourceError where only a part of one is stated: nobody should scan less by mistake.

    Looked at, in this order: the options, then ``PIISCAN_CMS_USER_<NAME>`` and ``PIISCAN_CMS_PASSWORD_<NAME>`` (or ``..._FILE``), where NAME is the
    target's name or its host.
    """
    if options.anonymous:
        return None
    names = list(dict.fromkeys((variable(name), variable(address.host), variable(f"{address.host}_{address.port}"))))
    user = options.user or next(filter(None, (environ.get(f"PIISCAN_CMS_USER_{n}", "") for n in names)), "")
    password = _stated(options, environ)
    if password is None:
        password = next(filter(None, (_of(n, environ) for n in names)), None)
    if not user and password is None:
        return None
    if not user or not password:
        raise SourceError("access-denied", f"no {'password' if user else 'user'} is set (PIISCAN_CMS_..._{names[-2]})")
    if address.scheme != "https" and not address.is_local:
        raise SourceError("access-denied", "a password is not sent without TLS; use https")
    return Login(user, password)


def variable(name: str) -> str:
    """A name as environment variables have it: capitals, all but letters and digits as ``_``."""
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def _stated(options: CmsOptions, environ: Mapping[str, str]) -> str | None:
    if options.password_env:
        if not environ.get(options.password_env):
            raise SourceError("access-denied", f"the environment variable {options.password_env} is not set")
        return environ[options.password_env]
    return _first_line(options.password_file) if options.password_file else None


def _of(name: str, environ: Mapping[str, str]) -> str | None:
    file = environ.get(f"PIISCAN_CMS_PASSWORD_{name}_FILE")
    return environ.get(f"PIISCAN_CMS_PASSWORD_{name}") or (_first_line(file) if file else None)


def _first_line(file: str) -> str:
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeError):
        raise SourceError("access-denied", "the password file cannot be read") from None
