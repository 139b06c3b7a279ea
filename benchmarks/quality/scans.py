"""Whole files through the worker of a scan: severity of clean ones, persons counted in lists."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from forms.pages import Document, words

from piiscan.config import Settings
from piiscan.model import ItemResult
from piiscan.privacy import FingerprintKey
from piiscan.scan.worker import Recipe, Worker
from piiscan.sources.files import FilesSource


def results(documents: Sequence[Document]) -> dict[str, ItemResult]:
    """What a scan says of each document written as a file: tables as CSV (Excel's UTF-8), texts as they are."""
    with tempfile.TemporaryDirectory(prefix="piiscan-quality-", ignore_cleanup_errors=True) as folder:
        for document in documents:
            _write(Path(folder), document)
        source = FilesSource.from_target(folder)
        worker = Worker.build(Recipe(Settings(), {}, FingerprintKey(bytes(32))))
        fields = ("walk", "detector", "redactor", "settings")
        worker = Worker(sources={source.name: source}, **{name: getattr(worker, name) for name in fields})
        items = [item for item in source.items() if hasattr(item, "uri")]
        return {Path(item.name).stem: worker.scan(item)[-1] for item in items}


def _write(folder: Path, document: Document) -> None:
    if document.rows:
        with (folder / f"{document.id}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([words(cell) for cell in row] for row in document.rows)
        return
    ending = {
        "clean-code-python": "py",
        "clean-code-sql": "sql",
        "clean-log-system": "log",
        "clean-release-notes": "md",
    }.get(document.genre, "txt")
    (folder / f"{document.id}.{ending}").write_text(document.text, encoding="utf-8")
