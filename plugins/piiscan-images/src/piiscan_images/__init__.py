"""Pictures for piiscan: what their metadata, codes and faces say of people, and the worklist of published photos.

This module is the entry point; it imports nothing heavy before a picture is met.
"""

from __future__ import annotations

from piiscan.hookspecs import hookimpl
from piiscan_images.photos import PhotosCsv, PhotosXlsx
from piiscan_images.reader import ImageReader


@hookimpl
def piiscan_readers() -> list[type[ImageReader]]:
    """The reader of pictures."""
    return [ImageReader]


@hookimpl
def piiscan_reports() -> list[type[PhotosCsv | PhotosXlsx]]:
    """The worklist of published photos."""
    return [PhotosCsv, PhotosXlsx]
