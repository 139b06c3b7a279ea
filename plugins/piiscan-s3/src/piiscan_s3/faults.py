"""Tells apart what a failed request means: gone, denied, changed, in the archive, or only busy. Texts of the other side are dropped."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from piiscan.errors import SourceError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

NO_RANGE = ("InvalidRange", "416")
"""Asked for bytes behind the end."""

_CODES: dict[str, tuple[str, ...]] = {
    "vanished": ("NoSuchKey", "NoSuchVersion", "NoSuchBucket", "NotFound", "404", "MethodNotAllowed"),
    "access-denied": (
        "AccessDenied", "AllAccessDisabled", "AccountProblem", "ExpiredToken", "ExpiredTokenException", "Forbidden", "403", "InvalidAccessKeyId",
        "InvalidSecurity", "InvalidToken", "NotSignedUp", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "TokenRefreshRequired", "Unauthorized",
        "UnauthorizedAccess", "401",
    ),
    "offline": ("InvalidObjectState",),
    "changed-while-reading": ("PreconditionFailed", "412", *NO_RANGE),
    "try-later": (
        "BandwidthLimitExceeded", "InternalError", "InternalFailure", "OperationAborted", "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
        "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "TransactionInProgressException",
    ),
}  # fmt: skip
_BY_CODE = {code: problem for problem, codes in _CODES.items() for code in codes}

_NO_CREDENTIALS = {
    "NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "CredentialRetrievalError", "TokenRetrievalError", "SSOError",
    "SSOTokenLoadError", "UnauthorizedSSOTokenError", "NoAuthTokenError", "LoginError",
}  # fmt: skip


# By names, since botocore, urllib3 and Python itself have a ConnectionError each, and they mean the same here.
_LOST = {
    "HTTPClientError",
    "HTTPError",
    "ConnectionError",
    "TimeoutError",
    "IncompleteReadError",
    "ConnectionClosedError",
}


@cache
def faults() -> tuple[type[Exception], ...]:
    """Every exception that talking to a store can end in. A function, because botocore takes long to import."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    return BotoCoreError, ClientError, HTTPError, OSError


def client_error() -> type[ClientError]:
    """The exception that holds an answer of the server."""
    from botocore.exceptions import ClientError

    error: type[ClientError] = ClientError
    return error


def fault(error: Exception) -> SourceError:
    """The piiscan error an exception of boto3 or of the connection stands for; it keeps the server's error code, never its text."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, client_error()):
        return _answered(error)
    names = {cls.__name__ for cls in type(error).__mro__}
    if names & _NO_CREDENTIALS:
        return SourceError("access-denied", type(error).__name__)
    busy = bool(names & _LOST)
    return SourceError("try-later" if busy else "io-error", type(error).__name__)


def server_code(error: Exception) -> str:
    """The error code a server answered with, reduced to letters and digits; empty where it did not answer."""
    if not isinstance(error, client_error()):
        return ""
    return re.sub(r"[^A-Za-z0-9.]", "", str(getattr(error, "response", {}).get("Error", {}).get("Code", "")))[:60]


def _answered(error: Exception) -> SourceError:
    code = server_code(error)
    problem = _BY_CODE.get(code)
    if problem is None:
        status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        busy = status in {429, 500, 502, 503, 504}
        problem = "try-later" if busy else "access-denied" if code.startswith("KMS.") or status == 403 else "io-error"
    return SourceError(problem, code)
