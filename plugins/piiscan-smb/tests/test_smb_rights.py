"""Who can open a file, from security descriptors as Windows writes them."""

import random
import struct

import pytest
from smb_samples import sid_bytes

from piiscan_smb.rights import Ace, Descriptor, Principal, attributes, breadth, names, parse, readers

DOMAIN = "S-1-5-21-1-2-3"
TARO, HANAKO, SALES = f"{DOMAIN}-1001", f"{DOMAIN}-1002", f"{DOMAIN}-2001"
WHO = {TARO: Principal("CORP\\taro", 1), HANAKO: Principal("CORP\\hanako", 1), SALES: Principal("CORP\\営業部", 2)}
ADMINS, EVERYONE, USERS = "S-1-5-32-544", "S-1-1-0", "S-1-5-32-545"
READ, WRITE = 0x120089, 0x2


def ace(who: str, mask: int = READ, kind: int = 0, flags: int = 0) -> bytes:
    body = struct.pack("<I", mask) + (struct.pack("<I", 1) + b"g" * 16 if kind in {5, 6} else b"") + sid_bytes(who)
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def descriptor(*aces: bytes, owner: str = TARO, control: int = 0x8004, dacl: bool = True) -> bytes:
    owned = sid_bytes(owner)
    listed = struct.pack("<BBHHH", 2, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    return struct.pack("<BBHIIII", 1, 0, control, 20, 0, 0, 20 + len(owned) if dacl else 0) + owned + listed


@pytest.mark.parametrize(
    ("aces", "expected"),
    [
        ([ace(TARO)], "person"),
        ([ace(TARO), ace(ADMINS), ace("S-1-5-18", 0x1F01FF)], "person"),
        ([ace(TARO), ace(HANAKO)], "group"),
        ([ace(SALES)], "group"),
        ([ace(f"{DOMAIN}-9999")], "group"),
        ([ace(ADMINS)], "group"),
        ([ace(SALES), ace(EVERYONE)], "company"),
        ([ace("S-1-5-11", 0x80000000)], "company"),
        ([ace(f"{DOMAIN}-513")], "company"),
        ([ace(USERS)], "company"),
        ([ace(EVERYONE, WRITE)], "person"),
        ([ace(EVERYONE, READ, flags=0x08)], "person"),
        ([ace(EVERYONE, READ, kind=5)], "company"),
        ([ace("S-1-5-7")], "public"),
        ([ace(EVERYONE, READ, kind=1), ace(SALES)], "person"),
        ([ace(SALES, READ, kind=1), ace(SALES), ace(TARO)], "person"),
        ([ace(SALES, WRITE, kind=1), ace(SALES)], "group"),
        ([], "person"),
    ],
)
def test_breadth(aces: list[bytes], expected: str) -> None:
    """Persons, groups, everybody; what does not read, only inherits, or is denied before does not count."""
    assert attributes(parse(descriptor(*aces)), None, WHO)["access.breadth"] == expected


def test_no_list_at_all_lets_everybody_in() -> None:
    """A NULL list is not an empty one."""
    for raw in (descriptor(control=0x8000), descriptor(dacl=False)):
        assert readers(parse(raw)) == (EVERYONE,)
    assert readers(parse(descriptor())) == ()


def test_shares_narrow_and_names_are_told() -> None:
    """The breadth is the narrower of share and file; owner, principals, denials and inheritance are there to read."""
    share = Descriptor("", (Ace(True, READ, SALES, False),))
    found = attributes(parse(descriptor(ace(HANAKO, kind=1), ace(EVERYONE, flags=0x10))), share, WHO)
    assert found == {
        "access.owner": "CORP\\taro",
        "smb.rights": "own",
        "access.principals": "Everyone",
        "access.denied": "CORP\\hanako",
        "access.share": "CORP\\営業部",
        "access.breadth": "group",
    }
    assert attributes(parse(descriptor(ace(TARO, flags=0x10))), None, WHO)["smb.rights"] == "inherited"


def test_many_names_are_counted() -> None:
    """A list of hundreds is cut, with a number; SIDs nobody knows stay as they are; domains keep well-known numbers."""
    assert names([f"{DOMAIN}-{n}" for n in range(3000, 3030)], {}).endswith(", +10")
    assert (
        names([f"{DOMAIN}-3000", f"{DOMAIN}-513", "S-1-22-1-65534"], {})
        == f"Domain Users, {DOMAIN}-3000, Unix user 65534"
    )


def test_broken_descriptors_are_no_descriptors() -> None:
    """Cut and noisy bytes give a descriptor or ValueError, never anything else."""
    good = descriptor(ace(TARO), ace(SALES), ace(EVERYONE, kind=5))
    rng = random.Random(5)
    for _ in range(3000):
        data = bytearray(good[: rng.randrange(len(good) + 1)])
        for _ in range(rng.randrange(4)):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            found = parse(bytes(data))
        except ValueError:
            continue
        breadth(readers(found), WHO)
