"""Listing and reading against a real Samba: names, rights, streams, links, DFS, locks, windows."""

import io
import os
import random
import struct
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import smbclient
from smb_samples import LINES, owner_uid, problems, samba, sid_bytes, tcp_proxy, to_read
from smbprotocol.connection import Connection
from smbprotocol.file_info import InfoType
from smbprotocol.open import CreateDisposition, ImpersonationLevel, Open, SMB2SetInfoRequest
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from piiscan.errors import SourceError
from piiscan.model import Item, Problem
from piiscan.testing import SourceSuite
from piiscan_smb import SmbSource, rights, rpc
from piiscan_smb.listing import FOLDER, OFFLINE, REPARSE, Choice, is_dfs_link, is_link
from piiscan_smb.names import Place, from_uri
from piiscan_smb.options import SmbOptions
from piiscan_smb.wire import Entry, Stamp

pytestmark = pytest.mark.server

Build = Callable[..., SmbSource]


def listed(source: SmbSource) -> dict[str, Item]:
    return {e.name: e for e in source.items() if isinstance(e, Item)}


def content(source: SmbSource, item: Item) -> bytes:
    with source.content(item).open() as stream:
        return stream.read()


class TestSmbSourceContract(SourceSuite):
    secrets = (samba.PASSWORD, "no-such-secret")

    @pytest.fixture
    def source(self, folder: Any, source: Build) -> SmbSource:
        self.root = folder({"店舗/名簿 #1.csv": LINES, "a.txt": "a", "large.bin": os.urandom(1_500_000)})
        return source(self.root)

    def change(self, source: SmbSource) -> str:
        (self.root / "a.txt").write_text("longer than before", encoding="utf-8")
        return f"{source.name}/a.txt"


def test_odd_names_are_listed_and_read(folder: Any, source: Build) -> None:
    """Japanese, spaces, signs, and paths of more than 260 characters, level by level."""
    deep = "/".join(["とても長い名前のフォルダ" * 6] * 6)
    names = ["空 白+&%.txt", "顧客（株）①.csv", "quote';.txt", f"{deep}/名簿.csv", ".hidden", "か\u3099.txt"]
    made = folder({name: name for name in names})
    found = listed(source(made))
    assert len(found) == len(names)
    assert max(map(len, found)) > 400
    for item in found.values():
        path = from_uri(item.uri).path.partition("/")[2]
        assert content(source(made), item).decode() == path


def test_many_files_are_all_there(folder: Any, source: Build) -> None:
    """More names than one answer holds; each once, also when the connection breaks in the middle."""
    made = folder({f"{n:04}-{'x' * 60}.txt": "" for n in range(1500)})
    with tcp_proxy.proxy_to(source(made).place.port) as proxy:
        proxy.cut = 150_000
        entries = list(source(made, port=proxy.port, rights="none").items())
        assert proxy.cuts == 1
    uris = [e.uri for e in entries if isinstance(e, Item)]
    assert len(uris) == len(set(uris)) == 1500
    assert problems(entries) == {}


def test_choices(folder: Any, source: Build) -> None:
    """Patterns, size, dot files: left out, listed, with the reason."""
    made = folder({"a.csv": "x", "b.tmp": "x", "old/c.csv": "x", ".d.csv": "x", "big.csv": "x" * 100})
    entries = list(source(made, include=["*.csv"], exclude=["old/"], max_bytes=99, hidden=False).items())
    assert to_read(entries) == {"a.csv"}
    assert problems(entries) == {"b.tmp": "excluded", "old": "excluded", ".d.csv": "excluded", "big.csv": "too-large"}
    single = list(source(path=f"/open/{made.name}/a.csv").items())
    assert to_read(single) == {"a.csv"}


