"""A small RTF reader: text by destination, in the character sets that fonts declare.

Japanese RTF switches to CP932 by font, may split a two-byte character between an escape and a plain letter, and repeats text as
``\\u`` with a fallback to skip; all of that decides whether a name comes out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?(?: |)|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\'?"
)
_CHARSETS: Final = {
    0: "cp1252", 2: "cp1252", 77: "mac_roman", 78: "cp932", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp437",
}  # fmt: skip
_CHARS: Final = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "row": "\n", "nestrow": "\n", "cell": "\t", "nestcell": "\t",
    "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS: Final = {
    "~": "\xa0",
    "_": "\u2011",
    "-": "\xad",
    "\\": "\\",
    "{": "{",
    "}": "}",
    "\n": "\n",
    "\r": "\n",
    "\t": "\t",
}
_SKIP: Final = frozenset(
    {
        "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator",
        "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "filetbl", "pgptbl",
        "nonshppict", "panose", "falt", "fname", "fontemb", "fontfile", "blipuid", "picprop", "sp", "defchp",
        "defpap", "wgrffmtfilter", "mmathPr", "objclass", "objname", "bkmkstart", "bkmkend", "xe", "tc",
        "template", "passwordhash", "pnseclvl", "fchars", "lchars", "listname", "private", "oldcprops",
        "oldpprops", "oldsprops", "oldtprops", "protusertbl", "mhtmltag", "sv", "sn", "atnid", "atntime",
        "atnref", "atndate", "atrfstart", "atrfend", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "bliptag",
        "levelnumbers", "leveltext", "creatim", "revtim", "printim", "buptim",
    }
)  # fmt: skip
_PLACES: Final = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "footnote": "footnote", "annotation": "annotation", "atnauthor": "people", "fldinst": "field", "objdata": "object", "pict": "picture",
    "fonttbl": "fonttbl", "datafield": "field", "formfield": "form", "ffdeftext": "form", "ffl": "form", "result": "body",
}  # fmt: skip
_INFO: Final = frozenset(
    {
        "author", "operator", "title", "subject", "manager", "company", "doccomm", "keywords", "category",
        "hlinkbase", "propname", "staticval",
    }
)  # fmt: skip
_KEEP: Final = frozenset(
    {
        "shptxt", "shpinst", "shppict", "shp", "shprslt", "listtext", "pntext", "fldrslt", "field", "ud", "upr",
        "nesttableprops", "shpgrp", "do", "dptxbxtext",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    place: str = "body"
    encoding: str = "cp1252"
    font: int = -1
    skip: int = 1
    ignorable: bool = False


@dataclass(slots=True)
class RtfText:
    """What came out: text of each destination (``body``, ``header``, ``people``, ``info:author`` ...), in pieces."""

    places: dict[str, list[str]] = field(default_factory=dict)
    balanced: bool = True

    def text(self, place: str) -> str:
        """The text of a destination."""
        return "".join(self.places.get(place, ()))


class RtfParser:
    """Reads one document. `tick` is called now and then; it may raise to stop."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._out = RtfText()
        self._state = _State()
        self._stack: list[_State] = []
        self._raw = bytearray()
        self._units: list[int] = []
        self._fonts: dict[int, str] = {}
        self._font_entry = -1
        self._default = "cp1252"
        self._pending_skip = 0

    def parse(self, data: str) -> RtfText:
        """`data` holds bytes as characters (Latin-1)."""
        at, count = 0, 0
        while at < len(data):
            match = _TOKEN.match(data, at)
            if match is None:
                at += 1
                continue
            at = match.end()
            count += 1
            if count % 20_000 == 0:
                self._tick()
            word, number, escape, symbol, brace, text = match.groups()
            if text is not None:
                self._bytes(text)
            elif escape is not None:
                self._bytes(chr(int(escape, 16)))
            elif word is not None:
                if word == "bin" and number:
                    at += max(0, int(number))
                else:
                    self._word(word, None if number is None else int(number))
            elif brace is not None:
                self._brace(brace)
            elif symbol is not None:
                self._symbol(symbol)
        self._flush()
        self._out.balanced = not self._stack
        return self._out

    def _put(self, text: str) -> None:
        self._flush()
        if self._state.place != "skip":
            self._out.places.setdefault(self._state.place, []).append(text)

    def _flush(self) -> None:
        place = self._out.places.setdefault(self._state.place, []) if self._raw or self._units else []
        if self._units:
            raw = b"".join((u & 0xFFFF).to_bytes(2, "little") for u in self._units)
            place.append(_utf16(raw))
            self._units = []
        if self._raw:
            place.append(bytes(self._raw).decode(self._state.encoding, "replace"))
            self._raw = bytearray()

    def _bytes(self, text: str) -> None:
        if self._pending_skip:
            cut = min(self._pending_skip, len(text))
            self._pending_skip -= cut
            text = text[cut:]
        if not text or self._state.place == "skip":
            return
        if self._units:
            self._flush()
        self._raw += text.encode("latin-1", "replace")

    def _brace(self, brace: str) -> None:
        self._flush()
        self._pending_skip = 0
        if brace == "{":
            self._stack.append(self._state)
            self._state = replace(self._state, ignorable=False)
            return
        place = self._state.place
        if self._stack:
            self._state = self._stack.pop()
            if place not in {self._state.place, "skip"} and place in self._out.places:
                self._out.places[place].append("\n")
        else:
            self._out.balanced = False

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state = replace(self._state, ignorable=True)
        elif self._pending_skip:
            self._pending_skip -= 1
        elif symbol in _SYMBOLS and self._state.place not in {"object", "picture"}:
            self._put(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        if word in _CHARS:
            self._put(_CHARS[word])
        elif word == "u" and number is not None:
            self._unicode(number)
        elif word == "uc":
            self._state = replace(self._state, skip=max(0, min(number or 0, 8)))
        elif word in {"f", "af", "deff"} and number is not None:
            self._font(word, number)
        elif word == "fcharset" and self._state.place == "fonttbl":
            self._fonts[self._font_entry] = _CHARSETS.get(number or 0, self._default) if number else ""
        elif word in {"ansicpg", "mac", "pc", "pca", "cpg"}:
            self._page(word, number)
        elif word == "plain":
            self._flush()
            self._state = replace(self._state, encoding=self._encoding(-1), font=-1)
        else:
            self._destination(word)

    def _unicode(self, number: int) -> None:
        if self._raw:
            self._flush()
        if self._state.place != "skip":
            self._units.append(number & 0xFFFF)
        self._pending_skip = self._state.skip

    def _font(self, word: str, number: int) -> None:
        if self._state.place == "fonttbl":
            self._font_entry = number
        elif word == "f" and number != self._state.font:
            self._flush()
            self._state = replace(self._state, font=number, encoding=self._encoding(number))

    def _encoding(self, font: int) -> str:
        return self._fonts.get(font) or self._default

    def _page(self, word: str, number: int | None) -> None:
        name = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}.get(word) or f"cp{number}"
        name = {"cp65001": "utf-8", "cp10001": "cp932", "cp10000": "mac_roman", "cp936": "gbk"}.get(name, name)
        try:
            codecs.lookup(name)
        except LookupError:
            return
        if self._state.place == "fonttbl":
            self._fonts[self._font_entry] = name
            return
        self._flush()
        self._default = name
        self._state = replace(self._state, encoding=name)

    def _destination(self, word: str) -> None:
        ignorable = self._state.ignorable
        if self._state.place == "skip":
            return
        if word in _INFO and self._stack:
            self._enter(f"info:{word}")
        elif word in _PLACES:
            self._enter(_PLACES[word])
        elif word in _SKIP or (ignorable and word not in _KEEP):
            self._enter("skip")
        self._state = replace(self._state, ignorable=False)

    def _enter(self, place: str) -> None:
        self._flush()
        self._state = replace(self._state, place=place)


def _utf16(raw: bytes) -> str:
    """UTF-16 text; each half of a broken pair becomes one replacement character."""
    text = raw.decode("utf-16-le", "surrogatepass")
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
