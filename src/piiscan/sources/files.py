"""Folders, single files and mounted shares: the source everything else is measured against.

Listing streams directory by directory and holds one directory's sub-folders at most, never the files. Nothing is followed, opened or
changed while listing. What is not read on purpose (links, devices, excluded names) is still an item, with a problem that says why.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from pathspec import GitIgnoreSpec
from pydantic import BaseModel, ConfigDict, ValidationError

from piiscan.content import FileContent
from piiscan.errors import SourceError, UsageError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Item, Problem
from piiscan.protocols import Known, Source
from piiscan.sources.access import Reach, attributes_of, folder_reach, made_up_devices, narrower, way_to
from piiscan.sources.paths import display_name, extended, from_uri, to_uri
from piiscan.sources.skim import OFFLINE, Skim, token_of


class FilesOptions(BaseModel):
    """Options of a ``files`` target.

    `include` and `exclude` are patterns as in .gitignore, matched against the path below the target. `max_bytes` skips larger files (0: no
    limit). `hidden` says whether dot files are scanned. `follow_symlinks` follows links, with loops detected. `one_filesystem` does not cross
    mount points. `read_offline` fetches files that a tiering system keeps elsewhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_bytes: int = 0
    hidden: bool = True
    follow_symlinks: bool = False
    one_filesystem: bool = False
    read_offline: bool = False


class _Folder(NamedTuple):
    path: str
    relative: str
    ancestors: frozenset[tuple[int, int]]
    device: int
    through: Reach | None
    """Who can get here; None is everybody."""


class _Found(NamedTuple):
    path: str
    relative: str
    info: os.stat_result | None
    through: Reach | None


