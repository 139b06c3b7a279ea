"""Targets and uris of shares."""

import pytest

from piiscan.errors import UsageError
from piiscan_smb import SmbSource
from piiscan_smb.names import Place, from_uri, parse_target, to_uri


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("smb://FS01/Sales", Place("fs01", "sales")),
        ("smb://fs01/営業部/顧客 一覧/", Place("fs01", "営業部", "顧客 一覧")),
        ("smb://fs01/sales/%E9%A1%A7%E5%AE%A2#1?.csv", Place("fs01", "sales", "顧客#1?.csv")),
        (r"smb://fs01\sales\2026\a b", Place("fs01", "sales", "2026/a b")),
        ("smb://fs01:1445/sales", Place("fs01", "sales", "", 1445)),
        ("smb://[fe80::1]/sales", Place("fe80::1", "sales")),
        ("smb://fs01", Place("fs01")),
    ],
)
def test_targets_as_people_write_them(target: str, place: Place) -> None:
    """Case of server and share, spaces, Japanese, backslashes, ports; and back again by uri."""
    assert parse_target(target) == place
    assert from_uri(to_uri(place)) == place
    assert to_uri(place).isascii()


@pytest.mark.parametrize(
    "name", ["100%.csv", "a\ud800b.txt", "x;y=z&.txt", "Ｑ＆Ａ.xlsx", "名\u3099.txt", "a:Zone.Identifier"]
)
def test_uris_keep_names(name: str) -> None:
    """Odd names survive: percent, lone surrogates, combining marks."""
    place = Place("fs01", "sales", f"deep/{name}")
    assert from_uri(to_uri(place)) == place


@pytest.mark.parametrize(
    "target",
    [
        "smb://user:hunter2@fs01/sales",
        "smb://fs01:hunter2/sales",
        "smb://",
        "smb://fs01/a/../b",
        "smb://fs01/a%2Fb",
        "smb:///hunter2",
    ],
)
def test_refused_targets_are_not_repeated(target: str) -> None:
    """A password in a target is refused without being shown, and so is what leads elsewhere."""
    with pytest.raises(UsageError) as raised:
        SmbSource.from_target(target)
    assert "hunter2" not in str(raised.value)


def test_wrong_options_are_named_without_their_values() -> None:
    """An unknown option, perhaps a password, is named only."""
    with pytest.raises(UsageError, match="password: ") as raised:
        SmbSource.from_target("smb://fs01/sales", options={"password": "hunter2"})
    assert "hunter2" not in str(raised.value)
