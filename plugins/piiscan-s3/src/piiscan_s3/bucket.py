"""What is read of a bucket besides its objects: once per bucket, each piece for itself, so that one that is denied costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from piiscan_s3.client import Client
from piiscan_s3.faults import fault, faults, server_code
from piiscan_s3.rights import BREADTHS, Grant, Rights, accounts, acl_grants, policy_grants, widest

_ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "NoSuchTagSet",
    "ServerSideEncryptionConfigurationNotFoundError",
}
"""Answers that say: there is none."""

_RIGHTS = {
    "policy": ("get_bucket_policy", "Policy"),
    "policy-status": ("get_bucket_policy_status", "PolicyStatus"),
    "public-access-block": ("get_public_access_block", "PublicAccessBlockConfiguration"),
    "acl": ("get_bucket_acl", "Grants"),
    "ownership": ("get_bucket_ownership_controls", "OwnershipControls"),
}
_FACTS = {
    "encryption": ("get_bucket_encryption", ""),
    "versioning": ("get_bucket_versioning", ""),
    "tags": ("get_bucket_tagging", ""),
}
"""The operation, and what its answer must hold: some stores answer every question about a bucket with a listing."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Rights, and attributes that every item of the bucket gets. `unread` names what was refused, with the server's code."""

    name: str
    rights: Rights
    attributes: Mapping[str, str]
    unread: tuple[str, ...] = ()


def describe(client: Client, name: str, *, rights: bool) -> Bucket:
    """Ask for everything at once. Never fails: what is refused is unknown."""
    wanted = (_RIGHTS if rights else {}) | _FACTS
    with ThreadPoolExecutor(len(wanted)) as pool:
        asked = {p: pool.submit(_ask, getattr(client, call), name, key) for p, (call, key) in wanted.items()}
        answers = {piece: future.result() for piece, future in asked.items()}
    unread = {piece: answer for piece, answer in answers.items() if isinstance(answer, str)}
    told = {piece: answer for piece, answer in answers.items() if not isinstance(answer, str)}
    attributes = {"s3.bucket": name} | _facts(told)
    if not rights:
        return Bucket(name, Rights(object_acls=False), attributes)
    found, odd = _rights(name, told, unread)
    # Encryption, versions and tags are extras: a refusal of them is no reason to doubt the rights.
    refused = [f"{piece}:{code}" for piece, code in unread.items() if piece in _RIGHTS]
    return Bucket(name, found, attributes, (*refused, *odd))


def _ask(call: Callable[..., Mapping[str, Any]], bucket: str, key: str) -> Mapping[str, Any] | str:
    """An answer (empty where there is nothing set), or why not in one word."""
    try:
        answer = call(Bucket=bucket)
    except faults() as error:
        code = server_code(error)
        return {} if code in _ABSENT else code or fault(error).detail or "io-error"
    return "not-understood" if key and not answer.get(key) else answer


def _facts(told: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {f"s3.tag.{tag['Key']}": str(tag["Value"]) for tag in told.get("tags", {}).get("TagSet") or ()}
    rules = told.get("encryption", {}).get("ServerSideEncryptionConfiguration", {}).get("Rules") or ()
    for rule in rules:
        found["s3.bucket-encryption"] = str(rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", ""))
    if status := told.get("versioning", {}).get("Status"):
        found["s3.versioning"] = str(status)
    return found


def _rights(
    name: str, told: Mapping[str, Mapping[str, Any]], unread: Mapping[str, str]
) -> tuple[Rights, tuple[str, ...]]:
    block = told.get("public-access-block", {}).get("PublicAccessBlockConfiguration", {})
    restricted, ignored = bool(block.get("RestrictPublicBuckets")), bool(block.get("IgnorePublicAcls"))
    odd: tuple[str, ...] = ()
    listing = ""
    grants: list[Grant] = []
    try:
        if policy := told.get("policy", {}).get("Policy"):
            grants, listing = policy_grants(policy, name, restricted=restricted)
    except (ValueError, AttributeError, TypeError):
        odd = ("policy:not-understood",)
    public = bool(told.get("policy-status", {}).get("PolicyStatus", {}).get("IsPublic"))
    if public and "policy" in unread and not restricted:
        grants = [Grant("everybody", "public")]
    no_acls = _owner_enforced(told)
    lists = [] if no_acls else acl_grants(told.get("acl", {}))
    listing = widest(filter(None, (listing, *(g.breadth for g in lists if not (ignored and g.breadth == "public")))))
    extra = {}
    if "public-access-block" in told:
        extra["access.public-access-block"] = (
            "on" if restricted and ignored else "partly" if any(block.values()) else "off"
        )
    if "policy-status" in told:
        extra["access.policy-public"] = "yes" if public else "no"
    if others := accounts(grants):
        extra["access.accounts"] = ", ".join(others)
    rights = Rights(
        grants=tuple(grants),
        listing=listing if listing in BREADTHS else "",
        # Without the public access block nothing is assumed to be blocked.
        unknown=("policy",) if "policy" in unread or odd else (),
        ignore_public_acls=ignored,
        object_acls=not no_acls,
        extra=extra,
    )
    return rights, odd


def _owner_enforced(told: Mapping[str, Mapping[str, Any]]) -> bool:
    rules = told.get("ownership", {}).get("OwnershipControls", {}).get("Rules") or ()
    return any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)
