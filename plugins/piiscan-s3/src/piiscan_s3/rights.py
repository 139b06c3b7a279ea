"""Who can open an object, from a bucket's policy, its public access block, and access control lists. Pure: no requests.

Counted are grants. A `Deny` is not taken off, and rules of the account's own identities are not visible from a bucket, so the answer is "at least so
widely as the bucket says": it may name more people than there are, never fewer of those the bucket itself lets in (ADR 0101).
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BREADTHS = ("person", "group", "company", "public")
"""From few to many."""

READ_OBJECT = ("s3:getobject", "s3:getobjectversion")
LIST_BUCKET = ("s3:listbucket", "s3:listbucketversions")

_EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
_ANY_ACCOUNT = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

# Conditions that tie a grant to known parties, as Amazon's own meaning of "public" has them.
_NARROWING = {
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:sourcearn", "aws:sourceaccount",
    "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip",
    "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}  # fmt: skip
_ACCOUNT = re.compile(r"(?:arn:[^:]*:(?:iam|sts)::)?(\d{12})(?::|\Z)")


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may read the objects whose key matches (all, where `keys` is None)."""

    principal: str
    breadth: str
    keys: re.Pattern[str] | None = None
    inverted: bool = False

    def covers(self, key: str) -> bool:
        """Whether it speaks of this key."""
        return self.keys is None or (self.keys.match(key) is not None) is not self.inverted


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a bucket says about who may read. `unknown` names what could not be read (``policy``, ``acl``, ...)."""

    grants: tuple[Grant, ...] = ()
    listing: str = ""
    unknown: tuple[str, ...] = ()
    ignore_public_acls: bool = False
    object_acls: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str, acl: Sequence[Grant] | None = None) -> dict[str, str]:
        """The attributes of one object; `acl` are the grants of its own list, where that was read."""
        grants = [grant for grant in self.grants if grant.covers(key)]
        grants += [g for g in acl or () if not (self.ignore_public_acls and g.breadth == "public")]
        breadth = widest(grant.breadth for grant in grants)
        if breadth != BREADTHS[-1] and (self.unknown or not breadth):
            # A wider grant may hide in what could not be read, so only the widest answer is certain.
            breadth = "unknown" if self.unknown else "group"
        found = {"access.breadth": breadth, "access.principals": _named(grant.principal for grant in grants)}
        if self.listing:
            found["access.listing"] = self.listing
        if self.object_acls and acl is None:
            found["access.object-acl"] = "not read"
        return found | dict(self.extra)


def _named(principals: Iterable[str], most: int = 20) -> str:
    names = list(dict.fromkeys(principals)) or ["account"]
    more = f" (+{len(names) - most})" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def widest(breadths: Iterable[str]) -> str:
    """The widest of some; empty where there is none."""
    return max(breadths, key=BREADTHS.index, default="")


def policy_grants(policy: str, bucket: str, *, restricted: bool = False) -> tuple[list[Grant], str]:
    """Who a policy lets read objects, and how widely it lets list. `restricted`: the public access block keeps public policies inside the account.

    Raises ValueError when the text is no policy.
    """
    document = json.loads(policy)
    if not isinstance(document, dict):
        raise ValueError("not a policy")  # noqa: TRY004 - one kind of error for what cannot be understood
    grants: list[Grant] = []
    listing: list[str] = []
    for statement in _many(document.get("Statement")):
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            continue
        who = list(_principals(statement, restricted=restricted))
        if _allows(statement, LIST_BUCKET):
            listing += [breadth for _, breadth in who]
        if _allows(statement, READ_OBJECT):
            keys, inverted, nothing = _keys(statement, bucket)
            grants += [] if nothing else [Grant(name, breadth, keys, inverted) for name, breadth in who]
    return grants, widest(listing)


def acl_grants(answer: Mapping[str, Any], permissions: Iterable[str] = ("READ", "FULL_CONTROL")) -> list[Grant]:
    """Who an access control list lets read, except its owner."""
    owner = str(answer.get("Owner", {}).get("ID", ""))
    wanted = set(permissions)
    found = []
    for entry in answer.get("Grants") or ():
        grantee = entry.get("Grantee") or {}
        uri, identity = str(grantee.get("URI", "")), str(grantee.get("ID", ""))
        if entry.get("Permission") not in wanted or (identity and identity == owner):
            continue
        if uri in {_EVERYBODY, _ANY_ACCOUNT}:
            found.append(Grant("everybody" if uri == _EVERYBODY else "any AWS account", "public"))
        elif uri or identity or grantee.get("EmailAddress"):
            found.append(
                Grant(uri.rpartition("/")[2] or str(grantee.get("DisplayName") or identity or "by mail"), "group")
            )
    return found


def accounts(grants: Iterable[Grant]) -> list[str]:
    """The AWS accounts among the principals of some grants."""
    found = (_ACCOUNT.match(grant.principal) for grant in grants)
    return sorted({match.group(1) for match in found if match})


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _allows(statement: Mapping[str, Any], operations: tuple[str, ...]) -> bool:
    if "NotAction" in statement:
        patterns = [str(p).lower() for p in _many(statement["NotAction"])]
        return not all(any(fnmatch.fnmatchcase(op, p) for p in patterns) for op in operations)
    patterns = [str(p).lower() for p in _many(statement.get("Action"))]
    return any(fnmatch.fnmatchcase(op, p) for op in operations for p in patterns)


def _principals(statement: Mapping[str, Any], *, restricted: bool) -> Iterator[tuple[str, str]]:
    """Name and breadth of everybody a statement lets in."""
    narrow = _narrowed(statement.get("Condition"))
    if "NotPrincipal" in statement:
        yield _everybody(narrow, restricted=restricted)
        return
    principal = statement.get("Principal")
    kinds = principal if isinstance(principal, dict) else {"AWS": principal}
    for kind, names in kinds.items():
        for name in map(str, _many(names)):
            if kind == "AWS" and name == "*":
                yield _everybody(narrow, restricted=restricted)
            elif kind == "Service":
                yield f"service:{name}", "company"
            elif kind == "Federated":
                yield f"federated:{name}", "company"
            elif kind == "CanonicalUser":
                yield f"canonical:{name}", "group"
            else:
                # A whole account stands for whomever that account lets in: as many as a company has.
                yield name, "company" if name.endswith(":root") or name.isdigit() else "group"


def _everybody(narrow: str, *, restricted: bool) -> tuple[str, str]:
    if restricted:
        return "account", "group"
    return (f"everybody with {narrow}", "company") if narrow else ("everybody", "public")


def _narrowed(conditions: Any) -> str:
    """The condition that keeps strangers out, if one does."""
    for operator, tests in conditions.items() if isinstance(conditions, dict) else ():
        name = str(operator).lower().rpartition(":")[2]
        # These are also true where the key is missing, which is what a stranger's request looks like.
        lax = "not" in name or name.endswith("ifexists") or name == "null" or str(operator).lower().startswith("forall")
        if lax or not isinstance(tests, dict):
            continue
        for key, values in tests.items():
            if str(key).lower() in _NARROWING and not any(_matches_all(str(v)) for v in _many(values)):
                return str(key)
    return ""


def _matches_all(value: str) -> bool:
    return value in {"*", "0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1"}


def _keys(statement: Mapping[str, Any], bucket: str) -> tuple[re.Pattern[str] | None, bool, bool]:
    """Pattern of the keys a statement speaks of, whether it is inverted, and whether it speaks of no object at all."""
    inverted = "NotResource" in statement
    patterns = []
    for resource in map(str, _many(statement.get("NotResource" if inverted else "Resource"))):
        name, slash, key = resource.rpartition(":::")[2].partition("/")
        if fnmatch.fnmatchcase(bucket, _no_sets(name)) and (slash or "*" in name):
            patterns.append(key if slash else "*")
    if not patterns:
        return None, False, not inverted
    if "*" in patterns:
        return None, False, inverted
    return re.compile("|".join(_regex(p) for p in patterns), re.DOTALL), inverted, False


def _no_sets(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _regex(pattern: str) -> str:
    """Policies know * and ? only."""
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern) + r"\Z"
