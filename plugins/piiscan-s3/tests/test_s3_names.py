"""Targets, URIs and options: what is taken, what is refused, and that nothing secret is repeated."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.errors import UsageError
from piiscan_s3 import S3Source
from piiscan_s3.names import Place, from_uri, to_uri

KEYS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(KEYS, st.from_regex(r"[A-Za-z0-9._-]{0,40}", fullmatch=True))
def test_every_key_comes_back_from_its_uri(key: str, version: str) -> None:
    """A uri is plain ASCII and leads back to the very key and version."""
    place = Place("my-bucket", key, version)
    assert to_uri(place).isascii()
    assert from_uri(to_uri(place)) == place


@pytest.mark.parametrize(
    ("target", "bucket", "prefix"),
    [
        ("s3://", "", ""),
        ("s3://data", "data", ""),
        ("s3://data/", "data", ""),
        ("s3://data/顧客 名簿/a+b", "data", "顧客 名簿/a+b"),
        ("s3://data/%E9%A1%A7%E5%AE%A2%20x/a%2Bb", "data", "顧客 x/a+b"),
        ("S3://data/x", "data", "x"),
    ],
)
def test_targets_are_understood(target: str, bucket: str, prefix: str) -> None:
    """A prefix may be written as people see it or as uris show it."""
    assert S3Source.claims(target)
    assert S3Source.from_target(target).place == Place(bucket, prefix)


@pytest.mark.parametrize(
    "target",
    [
        "s3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMIK7MDENG@bucket/x",
        "s3://AKIAIOSFODNN7EXAMPLE:wJalr/XUtnFEMIK7MDENG@bucket/x",
        "s3://AKIAIOSFODNN7EXAMPLE@bucket",
        "s3://AKIAIOSFODNN7EXAMPLE/x",
        "s3://bad bucket/x",
        "s3:///only-a-key",
    ],
)
def test_credentials_and_nonsense_in_a_target_are_refused_without_repeating_them(target: str) -> None:
    """A secret on the command line by mistake is refused, and the message holds no part of it."""
    assert S3Source.claims(target)
    with pytest.raises(UsageError) as caught:
        S3Source.from_target(target)
    assert "AKIA" not in str(caught.value)
    assert "wJalr" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_url": "https://user:hunter2@store.example"},
        {"endpoint_url": "https://store.example?key=hunter2"},
        {"endpoint_url": "ftp://hunter2.example"},
        {"aws_secret_access_key": "hunter2"},
        {"addressing": "hunter2"},
        {"inventory": "https://hunter2"},
    ],
)
def test_wrong_options_are_named_but_their_values_are_not(options: dict[str, object]) -> None:
    """Credentials are no option, an endpoint must not hold any, and a message never shows a value."""
    with pytest.raises(UsageError) as caught:
        S3Source.from_target("s3://data", options=options)
    assert next(iter(options)) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_used_source_travels_without_its_connections(s3) -> None:
    """What goes to workers is target, name and options; it lists there with credentials of its own finding."""
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="x", Body=b"1")
    source = S3Source.from_target("s3://data")
    assert len(list(source.items())) == 1
    sent = pickle.dumps(source)
    assert b"piiscan-test-secret" not in sent
    assert pickle.loads(sent) == source
