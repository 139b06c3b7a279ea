"""OLE compound documents (doc, xls, ppt): streams, properties, and the objects that are embedded in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.model import Content, Embedded, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext
from piiscan.readers._ole import ole10native, ole10paths, ole_stream
from piiscan.readers._text import prop, segments

_PROPERTIES: Final = (
    ("author", "作成者"),
    ("last_saved_by", "最終更新者"),
    ("title", "タイトル"),
    ("subject", "件名"),
    ("comments", "コメント"),
    ("keywords", "キーワード"),
    ("manager", "管理者"),
    ("company", "会社"),
)
_DOCUMENTS: Final = frozenset({"WordDocument", "Workbook", "Book", "PowerPoint Document"})
_PAYLOADS: Final = frozenset({"Package", "CONTENTS", "Contents"})


class Compound:
    """An open compound document. Raises ReadError `damaged` where it cannot be opened."""

    def __init__(self, content: Content, context: ReadContext) -> None:
        import olefile

        self.context = context
        self._stream = content.open()
        try:
            self.ole = olefile.OleFileIO(self._stream)
            self.entries: list[list[str]] = self.ole.listdir()
        except Exception as error:  # noqa: BLE001 - olefile raises many kinds on broken files
            self._stream.close()
            raise ReadError("damaged", type(error).__name__) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ole.close()
        self._stream.close()

    def stream(self, *path: str) -> bytes | None:
        """A stream's bytes, or None."""
        data = ole_stream(self.ole, list(path))
        if data is not None:
            self.context.budget.spend(len(data))
        return data

    def properties(self) -> Iterator[Reading]:
        """Author, last editor, title and so on."""
        with suppress(Exception):
            meta = self.ole.get_metadata()
            page = meta.codepage if isinstance(meta.codepage, int) else 0
            for name, label in _PROPERTIES:
                text = _decode(getattr(meta, name, None), page)
                if text:
                    yield prop(label, text, name)

    def embedded(self) -> Iterator[Reading]:
        """Objects in storages below the document: packaged files come out, whole Office documents are named as not read."""
        for path in self.entries:
            if len(path) < 2:
                continue
            place = Locator.of(part="/".join(path[:-1]))
            if path[-1] == "\x01Ole10Native":
                data = self.stream(*path) or b""
                name, payload = ole10native(data) or ("object.bin", data[4:])
                yield from segments(ole10paths(data), place, SegmentKind.NAME)
                yield Embedded(
                    path="/".join([*path[:-1], name]), content=BytesContent(payload, name), size=len(payload)
                )
            elif path[-1] in _PAYLOADS:
                data = self.stream(*path) or b""
                yield Embedded(path="/".join(path), content=BytesContent(data, path[-1]), size=len(data))
            elif path[-1] in _DOCUMENTS:
                yield self.context.problem("part-unreadable", "embedded OLE document", place)


def _decode(value: object, page: int) -> str:
    if isinstance(value, bytes):
        encodings = {65001: "utf-8", 932: "cp932", 1200: "utf-16-le", 10001: "cp932"}
        value = value.decode(
            encodings.get(page % 65536, f"cp{page % 65536}" if page % 65536 in range(437, 1259) else "cp932"), "replace"
        )
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
