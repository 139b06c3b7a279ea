"""Real files of others, where they are present: what their own projects expect must come out."""

from __future__ import annotations

import json
from pathlib import Path

# Expectations that other programs meet in their own way: cells on one line, data URIs inline, markup as text.
OTHERWISE = {
    "testAFM.afm",
    "testEXCEL2003.xml",
    "testHTML_embedded_data_uri_js.html",
    "testHTML_embedded_img.html",
    "example.xml",
}


def test_expected_strings_of_the_corpus_come_out(read, corpora: Path) -> None:
    """Every expected string of a text format comes out of its file."""
    folder = corpora / "files"
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    wanted = {"txt", "html", "xml", "csv", "json", "tmx", "xlf", "mif"}
    tried = 0
    for entry in files:
        path = folder / entry["path"]
        if (
            entry["format"] not in wanted
            or not entry.get("expect")
            or path.name in OTHERWISE
            or "mail" in entry["path"]
        ):
            continue
        if path.name.startswith("testRFC822"):
            continue  # a mail under another name: the mail reader's matter
        out = read(path.read_bytes(), path.name)
        cells = (cell for row in out.rows for cell in row if cell)
        text = " ".join(" ".join([out.text, *cells]).split())
        assert all(" ".join(e.split()) in text for e in entry["expect"]), path.name
        tried += 1
    assert tried