def test_attributes_of_windows_decide_too() -> None:
    """Hidden, system, offline, junctions and cloud files, as a Windows server marks them."""
    stamp = Stamp(1, 0, 0)
    choice = Choice(SmbOptions(hidden=False))
    assert choice.verdict("x", Entry("x", 0x2, stamp, 1, 0)) == ("excluded", "")
    assert choice.verdict("x", Entry("x", 0x4, stamp, 1, 0)) == ("excluded", "")
    assert Choice(SmbOptions()).verdict("x", Entry("x", 0x2, stamp, 1, 0)) is None
    for bit in (0x1000, 0x40000, 0x400000):
        assert bit & OFFLINE
        assert Choice(SmbOptions()).verdict("x", Entry("x", bit, stamp, 1, 0)) == ("offline", "")
        assert Choice(SmbOptions(read_offline=True)).verdict("x", Entry("x", bit, stamp, 1, 0)) is None
    link, junction = (Entry("x", REPARSE | FOLDER, stamp, 1, tag) for tag in (0xA000000C, 0xA0000003))
    assert is_link(link)
    assert is_link(junction)
    assert not is_link(Entry("x", REPARSE, stamp, 1, 0x80000013)), "deduplicated"
    assert is_dfs_link(Entry("x", REPARSE | FOLDER, stamp, 1, 0x8000000A))


def own_sid(source: SmbSource) -> str:
    """The SID of the test's account, as the server has it."""
    live = source._connect()
    raw = next(iter(live.book.kept), None)
    if raw is None:
        list(source.items())
        raw = next(iter(live.book.kept))
    return rights.parse(raw[1]).owner


def set_rights(port: int, path: str, sids: list[str]) -> None:
    """What a Windows program does when somebody changes the permissions of a file; with the library, on a connection that may write."""
    connection = Connection(uuid.uuid4(), "127.0.0.1", port)
    connection.connect()
    try:
        session = Session(connection, samba.USER, samba.PASSWORD)
        session.connect()
        tree = TreeConnect(session, r"\\127.0.0.1\watched")
        tree.connect()
        file = Open(tree, path)
        file.create(ImpersonationLevel.Impersonation, 0x40000 | 0x20000, 0, 7, CreateDisposition.FILE_OPEN, 0)
        aces = b"".join(struct.pack("<BBHI", 0, 0, 8 + len(raw), 0x1200A9) + raw for raw in map(sid_bytes, sids))
        data = (
            struct.pack("<BBHIIII", 1, 0, 0x9004, 0, 0, 0, 20)
            + struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(sids), 0)
            + aces
        )
        message = SMB2SetInfoRequest()
        message["info_type"] = InfoType.SMB2_0_INFO_SECURITY
        message["additional_information"] = 0x4
        message["file_id"] = file.file_id
        message["buffer"] = data
        connection.receive(connection.send(message, session.session_id, tree.tree_connect_id))
        file.close()
    finally:
        connection.disconnect()


def test_rights_are_those_of_the_server(folder: Any, source: Build) -> None:
    """Owner, principals and breadth by name, from the list that Windows programs set; nothing asked for more than reading."""
    made = folder({"everyone.csv": LINES, "group.csv": LINES, "mine.csv": LINES}, share="watched")
    for path in (made, *made.iterdir()):
        os.chown(path, owner_uid(), -1)
    users = {"everyone": ["S-1-1-0"], "group": ["S-1-5-21-1-2-3-4444"], "mine": []}
    for name, others in users.items():
        set_rights(source(made).place.port, f"{made.name}\\{name}.csv", [own_sid(source(made)), *others])
    found = {name: item.attributes for name, item in listed(source(made)).items()}
    assert {name: a["access.breadth"] for name, a in found.items()} == {
        "everyone.csv": "company",
        "group.csv": "group",
        "mine.csv": "person",
    }
    assert found["mine.csv"]["access.principals"] == f"FILER\\{samba.USER}"
    assert found["mine.csv"]["access.owner"] == f"FILER\\{samba.USER}"
    assert "S-1-5-21-1-2-3-4444" in found["group.csv"]["access.principals"]
    by_folder = listed(source(made, rights="folders"))
    assert {item.attributes["access.of"] for item in by_folder.values()} == {"folder"}
    assert "access.breadth" not in listed(source(made, rights="none"))["mine.csv"].attributes


