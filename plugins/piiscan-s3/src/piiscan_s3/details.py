"""What is read of one object besides its listing and its bytes: tags, encryption, its own access control list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from piiscan_s3.client import Client
from piiscan_s3.faults import fault, faults, server_code
from piiscan_s3.names import Place
from piiscan_s3.options import Detail
from piiscan_s3.rights import Grant, acl_grants


@dataclass(frozen=True, slots=True)
class Details:
    """Attributes, and the grants of the object's own list where it was read."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    acl: tuple[Grant, ...] | None = None


NOTHING = Details()


def ask(client: Client, place: Place, wanted: Sequence[Detail], extra: Mapping[str, Any]) -> Details:
    """One request for each wanted detail. Never fails: what is refused says so in its attribute."""
    target: dict[str, Any] = {"Bucket": place.bucket, "Key": place.key} | dict(extra)
    if place.version:
        target["VersionId"] = place.version
    found: dict[str, str] = {}
    acl: tuple[Grant, ...] | None = None
    if "tags" in wanted:
        answer = _ask(client.get_object_tagging, target)
        found |= _refused("s3.tags", answer)
        found |= {f"s3.tag.{tag['Key']}": str(tag["Value"]) for tag in answer.get("TagSet") or ()}
    if "encryption" in wanted:
        answer = _ask(client.head_object, target)
        found |= _refused("s3.encryption", answer)
        found |= _encryption(answer)
    if "acl" in wanted:
        answer = _ask(client.get_object_acl, target)
        found |= _refused("access.object-acl", answer)
        acl = None if "unread" in answer else tuple(acl_grants(answer))
    return Details(found, acl)


def _ask(call: Any, target: dict[str, Any]) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = call(**target)
    except faults() as error:
        return {"unread": server_code(error) or fault(error).detail}
    return answer


def _refused(attribute: str, answer: Mapping[str, Any]) -> dict[str, str]:
    return {attribute: f"not read ({answer['unread']})"} if "unread" in answer else {}


def _encryption(answer: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    if algorithm := answer.get("ServerSideEncryption"):
        found["s3.encryption"] = str(algorithm)
    elif answer.get("SSECustomerAlgorithm"):
        found["s3.encryption"] = "SSE-C"
    if key := answer.get("SSEKMSKeyId"):
        found["s3.encryption-key"] = str(key)
    return found
