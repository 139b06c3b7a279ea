"""Tells apart what a failed request means: gone, denied, busy, or not the interface that was expected. Texts of the other side are dropped."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping

from urllib3.exceptions import HTTPError, LocationParseError, SSLError

from piiscan.errors import SourceError

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Answers after which it is worth asking again."""

FAULTS = (HTTPError, OSError)
"""Every exception that talking to a server can end in."""


class RefusedError(SourceError):
    """An answer that is none: its `status`, and in `detail` the server's own error code."""

    def __init__(self, code: str, detail: str = "", status: int = 0) -> None:
        super().__init__(code, detail)
        self.status = status

    def __reduce__(self) -> tuple[type[RefusedError], tuple[str, str, int]]:  # type: ignore[override]
        return type(self), (self.code, self.detail, self.status)


def fault(error: Exception) -> SourceError:
    """The piiscan error for a connection that failed."""
    if isinstance(error, SourceError):
        return error
    reason = getattr(error, "reason", None)
    cause = reason if isinstance(reason, Exception) else error
    if isinstance(cause, SSLError) or type(cause).__name__.startswith("SSL"):
        return SourceError(
            "access-denied", "the certificate of the server cannot be verified" if _certificate(cause) else "TLS failed"
        )
    if isinstance(error, LocationParseError):
        return SourceError("io-error", "no address")
    return SourceError("try-later", type(cause).__name__)


def _certificate(error: Exception) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate" in str(error).lower()


def refusal(status: int, body: bytes) -> RefusedError:
    """The error an answer stands for. Kept is the status and the server's error code (``rest_forbidden``), never its words."""
    word = error_code(body)
    detail = f"HTTP {status} {word}".strip()
    if status in BUSY:
        code = "try-later"
    elif status in {401, 403, 407, 451}:
        code = "access-denied"
    elif status in {404, 410}:
        code = "vanished"
    else:
        code = "io-error"
    return RefusedError(code, detail, status)


def error_code(body: bytes) -> str:
    """The ``code`` of a JSON error, reduced to letters, digits and _; empty where there is none."""
    try:
        answer = json.loads(body[:65536])
    except (ValueError, RecursionError):
        return ""
    code = answer.get("code") if isinstance(answer, dict) else ""
    return re.sub(r"[^A-Za-z0-9_]", "", str(code or ""))[:60]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; None where it does not say."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, when.timestamp() - time.time())
