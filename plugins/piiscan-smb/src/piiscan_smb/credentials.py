"""Who logs on. Found in each process anew and held in memory only; never part of a uri, a name, a `repr` or a pickle."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from piiscan.errors import SourceError, UsageError
from piiscan_smb.options import SmbOptions

USER_VARIABLE = "PIISCAN_SMB_USERNAME"
PASSWORD_VARIABLE = "PIISCAN_SMB_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a password; both None mean the login of this machine."""

    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def find(options: SmbOptions) -> Credentials:
    """The credentials an option set asks for. Raises SourceError (`access-denied`) where what it names is not there."""
    if options.credentials_file:
        return _from_file(options)
    username = options.username or os.environ.get(USER_VARIABLE) or None
    if options.password_env:
        password = os.environ.get(options.password_env)
        if password is None:
            raise SourceError("access-denied", f"the variable {options.password_env} is not set")
    else:
        password = os.environ.get(PASSWORD_VARIABLE)
    return Credentials(username, password if username else None)


def check(options: SmbOptions) -> None:
    """Raises UsageError for a credentials file that others can read."""
    if not options.credentials_file or sys.platform == "win32":
        return
    try:
        mode = Path(options.credentials_file).expanduser().stat().st_mode
    except OSError:
        return  # said when it is needed
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(f"others can read the credentials file {options.credentials_file}: chmod 600 it")


def _from_file(options: SmbOptions) -> Credentials:
    try:
        lines = Path(options.credentials_file).expanduser().read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise SourceError("access-denied", f"credentials_file: {type(error).__name__}") from None
    found: dict[str, str] = {}
    for line in lines:
        key, sign, value = line.partition("=")
        if sign and not key.lstrip().startswith("#"):
            found[key.strip().lower()] = value.strip() if key.strip().lower() != "password" else value
    name, domain = found.get("username") or options.username, found.get("domain", "")
    if not name:
        raise SourceError("access-denied", "credentials_file: no username")
    return Credentials(
        f"{domain}\\{name}" if domain and "\\" not in name and "@" not in name else name, found.get("password")
    )
