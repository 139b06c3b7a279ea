"""The files source: what it lists, what it leaves unread and says so, and what its ids lead back to."""

import os
import socket
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from piiscan.errors import SourceError, UsageError
from piiscan.model import Item, Problem
from piiscan.sources.files import FilesSource
from piiscan.sources.paths import display_name, from_uri, to_uri
from piiscan.testing import SourceSuite

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file names and kinds")


def listing(root: Path | str, **options: object) -> list[Item | Problem]:
    return list(FilesSource.from_target(str(root), options=options).items())


def to_read(entries: list[Item | Problem]) -> set[str]:
    decided = {e.item for e in entries if isinstance(e, Problem)}
    return {e.name for e in entries if isinstance(e, Item) and e.uri not in decided}


def problems(entries: list[Item | Problem]) -> dict[str, str]:
    names = {e.uri: e.name for e in entries if isinstance(e, Item)}
    return {names.get(e.item or "", e.item or ""): e.code for e in entries if isinstance(e, Problem)}


class TestFilesSourceContract(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> FilesSource:
        self.root = tmp_path
        (tmp_path / "店舗").mkdir()
        (tmp_path / "店舗" / "名簿 #1.csv").write_text("氏名\n", encoding="utf-8")
        (tmp_path / "a.txt").write_text("a", encoding="utf-8")
        os.symlink(tmp_path / "a.txt", tmp_path / "link.txt")
        return FilesSource.from_target(str(tmp_path))

    def change(self, source: FilesSource) -> str:
        (self.root / "a.txt").write_text("longer than before", encoding="utf-8")
        return to_uri(str(self.root / "a.txt"))


def test_lists_a_tree_and_leads_back_to_every_file(tmp_path: Path) -> None:
    """Whatever is listed for reading can be opened by its uri."""
    (tmp_path / "深い" / "階層").mkdir(parents=True)
    for name in ("空 白+&%.txt", "深い/階層/名簿.csv", "quote'\".txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    source = FilesSource.from_target(str(tmp_path))
    items = [e for e in source.items() if isinstance(e, Item)]
    assert len(items) == 3
    for item in items:
        with source.content(item).open() as stream:
            assert stream.read().decode() == item.name


def test_takes_a_single_file_and_a_file_uri(tmp_path: Path) -> None:
    """A file is a target of one item; its uri is one too."""
    file = tmp_path / "顧客.txt"
    file.write_text("x", encoding="utf-8")
    assert to_read(listing(file)) == {"顧客.txt"}
    assert to_read(listing(to_uri(str(file)))) == {"顧客.txt"}


def test_missing_target_is_a_usage_error(tmp_path: Path) -> None:
    """A target that is not there stops at once, before anything is scanned."""
    with pytest.raises(UsageError):
        FilesSource.from_target(str(tmp_path / "nowhere"))


def test_unknown_option_is_named(tmp_path: Path) -> None:
    """A wrong option names itself."""
    with pytest.raises(UsageError, match="exclud"):
        FilesSource.from_target(str(tmp_path), options={"exclud": ["x"]})


def test_include_and_exclude(tmp_path: Path) -> None:
    """Patterns work as in .gitignore; what they leave out is still listed, with the reason."""
    for name in ("a.csv", "b.tmp", "古い/c.csv", "node_modules/d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    entries = listing(tmp_path, include=["*.csv"], exclude=["node_modules/"])
    assert to_read(entries) == {"a.csv", "古い/c.csv"}
    assert problems(entries) == {"b.tmp": "excluded", "node_modules": "excluded"}


def test_size_limit_and_hidden_files(tmp_path: Path) -> None:
    """Files over the limit and, when asked, hidden ones are skipped with their reason."""
    (tmp_path / "big.bin").write_bytes(b"x" * 1000)
    (tmp_path / ".secret").write_bytes(b"x")
    assert problems(listing(tmp_path, max_bytes=999)) == {"big.bin": "too-large"}
    assert problems(listing(tmp_path, hidden=False)) == {".secret": "excluded"}
    assert to_read(listing(tmp_path)) == {"big.bin", ".secret"}


@posix
def test_special_files_and_links_are_never_opened(tmp_path: Path) -> None:
    """Pipes, sockets and links are listed and left alone; a pipe would block for ever."""
    os.mkfifo(tmp_path / "pipe")
    os.symlink("nowhere", tmp_path / "dangling")
    os.symlink(".", tmp_path / "self")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        found = problems(listing(tmp_path))
    assert found == {"pipe": "special-file", "s": "special-file", "dangling": "symlink", "self": "symlink"}


@posix
def test_symlink_loops_end(tmp_path: Path) -> None:
    """Following links stops at a folder that is already being walked."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x", encoding="utf-8")
    os.symlink("..", tmp_path / "a" / "up")
    entries = listing(tmp_path, follow_symlinks=True)
    assert to_read(entries) == {"a/x.txt"}
    assert problems(entries) == {"a/up": "symlink-loop"}


@posix
def test_hard_links_are_read_once(tmp_path: Path) -> None:
    """Two names of one file: one is read, the other says so; both are listed."""
    (tmp_path / "one").write_text("x", encoding="utf-8")
    os.link(tmp_path / "one", tmp_path / "two")
    entries = listing(tmp_path)
    assert len(to_read(entries)) == 1
    assert list(problems(entries).values()) == ["hard-link"]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may read everything; for the time of the block this process is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@posix
def test_denied_folder_and_file_are_problems_of_their_place() -> None:
    """A folder that may not be listed is named, so that nothing below it is taken for gone; a denied file cannot be opened."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "人事").mkdir(mode=0o700)
        (root / "a.txt").write_text("x", encoding="utf-8")
        (root / "a.txt").chmod(0o600)
        if os.geteuid() != 0:
            (root / "人事").chmod(0)
            (root / "a.txt").chmod(0)
        with unprivileged():
            source = FilesSource.from_target(name)
            entries = list(source.items())
            assert problems(entries) == {to_uri(str(root / "人事")) + "/": "list-failed"}
            item = next(e for e in entries if isinstance(e, Item))
            with pytest.raises(PermissionError):
                source.content(item).open()
        (root / "人事").chmod(0o700)


@posix
def test_odd_names_survive(tmp_path: Path) -> None:
    """CP932 bytes, newlines, decomposed kana and very long names are listed, shown readably, and opened."""
    raw = os.fsencode(tmp_path)
    names = [
        "顧客名簿.csv".encode("cp932"),
        b"a\nb.txt",
        unicodedata.normalize("NFD", "ガイド.txt").encode(),
        b"x" * 250,
    ]
    for name in names:
        with open(os.path.join(raw, name), "wb") as out:
            out.write(b"content")
    source = FilesSource.from_target(str(tmp_path))
    items = [e for e in source.items() if isinstance(e, Item)]
    assert {item.name for item in items} == {"顧客名簿.csv", "a\\nb.txt", "ガイド.txt", "x" * 250}
    for item in items:
        with source.content(item).open() as stream:
            assert stream.read() == b"content"
        with source.content(item).local_path() as path:
            assert path.read_bytes() == b"content"


def test_uris_round_trip() -> None:
    """A path survives the way through its uri, byte for byte, undecodable bytes included."""
    for path in ("/srv/共有/名簿 (1)%41#?.csv", "/srv/" + b"\x8c\xda.csv".decode("utf-8", "surrogateescape")):
        if sys.platform != "win32":
            assert from_uri(to_uri(path)) == path
            assert to_uri(path).isascii()


def test_display_name_shows_what_a_person_can_read() -> None:
    """No control character and no lone surrogate reaches a terminal or report."""
    shown = display_name("a\x1b[31m\r\nb" + b"\xff\xfe".decode("utf-8", "surrogateescape"))
    assert shown.isprintable()
    shown.encode("utf-8")


def test_vanished_file_is_told_apart(tmp_path: Path) -> None:
    """A file that went away between listing and reading says so."""
    file = tmp_path / "a.txt"
    file.write_text("x", encoding="utf-8")
    source = FilesSource.from_target(str(tmp_path))
    item = next(e for e in source.items() if isinstance(e, Item))
    file.unlink()
    with pytest.raises(FileNotFoundError):
        source.content(item).open()
    with pytest.raises(SourceError, match="vanished"):
        source.current_token(item)


def test_listing_is_lazy(tmp_path: Path) -> None:
    """The first item comes before the rest of a large folder was looked at: memory does not grow with the number of files."""
    for number in range(300):
        (tmp_path / f"{number}.txt").touch()
    entries = FilesSource.from_target(str(tmp_path)).items()
    next(entries)
    for file in tmp_path.iterdir():
        file.unlink()
    rest = list(entries)
    assert len([e for e in rest if isinstance(e, Item)]) <= 299
    assert all(isinstance(e, Item) or e.code == "vanished" for e in rest)


@posix
def test_two_leading_slashes_are_one(tmp_path: Path) -> None:
    """``//share`` and ``/share`` are one place with the same ids."""
    assert FilesSource.from_target(f"/{tmp_path}").name == FilesSource.from_target(str(tmp_path)).name


@posix
def test_subfolder_that_may_not_be_looked_at_is_a_place_not_a_file() -> None:
    """Where a folder may be listed but not entered, its sub-folders are named as unlisted, so that nothing below them is taken for gone."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "総務" / "会員").mkdir(parents=True)
        (root / "総務").chmod(0o744)
        root.chmod(0o755)
        if os.geteuid() != 0:
            (root / "総務").chmod(0o444)
        with unprivileged():
            entries = list(FilesSource.from_target(name).items())
        (root / "総務").chmod(0o755)
        assert problems(entries) == {to_uri(str(root / "総務" / "会員")) + "/": "list-failed"}
        assert not [e for e in entries if isinstance(e, Item)]


class Remembers:
    """What an inventory would know of a listing."""

    def __init__(self, entries: list[Item | Problem]) -> None:
        self.known = {(e.uri, e.change_token, str(e.attributes), e.size) for e in entries if isinstance(e, Item)}

    def mark(self, attributes: object) -> str:
        return str(attributes)

    def passes(self, uri: str, token: str, mark: str, size: int) -> bool:
        return (uri, token, mark, size) in self.known


def test_known_files_are_not_listed_again(tmp_path: Path) -> None:
    """Whatever they are called; what is new or changed is, and so is what listing itself decides or options must be asked about."""
    names = ["a.txt", "名簿 #1.csv", "100%.txt", "a+b;c=d.txt", "ヴ.txt", unicodedata.normalize("NFD", "ガ.txt")]
    if sys.platform == "linux":
        names += [os.fsdecode("会員".encode("cp932")), "\\back?.txt", "new\nline"]
    folder = tmp_path / "店舗 [1]"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"x")
    (tmp_path / "below.txt").write_bytes(b"x")
    known = Remembers(listing(tmp_path))
    source = FilesSource.from_target(str(tmp_path))
    assert list(source.items_but(known)) == []
    (folder / "100%.txt").write_bytes(b"longer")
    (folder / "new.txt").write_bytes(b"x")
    assert {e.name for e in source.items_but(known) if isinstance(e, Item)} == {
        "店舗 [1]/100%.txt", "店舗 [1]/new.txt"
    }  # fmt: skip
    for options in ({"exclude": ["*.txt"]}, {"include": ["*.csv"]}, {"max_bytes": 3}, {"hidden": False}):
        everything = listing(tmp_path, **options)
        assert list(FilesSource.from_target(str(tmp_path), options=options).items_but(known)) == everything


@posix
def test_links_are_listed_again_although_known(tmp_path: Path) -> None:
    """Symbolic links and further names of a file are told apart by the listing, every time."""
    (tmp_path / "a.txt").write_bytes(b"x")
    os.link(tmp_path / "a.txt", tmp_path / "b.txt")
    os.symlink(tmp_path / "a.txt", tmp_path / "c.txt")
    entries = listing(tmp_path)
    assert list(FilesSource.from_target(str(tmp_path)).items_but(Remembers(entries))) == entries
