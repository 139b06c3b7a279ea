"""Where the rulesets that come with piiscan lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from piiscan.hookspecs import hookimpl


def builtin_folder() -> Path:
    """The folder of the built-in rulesets: inside the installed package, else at the top of the source tree."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_rulesets"
    return installed if installed.is_dir() else package.parent.parent / "rulesets"


@hookimpl
def piiscan_rulesets() -> Iterable[Path]:
    """The built-in folder."""
    return [builtin_folder()]
