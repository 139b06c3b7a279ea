"""Who can open an object: policies, access control lists, the public access block, and what could not be read of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from piiscan import Scanner
from piiscan.config import Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Item, Problem
from piiscan_s3 import S3Source
from piiscan_s3.rights import Grant, Rights, acl_grants, policy_grants

ME, OTHER = "111122223333", "444455556666"


def policy(principal: Any, action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::b/*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource} | more
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def breadth(text: str, key: str = "x", **options: Any) -> str:
    grants, _ = policy_grants(text, "b", **options)
    return Rights(grants=tuple(grants)).of(key)["access.breadth"]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", "public"),
        ({"AWS": "*"}, "public"),
        ({"AWS": ["*", f"arn:aws:iam::{ME}:user/a"]}, "public"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, "company"),
        ({"AWS": OTHER}, "company"),
        ({"AWS": f"arn:aws:iam::{ME}:role/reader"}, "group"),
        ({"CanonicalUser": "79a59d"}, "group"),
        ({"Service": "cloudfront.amazonaws.com"}, "company"),
    ],
)
def test_breadth_follows_the_principal(principal: Any, expected: str) -> None:
    """Everybody, a whole account, or somebody in particular."""
    assert breadth(policy(principal)) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:GetObject", "public"),
        ("s3:*", "public"),
        ("*", "public"),
        ("s3:Get*", "public"),
        ("S3:getobject", "public"),
        (["s3:PutObject", "s3:GetObjectVersion"], "public"),
        ("s3:GetObjectTagging", "group"),
        ("s3:PutObject", "group"),
    ],
)
def test_only_grants_to_read_count(action: Any, expected: str) -> None:
    """Whoever may only write, or read only tags, cannot open an object."""
    assert breadth(policy("*", action)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "company"),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "company"),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}, "company"),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}, "public"),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "public"),
        ({"StringLike": {"aws:Referer": "https://shop.example/*"}}, "public"),
        ({"Bool": {"aws:SecureTransport": "true"}}, "public"),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, "public"),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, "public"),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "public"),
    ],
)
def test_only_conditions_that_keep_strangers_out_narrow(condition: Any, expected: str) -> None:
    """A referer or https keeps nobody out; an organisation, a network end point or addresses do."""
    assert breadth(policy("*", Condition=condition)) == expected


@pytest.mark.parametrize(
    ("resource", "key", "expected"),
    [
        ("arn:aws:s3:::b/public/*", "public/顧客/a b.csv", "public"),
        ("arn:aws:s3:::b/public/*", "private/public/x", "group"),
        ("arn:aws:s3:::b/*.jpg", "写真\n1.jpg", "public"),
        ("arn:aws:s3:::b/a?c", "abc", "public"),
        ("arn:aws:s3:::b/[a]", "a", "group"),
        ("arn:aws:s3:::b/[a]", "[a]", "public"),
        ("arn:aws:s3:::other/*", "x", "group"),
        ("arn:aws:s3:::b", "x", "group"),
        ("*", "x", "public"),
        (["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "x", "public"),
    ],
)
def test_grants_reach_the_keys_they_name(resource: Any, key: str, expected: str) -> None:
    """A policy may open one folder of a bucket only; its wildcards are * and ? and nothing else."""
    assert breadth(policy("*", resource=resource), key) == expected


def test_inverted_statements_are_read_the_right_way_round() -> None:
    """NotPrincipal lets everybody else in, NotResource everything else, NotAction every other operation."""
    base = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    others = {k: v for k, v in base.items() if k != "Resource"} | {"Principal": "*"}
    not_resource = json.dumps({"Statement": [others | {"NotResource": "arn:aws:s3:::b/private/*"}]})
    assert breadth(json.dumps({"Statement": [base | {"NotPrincipal": {"AWS": ME}}]})) == "public"
    assert breadth(not_resource, "x") == "public"
    assert breadth(not_resource, "private/x") == "group"
    not_action = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
    assert breadth(json.dumps({"Statement": [not_action | {"NotAction": "s3:PutObject"}]})) == "public"
    assert breadth(json.dumps({"Statement": [not_action | {"NotAction": "s3:Get*"}]})) == "group"


def test_denials_and_restricted_buckets_do_not_widen() -> None:
    """A Deny grants nothing; RestrictPublicBuckets keeps a public policy inside the account."""
    assert breadth(policy("*", Effect="Deny")) == "group"
    assert breadth(policy("*"), restricted=True) == "group"


@pytest.mark.parametrize("text", ["", "[]", "not json", "null"])
def test_what_is_no_policy_is_an_error(text: str) -> None:
    """It must not pass for an empty policy."""
    with pytest.raises(ValueError):
        policy_grants(text, "b")


def test_unknown_beats_anything_but_public() -> None:
    """What was seen is only a lower bound when something could not be read."""
    some = Rights(grants=(Grant("a", "group"),), unknown=("policy",))
    assert some.of("x")["access.breadth"] == "unknown"
    everybody = Rights(grants=(Grant("everybody", "public"),), unknown=("policy",))
    assert everybody.of("x")["access.breadth"] == "public"


def test_public_lists_are_ignored_where_the_bucket_says_so() -> None:
    """IgnorePublicAcls takes the effect of an object's public list away."""
    grantee = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}
    acl = acl_grants({"Owner": {"ID": "me"}, "Grants": [{"Grantee": grantee, "Permission": "READ"}]})
    assert Rights().of("x", acl)["access.breadth"] == "public"
    assert Rights(ignore_public_acls=True).of("x", acl)["access.breadth"] == "group"


