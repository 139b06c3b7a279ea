"""XML of hostile origin: no entities, no network, no DTD; what comes before a damage is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from lxml import etree

from piiscan.errors import LimitError, ReadError

if TYPE_CHECKING:
    from piiscan.readers._package import Package

Element = Any
"""An lxml element (its stubs know too little of it to be of use)."""

SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}
FORGOTTEN = 64
"""Blocks that are kept until they are forgotten together, which is cheaper than one by one."""
_CONTROL = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Locals(dict[Any, str]):
    """Tag to local name, for the tags met; what invents tags without end gets no memory for it."""

    def __missing__(self, tag: Any) -> str:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(self) < 4096:
            self[tag] = name
        return name


LOCALS = _Locals()
"""For loops in which a call for each element is felt; elsewhere `local`."""


def local(element: Element) -> str:
    """The tag without its namespace; empty for entities and the like."""
    return LOCALS[element.tag]


def attr(element: Element, name: str, default: str = "") -> str:
    """An attribute by local name, whatever its namespace (strict and transitional OOXML differ in it)."""
    for key, value in element.attrib.items():
        if key == name or key.endswith("}" + name):
            return str(value)
    return default


def attributes(element: Element) -> dict[str, str]:
    """All attributes by local name, the first of a name; one look where several are wanted."""
    found: dict[str, str] = {}
    for key, value in element.attrib.items():
        found.setdefault(key.rpartition("}")[2], value)
    return found


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along local names, or None."""
    for name in path:
        element = next((e for e in element if local(e) == name), None)
        if element is None:
            return None
    return element


def whole(element: Element) -> str:
    """The text of a leaf; what stands around an entity is kept, the entity is not."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(inner.tail or "" for inner in element)


def descend(element: Element, *names: str) -> Iterator[Element]:
    """Descendants with one of these local names, in document order."""
    return (e for e in element.iter("{*}" + names[0] if len(names) == 1 else None) if local(e) in names)


def parse_bytes(data: bytes, *, recover: bool = False) -> Element | None:
    """The root element, or None where there is none. Raises lxml's XMLSyntaxError unless `recover`."""
    return etree.fromstring(data, etree.XMLParser(recover=recover, **SAFE)) if data.strip() else None


def parse_part(package: Package, name: str) -> Element | None:
    """The root of a part. Damage is noted at the package; what the parser could make of it is returned."""
    data = package.read(name)
    try:
        root = parse_bytes(data)
    except etree.XMLSyntaxError:
        package.note("part-unreadable", "XML", name)
        try:
            root = parse_bytes(data, recover=True)
        except etree.XMLSyntaxError:
            return None
    if root is None:
        package.note("part-unreadable", "empty", name)
    return root


def blocks(package: Package, name: str, tags: tuple[str, ...], parents: frozenset[str]) -> Iterator[Element]:
    """Elements with one of the local names `tags` right below one of `parents`, one at a time and forgotten afterwards.

    Damage is noted at the package; the blocks behind it come from the parser's recovery.
    """
    done = 0
    wanted = tuple("{*}" + tag for tag in tags)
    try:
        with package.xml_stream(name) as stream:
            for element in _stream_blocks(stream, wanted, parents):
                done += 1
                yield element
    except LimitError:
        raise
    except ReadError as error:
        package.note("part-unreadable", error.detail, name)
    except etree.XMLSyntaxError:
        package.note("part-unreadable", "XML", name)
        yield from _recovered(package, name, tags, parents, done)


def _stream_blocks(stream: BinaryIO, wanted: tuple[str, ...], parents: frozenset[str]) -> Iterator[Element]:
    done = 0
    for _, element in etree.iterparse(stream, events=("end",), tag=wanted, **SAFE):
        up = element.getparent()
        if up is not None and LOCALS[up.tag] in parents:
            yield element
            done += 1
            if done % FORGOTTEN == 0:
                element.clear(keep_tail=False)
                del up[: up.index(element)]


def _recovered(
    package: Package, name: str, tags: tuple[str, ...], parents: frozenset[str], skip: int
) -> Iterator[Element]:
    try:
        root = parse_bytes(package.read(name), recover=True)
    except etree.XMLSyntaxError:
        return
    if root is None:
        return
    found = (e for e in descend(root, *tags) if e.getparent() is not None and local(e.getparent()) in parents)
    for number, element in enumerate(found):
        if number >= skip:
            yield element


def unescape(text: str) -> str:
    """Undo OOXML's ``_x000D_`` writing of characters that XML cannot hold."""
    return _CONTROL.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def all_text(root: Element) -> Iterator[str]:
    """Every piece of text of an unknown vocabulary, one line for each element that has some; attributes too where they read as text."""
    for element in root.iter():
        text = (element.text or "").strip() if isinstance(element.tag, str) else ""
        if text:
            yield text
        tail = (element.tail or "").strip()
        if tail:
            yield tail