@dataclass(slots=True)
class FilesSource:
    """Lists a folder tree or a single file. See :class:`FilesOptions` for its settings."""

    kind: ClassVar[str] = "files"
    schemes: ClassVar[tuple[str, ...]] = ("file",)
    Options: ClassVar[type[BaseModel]] = FilesOptions

    root: str
    name: str
    options: FilesOptions = field(default_factory=FilesOptions)

    @classmethod
    def claims(cls, target: str) -> bool:
        """Paths, and ``file://`` URIs."""
        return target.startswith("file://") or "://" not in target

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> FilesSource:
        """A path or ``file://`` URI. Raises UsageError when nothing is there or an option is unknown."""
        root = from_uri(target) if target.startswith("file://") else target
        root = os.path.abspath(os.path.expanduser(root))  # noqa: PTH100, PTH111 - keeps surrogates and links as given
        if os.sep == "/" and root.startswith(
            "//"
        ):  # POSIX lets two slashes mean something of its own; no system that we know does
            root = root[1:]
        try:
            checked = FilesOptions.model_validate(dict(options or {}))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
            raise UsageError(f"target {target}: wrong option {fields}") from None
        if not os.path.lexists(extended(root)):
            raise UsageError(f"no such file or folder: {target}")
        return cls(root=root, name=name or to_uri(root), options=checked)

    @property
    def root_uri(self) -> str:
        """What the uris of everything below the target begin with."""
        return _folder_uri(self.root)

    def items(self) -> Iterator[Item | Problem]:
        """Every file below the target; see :class:`piiscan.protocols.Source`."""
        return self._items(None)

    def items_but(self, known: Known) -> Iterator[Item | Problem]:
        """As `items`, without files that are as the inventory knows them; see :class:`piiscan.protocols.Skims`."""
        return self._items(known)

    def _items(self, known: Known | None) -> Iterator[Item | Problem]:
        try:
            info = os.stat(extended(self.root))  # noqa: PTH116
        except OSError as error:
            yield Problem(code="list-failed", detail=type(error).__name__, item=None, source=self.name)
            return
        way = way_to(os.path.realpath(self.root))
        if not stat.S_ISDIR(info.st_mode):
            yield from self._entry(_Found(self.root, os.path.basename(self.root), info, way), _Walk(self.options))  # noqa: PTH119
            return
        walk = _Walk(self.options, device=info.st_dev, known=known)
        way = narrower(way, folder_reach(self.root, info))
        pending = [_Folder(self.root, "", frozenset({(info.st_dev, info.st_ino)}), info.st_dev, way)]
        while pending:
            folder = pending.pop()
            below: list[_Folder] = []
            yield from self._folder(folder, walk, below)
            pending += reversed(below)

    def content(self, item: Item) -> Content:
        """The file. Names that are no text are opened by their bytes."""
        path = extended(from_uri(item.uri))
        odd = any("\udc80" <= c <= "\udcff" for c in path)
        return FileContent(os.fsencode(path) if odd else path, name=item.name, size=item.size)

    def current_token(self, item: Item) -> str | None:
        """The change token as of now, to see whether an item changed while it was read."""
        path = from_uri(item.uri)
        follow = self.options.follow_symlinks or path == self.root  # a target that is a link is what it leads to
        try:
            return token_of(os.stat(extended(path), follow_symlinks=follow))  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            raise SourceError("vanished") from None

    def _list_failed(self, path: str, error: OSError) -> Problem:
        # Ends with a slash: what a failed listing spares from being called gone is this folder, not its neighbour /share2.
        return Problem(code="list-failed", detail=type(error).__name__, item=_folder_uri(path), source=self.name)

    def _folder(self, folder: _Folder, walk: _Walk, below: list[_Folder]) -> Iterator[Item | Problem]:
        if kind := walk.unknown_rights(folder.device):
            yield Problem(
                code="rights-unknown", detail=f"{kind} mount", item=_folder_uri(folder.path), source=self.name
            )
        try:
            entries = os.scandir(extended(folder.path))
        except OSError as error:
            yield self._list_failed(folder.path, error)
            return
        skim = walk.skim(folder)
        with entries:
            while True:
                try:
                    entry = next(entries, None)
                except OSError as error:  # a share that went away while it was listed
                    yield self._list_failed(folder.path, error)
                    return
                if entry is None:
                    return
                if skim is not None and skim.passes(entry):
                    continue
                path = os.path.join(folder.path, entry.name)  # noqa: PTH118
                relative = f"{folder.relative}/{entry.name}" if folder.relative else entry.name
                yield from self._listed(entry, path, relative, folder, walk, below)

    def _listed(
        self, entry: os.DirEntry[str], path: str, relative: str, folder: _Folder, walk: _Walk, below: list[_Folder]
    ) -> Iterator[Item | Problem]:
        found = _Found(path, relative, None, folder.through)
        try:
            is_link = entry.is_symlink()
            info = entry.stat(follow_symlinks=is_link and self.options.follow_symlinks)
        except OSError as error:
            if _is_folder(entry) and not isinstance(error, FileNotFoundError):
                # What lies below was not seen, and must not be taken for gone.
                yield self._list_failed(path, error)
            else:
                yield from self._skipped(found, walk, _stat_code(error))
            return
        # What a link leads to is reached by others on its own way, which this one says nothing of.
        found = _Found(path, relative, info, None if is_link else folder.through)
        if is_link and not self.options.follow_symlinks:
            yield from self._skipped(found, walk, "symlink", kind="symlink")
        elif stat.S_ISDIR(info.st_mode):
            yield from self._subfolder(found, info, folder, walk, below)
        else:
            yield from self._entry(found, walk)

    def _subfolder(
        self, found: _Found, info: os.stat_result, folder: _Folder, walk: _Walk, below: list[_Folder]
    ) -> Iterator[Item | Problem]:
        identity = (info.st_dev, info.st_ino)
        if walk.excludes(found.relative, folder=True) or (walk.device is not None and info.st_dev != walk.device):
            yield from self._skipped(found, walk, "excluded", kind="folder")
        elif info.st_ino and identity in folder.ancestors:
            yield from self._skipped(found, walk, "symlink-loop", kind="folder")
        else:
            through = narrower(found.through, folder_reach(extended(found.path), info))
            below.append(_Folder(found.path, found.relative, folder.ancestors | {identity}, info.st_dev, through))

    def _entry(self, found: _Found, walk: _Walk) -> Iterator[Item | Problem]:
        info = found.info
        assert info is not None
        code, detail = "", ""
        if not stat.S_ISREG(info.st_mode):
            code, detail = "special-file", stat.filemode(info.st_mode)[0]
        elif walk.excludes(found.relative, folder=False):
            code = "excluded"
        elif self.options.max_bytes and info.st_size > self.options.max_bytes:
            code, detail = "too-large", str(self.options.max_bytes)
        elif getattr(info, "st_file_attributes", 0) & OFFLINE and not self.options.read_offline:
            code = "offline"
        elif not walk.first_sight(info):
            code = "hard-link"
        if code:
            yield from self._skipped(found, walk, code, detail)
        else:
            yield self._item(found, walk)

    def _skipped(
        self, found: _Found, walk: _Walk, code: str, detail: str = "", kind: str = "file"
    ) -> Iterator[Item | Problem]:
        item = self._item(found, walk, kind)
        yield item
        yield Problem(code=code, detail=detail, item=item.uri, source=self.name)

    def _item(self, found: _Found, walk: _Walk, kind: str = "file") -> Item:
        uri, name, info = to_uri(found.path), display_name(found.relative), found.info
        if info is None:
            return Item(uri=uri, source=self.name, name=name, kind=kind)
        made_up = walk.made_up.get(info.st_dev, "")
        return Item(
            uri=uri,
            source=self.name,
            name=name,
            kind=kind,
            size=info.st_size if kind == "file" else None,
            modified=_moment(info.st_mtime),
            change_token=token_of(info),
            attributes=attributes_of(extended(found.path), info, found.through, made_up=made_up),
        )


