"""Helpers of these tests: small packages written by hand, and everything a reader says, gathered."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.limits import Budget, Limits
from piiscan.model import Embedded, Item, Problem, TableSegment, TextSegment
from piiscan.protocols import ReadContext

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'  # noqa: E501
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass
class Out:
    """What a reader yielded, consumed in the order a pipeline would."""

    texts: list[TextSegment] = field(default_factory=list)
    tables: list[tuple[TableSegment, list[tuple[str | None, ...]]]] = field(default_factory=list)
    embedded: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    error: ReadError | None = None

    @property
    def text(self) -> str:
        return "\n".join(t.text for t in self.texts)

    @property
    def codes(self) -> list[str]:
        return [p.code for p in self.problems]

    def at(self, **steps: str) -> str:
        """The text of segments whose locator has these steps."""
        return "\n".join(t.text for t in self.texts if all(t.locator.get(k) == v for k, v in steps.items()))


def read(reader, data: bytes, *, passwords=(), limits: Limits | None = None, media_type="x/x") -> Out:
    context = ReadContext(
        item=Item(uri="test:1", source="test", name="test"),
        budget=Budget(limits or Limits()),
        media_type=media_type,
        passwords=passwords,
    )
    out = Out()
    try:
        for reading in reader().read(BytesContent(data, "test"), context):
            if isinstance(reading, TextSegment):
                out.texts.append(reading)
            elif isinstance(reading, TableSegment):
                rows: list[tuple[str | None, ...]] = []
                for batch in reading.batches:
                    if isinstance(batch, Problem):
                        out.problems.append(batch)
                    else:
                        rows += batch.rows()
                out.tables.append((reading, rows))
            elif isinstance(reading, Embedded):
                with reading.content.open() as stream:
                    assert reading.path not in out.embedded, "paths must be unique"
                    out.embedded[reading.path] = stream.read()
            else:
                out.problems.append(reading)
    except ReadError as error:
        out.error = error
    return out


def package(**parts: str | bytes) -> bytes:
    return package_of(parts)


def package_of(parts) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def rels(*entries: tuple[str, str, str, bool]) -> str:
    body = "".join(
        f'<Relationship Id="{i}" Type="{REL}/{kind}" Target="{target}"{" TargetMode=%sExternal%s" % (chr(34), chr(34)) if external else ""}/>'  # noqa: UP031
        for i, kind, target, external in entries
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{body}</Relationships>'


def docx(body: str, **others: str | bytes) -> bytes:
    """A Word package; `others` are further parts by name."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": rels(("r1", "officeDocument", "word/document.xml", False)),
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    return package_of({**parts, **others})


def para(*runs: str, props: str = "") -> str:
    inner = "".join(r if r.startswith("<") else f'<w:r><w:t xml:space="preserve">{r}</w:t></w:r>' for r in runs)
    return f"<w:p>{f'<w:pPr>{props}</w:pPr>' if props else ''}{inner}</w:p>"


def wtable(rows) -> str:
    cells = ("".join(f"<w:tc>{para(c)}</w:tc>" for c in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{c}</w:tr>" for c in cells) + "</w:tbl>"