def test_streams_are_items_of_their_own(folder: Any, source: Build) -> None:
    """What hides behind a file (here a list in a stream) is listed and read when asked for, and named beside the file."""
    made = folder({"report.docx": "x", "plain.txt": "x"}, share="watched")
    os.chown(made / "report.docx", owner_uid(), -1)
    name = rf"\\127.0.0.1\watched\{made.name}\report.docx"
    cache: dict[str, Any] = {}
    who = {
        "username": samba.USER,
        "password": samba.PASSWORD,
        "port": source(made).place.port,
        "connection_cache": cache,
    }
    for stream, data in (("Zone.Identifier", "[ZoneTransfer]\nZoneId=3\n"), ("名簿", LINES)):
        with smbclient.open_file(f"{name}:{stream}", mode="wb", **who) as file:
            file.write(data.encode())
    smbclient.reset_connection_cache(connection_cache=cache)
    found = listed(source(made, streams=True))
    assert sorted(found) == ["plain.txt", "report.docx", "report.docx:Zone.Identifier", "report.docx:名簿"]
    assert found["report.docx"].attributes["smb.streams"] == "Zone.Identifier, 名簿"
    item = found["report.docx:名簿"]
    reader = source(made, streams=True)
    assert content(reader, item).decode() == LINES
    assert reader.current_token(item) == item.change_token
    assert sorted(listed(source(made))) == ["plain.txt", "report.docx"]


def test_links_lead_nowhere_else(folder: Any, source: Build, tmp_path: Path) -> None:
    """A link out of the share is not followed: neither listed as content nor read."""
    secret = tmp_path / "secret.csv"
    secret.write_text(LINES, encoding="utf-8")
    made = folder({"a.csv": LINES})
    (made / "out.csv").symlink_to(secret)
    (made / "up").symlink_to("/")
    reader = source(made)
    for item in (e for e in reader.items() if isinstance(e, Item)):
        if item.name != "a.csv":
            with pytest.raises(SourceError):
                content(reader, item)
    assert to_read(list(reader.items())) <= {"a.csv", "out.csv"}


def test_denied_places_are_problems_of_their_own(folder: Any, source: Build) -> None:
    """A closed folder and a closed file cost nothing else; an unknown share and a closed one say what is wrong."""
    made = folder({"closed/x.csv": LINES, "a.csv": LINES, "b.csv": LINES})
    (made / "closed").chmod(0o700)
    (made / "b.csv").chmod(0o600)
    reader = source(made)
    entries = list(reader.items())
    assert problems(entries) == {"closed": "list-failed"}
    with pytest.raises(SourceError, match="access-denied"):
        content(reader, listed(reader)["b.csv"])
    assert content(reader, listed(reader)["a.csv"]).decode() == LINES
    for share, said in (("Closed", "access-denied"), ("NoSuch", "STATUS_BAD_NETWORK_NAME")):
        (failed,) = [e for e in source(path=f"/{share}").items() if isinstance(e, Problem)]
        assert failed.code == "list-failed"
        assert said in failed.detail
        assert failed.item
        assert failed.item.endswith(f"/{share.lower()}/")


def test_locked_and_vanished_files_say_so(folder: Any, source: Build) -> None:
    """A file that a program holds for itself is `locked`; one that was deleted since is `vanished`; the others are read."""
    made = folder({"held.xlsx": "x" * 100, "gone.csv": "x", "large.bin": os.urandom(1_200_000), "a.csv": LINES})
    (made / "held.xlsx").chmod(0o666)
    reader = source(made)
    found = listed(reader)
    (made / "gone.csv").unlink()
    (made / "large.bin").unlink()
    cache: dict[str, Any] = {}
    with smbclient.open_file(
        rf"\\127.0.0.1\open\{made.name}\held.xlsx", mode="r+b", share_access=None, username=samba.USER, password=samba.PASSWORD,
        port=reader.place.port, connection_cache=cache,
    ):  # fmt: skip
        reader.prefetch(list(found.values()))
        for name, code in (("held.xlsx", "locked"), ("gone.csv", "vanished"), ("large.bin", "vanished")):
            with pytest.raises(SourceError) as raised:
                content(reader, found[name])
            assert raised.value.code == code
        assert content(reader, found["a.csv"]).decode() == LINES
    smbclient.reset_connection_cache(connection_cache=cache)
    assert content(reader, found["held.xlsx"]) == b"x" * 100


