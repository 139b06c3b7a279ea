"""piiscan.toml and command-line options become one frozen :class:`Settings`, picklable, without secrets.

Every key of the file is a field here; a key that is none of them is an error that names it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from piiscan.errors import ConfigError
from piiscan.limits import Limits

DEFAULT_INVENTORY = "sqlite:///piiscan.db"
CONFIG_NAME = "piiscan.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(_Table):
    """``[limits]``: what one item may cost. Bytes and seconds; 0 means no limit."""

    item_bytes: int = Field(default=0, ge=0)
    item_seconds: float = Field(default=300.0, ge=0)
    archive_depth: int = Field(default=8, ge=0)
    archive_members: int = Field(default=100_000, ge=0)
    archive_bytes: int = Field(default=20 * 1024**3, ge=0)
    archive_ratio: int = Field(default=1000, ge=0)
    member_bytes: int = Field(default=4 * 1024**3, ge=0)
    xml_part_bytes: int = Field(default=512 * 1024**2, ge=0)
    pdf_pages: int = Field(default=20_000, ge=0)
    converter_seconds: float = Field(default=120.0, ge=0)
    worker_bytes: int = Field(default=4 * 1024**3, ge=0)
    """Memory of a worker process, above which it is ended and its item is `limit-memory`; looked at from outside, on Linux only."""

    def limits(self) -> Limits:
        """The plain form that readers use."""
        return Limits(**self.model_dump(exclude={"worker_bytes"}))


class TargetSettings(_Table):
    """``[[target]]``: a place to scan. `options` are checked by the source that takes the url."""

    name: str = ""
    url: str
    owner: str = ""
    department: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


class NotifySettings(_Table):
    """``[notify]``: who hears how a scheduled run went. Secrets are named, not written: ``env:NAME`` is read when needed."""

    when: str = Field(default="always", pattern="^(always|trouble|changes)$")
    webhook: str = Field(default="", repr=False)
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    smtp: str = ""
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)


class RuleSettings(_Table):
    """``[rules]``: folders of own rulesets, rules that are switched off, and own values that are no finding, by entity type."""

    folders: tuple[Path, ...] = ()
    disable: tuple[str, ...] = ()
    allow: dict[str, tuple[str, ...]] = Field(default_factory=dict, repr=False)


class Settings(_Table):
    """All settings of a scanner. `jobs` 0 means all cores; `timings` has results say where their time went; `plugin` holds the settings of
    readers and OCR engines by name."""

    inventory: str = DEFAULT_INVENTORY
    profile: str = "default"
    language: str = Field(default="ja", pattern="^(ja|en)$")
    jobs: int = Field(default=0, ge=0)
    timings: bool = False
    key_file: Path | None = None
    password_file: Path | None = None
    disable_plugins: tuple[str, ...] = ()
    strict_plugins: bool = False
    rules: RuleSettings = RuleSettings()
    limits: LimitSettings = LimitSettings()
    notify: NotifySettings = NotifySettings()
    plugin: dict[str, dict[str, Any]] = Field(default_factory=dict)
    target: tuple[TargetSettings, ...] = ()

    def passwords(self) -> tuple[str, ...]:
        """The lines of the password file: what encrypted archives and documents are tried with."""
        if self.password_file is None:
            return ()
        try:
            lines = self.password_file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeError) as error:
            raise ConfigError(f"cannot read the password file {self.password_file}: {type(error).__name__}") from None
        return tuple(line for line in lines if line)

    def digest(self, *parts: str) -> str:
        """A short name for everything that decides what a scan of the same bytes finds."""
        deciding = self.model_dump(mode="json", include={"profile", "rules", "limits", "plugin", "disable_plugins"})
        passwords = hashlib.sha256("\n".join(self.passwords()).encode()).hexdigest() if self.password_file else ""
        text = json.dumps([deciding, passwords, *parts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_settings(path: Path | None = None, **overrides: object) -> Settings:
    """Read a configuration file; without `path`, ``piiscan.toml`` of the current folder if there is one.

    `overrides` (from the command line) win where they are not None. Relative paths in the file are relative to the file.
    Raises :class:`ConfigError` that names the file and the key.
    """
    file = path or Path(CONFIG_NAME)
    data: dict[str, Any] = {}
    if path is not None or file.exists():
        data = _read(file)
    data.update({key: value for key, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_explain(file, error, options=overrides)) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"configuration file {file} not found") from None
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"configuration file {file} cannot be read: {type(error).__name__}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from None
    base = file.parent
    for key in ("key_file", "password_file"):
        if isinstance(data.get(key), str):
            data[key] = base / os.path.expanduser(data[key])  # noqa: PTH111 - never raises
    if isinstance(data.get("inventory"), str):
        data["inventory"] = _RELATIVE_SQLITE.sub(lambda m: m[1] + (base / m[2]).as_posix(), data["inventory"])
    rules = data.get("rules")
    if isinstance(rules, dict) and isinstance(rules.get("folders"), list):
        folders = rules["folders"]
        rules["folders"] = [base / os.path.expanduser(f) if isinstance(f, str) else f for f in folders]  # noqa: PTH111
    for target in data.get("target", []) if isinstance(data.get("target"), list) else []:
        if isinstance(target, dict) and isinstance(target.get("url"), str):
            target["url"] = _relative_to(base, target["url"])
    return data


def _relative_to(base: Path, url: str) -> str:
    """A target that is a relative path counts from the file; anything with a scheme stays."""
    return url if "://" in url or Path(url).is_absolute() or url.startswith("~") else str(base / url)


_RELATIVE_SQLITE = re.compile(r"^(sqlite(?:\+\w+)?:///)(?![A-Za-z]:)([^/:?][^?]*)")


def wrong_keys(error: ValidationError) -> list[str]:
    """Pydantic's findings without the offending values: a configuration may hold secrets."""
    words = {"extra_forbidden": "unknown key", "tuple_type": "must be a list", "missing": "is missing"}
    return [
        f"{'.'.join(map(str, item['loc']))}: {words.get(item['type'], item['msg'])}"
        for item in error.errors(include_input=False, include_url=False)
    ]


def _explain(file: Path, error: ValidationError, options: Mapping[str, object]) -> str:
    """Which key of the file, or which option of the command line, is wrong."""
    lines = []
    for line in wrong_keys(error):
        key = line.partition(":")[0]
        lines.append(f"option --{line}" if options.get(key) is not None else f"{file}: {line}")
    return "\n".join(lines)