def listing(target: str, **options: Any) -> dict[str, Item]:
    return {e.name: e for e in S3Source.from_target(target, options=options).items() if isinstance(e, Item)}


def test_rights_encryption_and_tags_of_a_bucket_stand_beside_its_objects(s3: Any) -> None:
    """One bucket with a folder open to the world, encryption, and an owner's tag."""
    s3.create_bucket(Bucket="bkt")
    for key in ("public/a.csv", "inside.csv"):
        s3.put_object(
            Bucket="bkt",
            Key=key,
            Body=b"x",
            Tagging="class=internal",
            StorageClass="STANDARD_IA",
            ServerSideEncryption="AES256",
        )
    both = (
        json.loads(policy("*", resource="arn:aws:s3:::bkt/public/*"))["Statement"],
        json.loads(policy({"AWS": f"arn:aws:iam::{OTHER}:root"}, resource="arn:aws:s3:::bkt/*"))["Statement"],
    )
    s3.put_bucket_policy(Bucket="bkt", Policy=json.dumps({"Version": "2012-10-17", "Statement": both}))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket="bkt", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_bucket_tagging(Bucket="bkt", Tagging={"TagSet": [{"Key": "Department", "Value": "EC"}]})
    found = listing("s3://bkt", details=("tags", "encryption", "acl"))
    a, b = found["public/a.csv"].attributes, found["inside.csv"].attributes
    assert (a["access.breadth"], b["access.breadth"]) == ("public", "company")
    assert a["access.principals"] == f"everybody, arn:aws:iam::{OTHER}:root"
    assert b["access.accounts"] == OTHER
    assert {
        "s3.tag.Department": "EC",
        "s3.tag.class": "internal",
        "s3.bucket-encryption": "AES256",
    }.items() <= a.items()
    assert (a["s3.storage-class"], a["s3.encryption"]) == ("STANDARD_IA", "AES256")


def test_public_lists_of_single_objects_are_found_on_request(s3: Any) -> None:
    """An object may be more widely open than its bucket; without asking, its list is said to be unread."""
    s3.create_bucket(Bucket="bkt", ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket="bkt", Key="open", Body=b"x", ACL="public-read")
    s3.put_object(Bucket="bkt", Key="shut", Body=b"x")
    asked = listing("s3://bkt", details=("acl",))
    assert [asked[k].attributes["access.breadth"] for k in ("open", "shut")] == ["public", "group"]
    assert listing("s3://bkt")["open"].attributes["access.object-acl"] == "not read"


def test_a_public_bucket_list_opens_the_listing(s3: Any) -> None:
    """Names can be read by everybody although the objects cannot."""
    s3.create_bucket(Bucket="bkt", ACL="public-read")
    s3.put_object(Bucket="bkt", Key="x", Body=b"x")
    assert listing("s3://bkt")["x"].attributes["access.listing"] == "public"


@pytest.mark.server
def test_refused_rights_are_unknown_and_said_once(proxy: Any, bucket: Any) -> None:
    """Without the right to read policies the scan goes on, breadth is unknown, and one note a bucket says so."""
    bucket("norights", {f"{n}.txt": b"x" for n in range(600)})
    proxy.fault = lambda _m, path: (
        proxy.Fault(403, "AccessDenied") if "?policy" in path or "?acl" in path or "Access" in path else None
    )
    source = S3Source.from_target("s3://norights", options={"endpoint_url": proxy.url, "addressing": "path"})
    entries = list(source.items())
    problems = [e for e in entries if isinstance(e, Problem)]
    assert [(p.code, p.item) for p in problems] == [("rights-unknown", "s3://norights/")]
    assert "policy:AccessDenied" in problems[0].detail
    assert {e.attributes["access.breadth"] for e in entries if isinstance(e, Item)} == {"unknown"}
    assert sum("?policyStatus" in one.path for one in proxy.seen) == 1
    again = list(source.items())
    assert len(again) == len(entries)
    assert sum("?policyStatus" in one.path for one in proxy.seen) == 1


def test_a_bucket_opened_to_all_shows_in_the_next_run(s3: Any, tmp_path: Path) -> None:
    """A policy and an ACL change no object: both runs read nothing new, and `diff` says who is more exposed."""
    s3.create_bucket(Bucket="by-policy")
    s3.create_bucket(Bucket="by-acl")
    for bucket in ("by-policy", "by-acl"):
        s3.put_object(Bucket=bucket, Key="list.csv", Body="氏名,電話\n山田太郎,090-1234-5678\n".encode())
    settings = Settings(inventory=f"sqlite:///{tmp_path / 'i.db'}", jobs=1)
    scanner = Scanner(settings=settings)
    sources = [S3Source.from_target(f"s3://{bucket}") for bucket in ("by-policy", "by-acl")]
    assert scanner.scan_sources(sources).counters.scanned == 2
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::by-policy/*"}
    s3.put_bucket_policy(Bucket="by-policy", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    s3.put_bucket_acl(Bucket="by-acl", ACL="public-read")
    sources = [S3Source.from_target(f"s3://{bucket}") for bucket in ("by-policy", "by-acl")]
    assert scanner.scan_sources(sources).counters.unchanged == 2
    with Inventory.open(settings.inventory) as store:
        found = {c.item: c.kind for c in store.diff(1, 2)}
        by_acl = next(a for a in store.assets() if "by-acl" in a.item).attributes
    assert found["s3://by-policy/list.csv"] == "exposed"
    # A bucket's ACL opens the list of names, not the objects.
    assert by_acl["access.listing"] == "public"