def test_parts_are_read_without_the_whole(folder: Any, source: Build, proxy: Any) -> None:
    """A member of a large archive costs its own bytes and the directory's, not the archive's; reading on, everything comes, once."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("first.bin", random.Random(1).randbytes(6_000_000))
        archive.writestr("名簿.csv", LINES)
    made = folder({"big.zip": data.getvalue()})
    reader = source(made, port=proxy.port)
    item = listed(reader)["big.zip"]
    proxy.sent = 0
    with reader.content(item).open() as stream, zipfile.ZipFile(stream) as archive:
        assert archive.read("名簿.csv").decode() == LINES
    assert proxy.sent < 500_000
    proxy.sent = 0
    assert content(reader, item) == data.getvalue()
    assert proxy.sent < 1.1 * len(data.getvalue())
    assert reader.current_token(item) == item.change_token


def test_what_changes_while_it_is_read_is_noticed(folder: Any, source: Build) -> None:
    """Small and large: the token of what was read differs from the listed one; a large one that shrinks breaks off."""
    made = folder({"small.csv": "x", "large.bin": b"y" * 3_000_000})
    reader = source(made)
    found = listed(reader)
    (made / "small.csv").write_text(LINES, encoding="utf-8")
    assert content(reader, found["small.csv"]).decode() == LINES
    assert reader.current_token(found["small.csv"]) != found["small.csv"].change_token
    with reader.content(found["large.bin"]).open() as stream:
        stream.read(10)
        (made / "large.bin").write_bytes(b"z")
        with pytest.raises(SourceError, match="changed-while-reading"):
            stream.read()
    assert reader.current_token(found["large.bin"]) != found["large.bin"].change_token


def test_prefetched_files_are_the_same(folder: Any, source: Build) -> None:
    """In batches, out of order, with some never asked for, each content is its own."""
    made = folder({f"{n}.txt": f"content {n} " * n for n in range(150)})
    reader = source(made, prefetch_bytes=20_000)
    items = list(listed(reader).values())
    random.Random(3).shuffle(items)
    for start in range(0, len(items), 50):
        batch = items[start : start + 50]
        reader.prefetch(batch)
        for item in batch[:40]:
            n = int(item.name.partition(".")[0])
            assert content(reader, item).decode() == f"content {n} " * n


@pytest.fixture
def namespace(server: Any, folder: Any) -> Iterator[Path]:
    """A DFS namespace with links to a share of the same server, to a folder of it, and to a server that is not there."""
    made = folder({"支店/名簿.csv": LINES, "a.csv": LINES})
    root = Path(server.base) / "dfs"
    (root / "営業").symlink_to(f"msdfs:127.0.0.1\\open\\{made.name}")
    (root / "down").symlink_to("msdfs:127.0.0.2\\nowhere")
    yield root
    for link in root.iterdir():
        link.unlink()


def test_dfs_links_are_followed_under_their_own_names(namespace: Path, source: Build) -> None:
    """Items of a namespace keep the namespace's uri; a link to a server that is down is a problem of that link."""
    reader = source(path="/DFS", timeout=3, attempts=1)
    entries = list(reader.items())
    assert to_read(entries) == {"営業/支店/名簿.csv", "営業/a.csv"}
    assert problems(entries) == {"down": "list-failed"}
    other = source(path="/DFS")
    for item in (e for e in entries if isinstance(e, Item)):
        assert "/dfs/" in item.uri
        assert content(other, item).decode() == LINES
    assert problems(list(source(path="/DFS", dfs=False).items())).keys() >= {"down"}


