"""piiscan finds Japanese personal information in a company's stores and keeps the inventory a Privacy Mark audit asks for.

>>> from piiscan import Scanner
>>> [d.entity_type for d in Scanner().scan_text("TEL 090-1234-5678")]
['PHONE_NUMBER']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiscan.config import Settings, load_settings
    from piiscan.errors import PiiscanError
    from piiscan.hookspecs import hookimpl
    from piiscan.model import Detection, Finding, Item, Locator, Problem, Severity, State
    from piiscan.scanner import Scanner

_HOMES = {
    "Detection": "model",
    "Finding": "model",
    "Item": "model",
    "Locator": "model",
    "PiiscanError": "errors",
    "Problem": "model",
    "Scanner": "scanner",
    "Settings": "config",
    "Severity": "model",
    "State": "model",
    "hookimpl": "hookspecs",
    "load_settings": "config",
}

__all__ = [
    "Detection",
    "Finding",
    "Item",
    "Locator",
    "PiiscanError",
    "Problem",
    "Scanner",
    "Settings",
    "Severity",
    "State",
    "hookimpl",
    "load_settings",
]


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import piiscan` and `piiscan --help` stay instant."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'piiscan' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"piiscan.{home}"), name)
