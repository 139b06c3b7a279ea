"""How often Python looks for cycles of dead objects. Only for processes that are ours: the command and its workers.

Rules and dictionaries are a million objects that live as long as the process; looking through them again and again while they are loaded was a third
of the start, and at the end the same once more.
"""

from __future__ import annotations

import gc

_YOUNG = 50_000
"""New objects between two looks; Python's own 700 is meant for programs of a few thousand."""


def rarely() -> None:
    """Call it first."""
    gc.set_threshold(_YOUNG, 20, 20)


def keep() -> None:
    """What there is now will not be looked through again: call it when everything is loaded, and before the process ends."""
    gc.freeze()