class _Walk:
    """What one listing remembers: patterns, the device it stays on, and files with several names."""

    __slots__ = (
        "_exclude",
        "_hidden",
        "_include",
        "_known",
        "_marks",
        "_options",
        "_remarked",
        "_seen",
        "device",
        "made_up",
    )

    def __init__(self, options: FilesOptions, device: int | None = None, known: Known | None = None) -> None:
        self._options = options
        self._known = known
        self._marks: dict[Reach | None, dict[object, str]] = {}
        self._include = GitIgnoreSpec.from_lines(options.include) if options.include else None
        self._exclude = GitIgnoreSpec.from_lines(options.exclude) if options.exclude else None
        self._hidden = options.hidden
        self._seen: set[tuple[int, int]] = set()
        self._remarked: set[int] = set()
        self.device = device if options.one_filesystem else None
        self.made_up = made_up_devices()

    def unknown_rights(self, device: int) -> str:
        """The type of a file system that does not know its rights, the first time it is met."""
        if device in self._remarked or device not in self.made_up:
            return ""
        self._remarked.add(device)
        return self.made_up[device]

    def skim(self, folder: _Folder) -> Skim | None:
        """What passes over unchanged files of a folder; None where nothing is known or options must be asked file by file."""
        options = self._options
        if self._known is None or options.include or options.exclude or options.max_bytes or not options.hidden:
            return None
        marks = self._marks.setdefault(folder.through, {})
        refused = 0 if options.read_offline else OFFLINE
        return Skim(self._known, folder.path, folder.through, marks, self.made_up, refused)

    def excludes(self, relative: str, *, folder: bool) -> bool:
        path = relative.replace(os.sep, "/") + ("/" if folder else "")
        if not self._hidden and relative.rpartition("/")[2].startswith("."):
            return True
        if self._exclude is not None and self._exclude.match_file(path):
            return True
        # Folders are entered although no include pattern matches them: something below may.
        return self._include is not None and not folder and not self._include.match_file(path)

    def first_sight(self, info: os.stat_result) -> bool:
        if info.st_nlink < 2 or not info.st_ino:
            return True
        identity = (info.st_dev, info.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True


def _folder_uri(path: str) -> str:
    return to_uri(path).rstrip("/") + "/"


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """As the listing says, which needs no right to look at the entry itself."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _stat_code(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "vanished"
    return "access-denied" if isinstance(error, PermissionError) else "io-error"


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


@hookimpl
def piiscan_sources() -> list[type[Source]]:
    """The files source."""
    return [FilesSource]