def test_a_whole_server_and_a_survey(folder: Any, source: Build) -> None:
    """All shares of a server; administrative ones left out with a reason; a survey records shares and rights, and nothing inside."""
    made = folder({"a.csv": LINES})
    hidden = folder({"h.csv": LINES}, share="hidden")
    entries = list(source(include=["*.csv"], exclude=["watched/", "Watched"]).items())
    names = {e.name: e for e in entries if isinstance(e, Item)}
    assert {f"Open/{made.name}/a.csv", f"Secret$/{hidden.name}/h.csv"} <= to_read(entries), (
        "hidden is not administrative"
    )
    said = problems(entries)
    assert (said["D$"], said["Watched"], said["closed"]) == ("excluded", "excluded", "list-failed")
    assert names["Watched"].kind == "share"
    entries = list(source(survey=True).items())
    shares = {e.name: e.attributes for e in entries if isinstance(e, Item)}
    assert set(shares) == {"Open", "Watched", "Closed", "DFS", "Secret$", "D$"}
    assert shares["Open"]["smb.remark"] == "共有フォルダ"
    assert (shares["Open"]["smb.opens"], shares["Closed"]["smb.opens"]) == ("yes", "access-denied")
    assert shares["Open"]["access.breadth"] == "company"
    assert set(problems(entries).values()) == {"excluded"}


def test_rights_of_shares_where_they_may_be_read(
    server: Any, folder: Any, source: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator sees who may use a share, which narrows what its files allow; others are told that they do not know."""
    made = folder({"a.csv": LINES}, share="hidden")
    os.chown(made / "a.csv", owner_uid(), -1)
    ordinary = [e for e in source(path=f"/Secret$/{made.name}").items() if isinstance(e, Problem)]
    assert [(e.code, e.detail) for e in ordinary] == [("rights-unknown", "rights of the share")]
    root, reader = samba.administrator(server), own_sid(source(path=f"/Secret$/{made.name}"))
    samba.share_rights(server, "Secret$", f"D:(A;;0x1200a9;;;{reader})(A;;0x1f01ff;;;{root})")
    try:
        monkeypatch.setenv("PIISCAN_SMB_USERNAME", "root")
        narrowed = source(path=f"/Secret$/{made.name}")
        entries = list(narrowed.items())
    finally:
        samba.share_rights(server, "Secret$", "D:(A;;0x1f01ff;;;WD)")
    assert [e for e in entries if isinstance(e, Problem)] == []
    (item,) = [e for e in entries if isinstance(e, Item)]
    assert item.attributes["access.breadth"] == "group", "two accounts, although the file is open to everybody"
    assert samba.USER in item.attributes["access.share"]
    assert "Everyone" in item.attributes["access.principals"]


def test_answers_of_many_pieces(tmp_path_factory: pytest.TempPathFactory, source: Build) -> None:
    """A server with more shares than one piece of an answer holds."""
    if samba.missing():
        pytest.skip(samba.missing())
    with tempfile.TemporaryDirectory() as name:
        shares = {f"Share{n:03}": f"path = {name}\n    comment = 共有 {n} {'x' * 40}" for n in range(150)}
        with samba.serve(Path(name), shares) as running:
            found = rpc.shares(
                source(path="", port=running.port)._connect().client, Place("127.0.0.1", port=running.port)
            )
    assert {share.name for share in found if share.disk} == set(shares)


def test_answers_that_make_no_sense_are_refused() -> None:
    """Noise in place of lists of shares, names and rights ends in an error with a code."""
    rng = random.Random(11)
    codes = set()
    for _ in range(2000):
        data = bytes(rng.choice((0, 0, 0, 1, 2, rng.randrange(256))) for _ in range(rng.randrange(200)))
        for parse in (rpc._shares, rpc._share_rights, lambda answer: rpc._account_names(answer, ["S-1-1-0"])):
            try:
                parse(rpc._Reader(data))
            except SourceError as error:
                codes.add(error.code)
    assert codes == {"io-error"}
