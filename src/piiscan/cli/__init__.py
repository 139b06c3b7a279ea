"""The command line: thin, no logic of its own. Data goes to stdout, progress and messages to stderr.

Exit codes: 0 done; 1 findings over ``--fail-on``; 2 usage or configuration; 3 done, but some objects were not read; 70 internal error; 75 another
run holds the lock; 130 interrupted (what was done is kept, the next scan goes on from there).
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from piiscan import collector

EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNREAD = 3
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""What writing says when there is no room."""


def main() -> None:
    """Entry point of the ``piiscan`` command."""
    collector.rarely()
    _prepare_console()
    signal.signal(signal.SIGTERM, _terminate)
    from piiscan.errors import PiiscanError

    try:
        _run()
    except PiiscanError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_IGN)  # everything is stored; a second Ctrl-C must not spoil the way out
        _say("interrupted; what was done is kept, the same command goes on from there")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        _nothing_more_to_stdout()  # whoever read the list has seen enough (`| head`)
        sys.exit(0)
    except OSError as error:
        if error.errno not in _FULL:
            _internal(error)
        _nothing_more_to_stdout()
        _say(f"the output cannot be written: {os.strerror(error.errno or 0)}")
        sys.exit(EXIT_USAGE)
    except Exception as error:  # noqa: BLE001 - the last one; says so and ends
        _internal(error)
    finally:
        collector.keep()


def _internal(error: Exception) -> NoReturn:
    """The end for what nobody foresaw; called while it is handled."""
    _say(f"internal error: {_where(error)}; set PIISCAN_TRACEBACK=1 to see the trace")
    if os.environ.get("PIISCAN_TRACEBACK"):
        raise error
    sys.exit(EXIT_INTERNAL)


def _nothing_more_to_stdout() -> None:
    """What Python would still write there at its end goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    """The command. The command-line library turns a closed pipe into exit code 1, which here means findings, and an interrupt into an exit
    without a word: both are turned back."""
    from piiscan.cli.app import build_app

    try:
        build_app()()
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        if leaving.code == EXIT_INTERRUPTED:
            raise KeyboardInterrupt from None
        sys.stdout.flush()
        raise


def _say(message: str) -> None:
    print(f"piiscan: {message}", file=sys.stderr)  # noqa: T201


def _where(error: BaseException) -> str:
    """Type and place of an exception, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _terminate(_signum: int, _frame: FrameType | None) -> None:
    """A scheduler's SIGTERM ends a run as Ctrl-C does: in order."""
    raise KeyboardInterrupt


def _prepare_console() -> None:
    """Japanese Windows consoles speak CP932, which lacks characters that file names have: show them escaped, never crash.

    Into files and pipes everything is UTF-8, on every platform.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
