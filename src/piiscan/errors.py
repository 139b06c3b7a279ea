"""Exceptions. They stop something; what merely goes wrong with one item is a :class:`piiscan.model.Problem` value.

PiiscanError
├── UsageError            the caller asked for something that cannot be (exit code 2)
├── ConfigError           piiscan.toml or an option is wrong (exit code 2)
├── RuleError             a ruleset is wrong; knows file and rule (exit code 2)
├── PluginError           a plugin is broken or clashes with another; names the distribution
├── SourceError           a source cannot list or open; carries a problem code
├── ReadError             a reader cannot go on; carries a problem code
│   └── LimitError        a limit of `piiscan.limits` was reached
└── InventoryError        the inventory cannot be read or written
    ├── NoInventoryError  what was given as inventory is none (exit code 2)
    └── LockedError       another run holds the lock (exit code 75)

No message of these may contain text of a scanned item: they end in logs and reports.
"""

from __future__ import annotations


class PiiscanError(Exception):
    """Root of all exceptions that piiscan raises on purpose."""

    exit_code = 70


class UsageError(PiiscanError):
    """The command or call makes no sense as given."""

    exit_code = 2


class ConfigError(PiiscanError):
    """A configuration file or option is wrong; the message says where."""

    exit_code = 2


class RuleError(PiiscanError):
    """A ruleset file is wrong; the message names file, rule and mistake."""

    exit_code = 2


class PluginError(PiiscanError):
    """A plugin cannot be loaded or clashes with another; the message names both distributions."""

    exit_code = 2


class _CodedError(PiiscanError):
    """Carries a problem code of :mod:`piiscan.problems` and a detail that is safe to store."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[_CodedError], tuple[str, str]]:
        return type(self), (self.code, self.detail)


class SourceError(_CodedError):
    """A source cannot list or open something (`access-denied`, `vanished`, `try-later`, ...)."""


class ReadError(_CodedError):
    """A reader cannot go on with this item (`encrypted`, `damaged`, ...)."""


class LimitError(ReadError):
    """A limit was reached; what was read before it stays."""


class InventoryError(PiiscanError):
    """The inventory database cannot be opened, migrated, read or written."""


class NoInventoryError(InventoryError):
    """What was given as inventory is none: nothing there, a wrong URL, another program's database, one of a newer version."""

    exit_code = 2


class LockedError(InventoryError):
    """Another run holds the lock of this inventory."""

    exit_code = 75
