"""What the server of worker processes loads before it forks them: once for all, in pages of memory that they then share.

Only what every worker needs whatever its settings, and nothing that starts a thread or opens a file for good. Importing it is all.
"""

from __future__ import annotations

import contextlib

from piiscan import collector

collector.rarely()
with contextlib.suppress(Exception):  # what cannot be loaded here is loaded, and blamed, in the worker
    import piiscan.scan.worker  # noqa: F401
    from piiscan.detect.gazetteer import Gazetteer
    from piiscan.detect.lexicon import Lexicon
    from piiscan.plugins import load_plugins

    load_plugins(entry_points=False, reports=False)
    Gazetteer.load()
    lexicon = Lexicon.load()
    lexicon.kana, lexicon.romaji  # noqa: B018 - kept by the look
collector.keep()
