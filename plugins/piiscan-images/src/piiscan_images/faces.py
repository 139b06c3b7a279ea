"""Counts faces. Nobody is recognised: no likeness, no measurement of a face is computed, kept or stored; only where one seems to be."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from piiscan.errors import ReadError

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST: Final = 1280
SMALLEST: Final = 40
"""Faces of fewer points are not looked for: whom could they show, and the cascade sees faces in leaves."""


SAME: Final = 0.5
_SURE: Final = (0.45, 0.65, 0.75)
"""By how many of two more looks agree. The cascade's own weights say the same for faces and forms. Never more: a poster or a doll is a face, too."""

_Box = tuple[int, int, int, int]


class Face(NamedTuple):
    """A place that looks like a face: left, top, right, bottom in per mille of the picture, and how sure that is."""

    box: tuple[int, int, int, int]
    confidence: float


def count(picture: Image) -> list[Face]:
    """Faces of a grey picture, from the top left. Raises ReadError `needs-plugin` without OpenCV 4."""
    cv2, finder, second = _cascades()
    import numpy as np

    small = picture.copy()
    small.thumbnail((LONGEST, LONGEST))
    plain = np.asarray(small)
    even = cv2.equalizeHist(plain)
    boxes = _boxes(finder, even, 6)
    if not boxes:
        return []
    # Leaves, cloth and forms fool one cascade on one picture; two of three looks that agree are a face much more often.
    others = (_boxes(finder, plain, 3), _boxes(second, plain, 3))
    faces = []
    for box in boxes:
        agreeing = sum(any(_overlap(box, other) > SAME for other in look) for look in others)
        faces.append(Face(_in_per_mille(box, small.size), _SURE[agreeing]))
    return sorted(faces, key=lambda f: (f.box[1], f.box[0]))


def _boxes(cascade: Any, pixels: Any, neighbours: int) -> list[_Box]:
    found = cascade.detectMultiScale(pixels, scaleFactor=1.1, minNeighbors=neighbours, minSize=(SMALLEST, SMALLEST))
    return [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in found]


def _overlap(one: _Box, two: _Box) -> float:
    """The common part of two boxes as a share of the smaller one."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, two))


def _in_per_mille(box: _Box, size: tuple[int, int]) -> _Box:
    left, top, right, bottom = box
    width, height = size
    return left * 1000 // width, top * 1000 // height, right * 1000 // width, bottom * 1000 // height


@lru_cache(maxsize=1)
def _cascades() -> tuple[Any, Any, Any]:
    try:
        import cv2

        folder = str(vars(cv2)["data"].haarcascades)
        finder = cv2.CascadeClassifier(folder + "haarcascade_frontalface_alt2.xml")
        second = cv2.CascadeClassifier(folder + "haarcascade_frontalface_default.xml")
    except (ImportError, AttributeError, KeyError):
        raise ReadError("needs-plugin", "faces: piiscan-images[faces]") from None
    if finder.empty() or second.empty():
        raise ReadError("needs-plugin", "faces: OpenCV without its cascades")
    cv2.setNumThreads(1)  # every worker process has a core of its own
    return cv2, finder, second
