"""Reads text in pictures and scanned pages with Tesseract, a program of its own that can be ended from outside."""

from __future__ import annotations

from piiscan.hookspecs import hookimpl
from piiscan_ocr.engine import TesseractOcr


@hookimpl
def piiscan_ocr() -> list[type[TesseractOcr]]:
    """The engine."""
    return [TesseractOcr]
