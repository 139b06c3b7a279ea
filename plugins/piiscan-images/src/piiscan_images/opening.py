"""Opens pictures without the global switches of Pillow: size limits are ours, per picture, and metadata of a huge one is still read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

from piiscan.errors import LimitError, ReadError

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose
    from PIL.ImageFile import ImageFile

FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
    "image/jp2": "JPEG2000",
    "image/vnd.adobe.photoshop": "PSD",
    "image/vnd.microsoft.icon": "ICO",
}
"""What sniffing calls a picture, and what Pillow does."""


COARSER: Final = 8
"""A JPEG that is decoded coarser may have so many times the pixels of the limit: phones make pictures of 200 million."""


@contextmanager
def quiet() -> Iterator[None]:
    """Pillow warns about broken metadata with parts of it in the text; what matters is told as a problem."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def opened(stream: BinaryIO, media_type: str) -> ImageFile:
    """A picture with its header read and no pixel decoded. Raises ReadError: `needs-plugin`, `unsupported-format`, `truncated` or `damaged`."""
    from PIL import Image

    name = FORMATS.get(media_type)
    if name is None:
        raise ReadError("unsupported-format", media_type)
    Image.init()
    if name not in Image.OPEN and name == "HEIF":
        _add_heif()
    if name not in Image.OPEN:
        raise ReadError("unsupported-format", f"{media_type}: not in this build of Pillow")
    factory = Image.OPEN[name][0]
    try:
        with quiet():
            return factory(stream, "")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders meet hostile input and raise many things
        raise ReadError("damaged", type(error).__name__) from None


def _add_heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        raise ReadError("needs-plugin", "image/heic: piiscan-images[heic]") from None
    pillow_heif.register_heif_opener()


def pixels(picture: ImageFile, limit: int, longest: int) -> Image:
    """The decoded first frame, in grey, upright, at most about `longest` pixels long where the format can be read coarser or is scaled down.

    Raises LimitError `limit-bytes` where more than `limit` pixels would have to be kept and ReadError `truncated` or `damaged`.
    """
    width, height = picture.size
    with quiet():
        side = max(width, height, 1)
        wanted = (max(1, width * longest // side), max(1, height * longest // side))
        picture.draft("L", wanted)  # JPEG only: decodes at a half, a quarter, an eighth, not below what is wanted
    if limit and (width * height > COARSER * limit or picture.width * picture.height > limit):
        raise LimitError("limit-bytes", f"{width} x {height} pixels")
    try:
        with quiet():
            picture.load()
            grey = picture.convert("L")
            grey.thumbnail((longest, longest))
            return _upright(grey, picture)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - see opened
        cut = isinstance(error, OSError) and "truncated" in str(error)
        raise ReadError("truncated" if cut else "damaged", "pixels") from None


def _upright(grey: Image, picture: ImageFile) -> Image:
    turn = turn_of(picture)
    return grey if turn is None else grey.transpose(turn)


def turn_of(picture: ImageFile) -> Transpose | None:
    """How a picture must be turned to stand upright, by its orientation tag."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        return turns.get(picture.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 - a broken EXIF block does not hide the picture
        return None
