"""Whether the thumbnail inside a picture shows something that the picture does not: editing programs crop and blur the one and forget the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

SAME_SHAPE = 0.04
"""Sides of a thumbnail are whole pixels and padded by cameras: their ratio is only so exact."""

SIDE = 32
BLOCKS = 8
DIFFERENT = 36.0
"""Thumbnails that cameras and programs made of the very picture differ by up to 18 in a block, one of 34 by 32; painted-over faces by 60 and more."""

LOST = 12
"""Detail that a block of the thumbnail has and the picture has not: up to 2 where nothing was done, 14 and more where a face was blurred."""

_BAR = 14


class Verdict(NamedTuple):
    """What is different: ``cropped`` or ``edited``, and how sure that is."""

    kind: str
    confidence: float


def compare(picture: Image, thumbnail: Image) -> Verdict | None:
    """Grey pictures, both upright or both as stored. None where they show the same, as far as so small a picture can say."""
    small = _nearest(picture, thumbnail)
    if min(small.size) < 24 or min(picture.size) < 24:
        return None
    ratio, of_small = picture.width / picture.height, small.width / small.height
    shape = min(abs(ratio / of_small - 1), abs(1 / ratio / of_small - 1))
    if shape > SAME_SHAPE:
        # A camera that pads with something else than black, or a frame, gives the same difference: likely, not certain.
        return Verdict("cropped", 0.75 if shape > 0.15 else 0.55)
    if abs(ratio / of_small - 1) > SAME_SHAPE:
        return None  # turned against each other: which way is unknown
    worst = _worst_block(picture, small)
    if worst > 1.7 * DIFFERENT:
        return Verdict("edited", 0.75)
    return Verdict("edited", 0.6) if worst > DIFFERENT or _blurred(picture, small) else None


def _nearest(picture: Image, thumbnail: Image) -> Image:
    """The thumbnail as it is, unless it has the picture's shape only without its bars: dark pictures have lines that look like bars."""
    ratio = picture.width / picture.height
    ways = (thumbnail, without_bars(thumbnail))
    if abs(ratio / (thumbnail.width / thumbnail.height) - 1) <= SAME_SHAPE:
        return thumbnail
    return min(ways, key=lambda way: abs(ratio / (way.width / way.height) - 1))


def without_bars(thumbnail: Image) -> Image:
    """Without the black bars with which cameras bring every format to 4:3."""
    width, height = thumbnail.size
    rows = thumbnail.resize((1, height)).tobytes()
    columns = thumbnail.resize((width, 1)).tobytes()
    top, bottom = _bars(rows)
    left, right = _bars(columns)
    if bottom - top < height / 3 or right - left < width / 3:
        return thumbnail
    return thumbnail.crop((left, top, right, bottom))


def _bars(means: bytes) -> tuple[int, int]:
    """The first and the last line that is no bar, allowing one blurred line at their inner edge."""
    bright = [n for n, mean in enumerate(means) if mean > _BAR]
    if not bright:
        return 0, len(means)
    start, end = bright[0], bright[-1] + 1
    return (start + 1 if start else 0), (end - 1 if end < len(means) else end)


def _worst_block(picture: Image, thumbnail: Image) -> float:
    """The largest mean difference of a block (0 to 255) after both are brought to the same brightness and contrast."""
    one, two = (_normal(image.resize((SIDE, SIDE)).tobytes()) for image in (picture, thumbnail))
    step = SIDE // BLOCKS
    worst = 0.0
    for top in range(0, SIDE, step):
        for left in range(0, SIDE, step):
            cells = [(top + y) * SIDE + left + x for y in range(step) for x in range(step)]
            worst = max(worst, abs(sum(one[c] - two[c] for c in cells)) / len(cells))
    return worst


def _blurred(picture: Image, thumbnail: Image) -> bool:
    """Whether some part of the thumbnail has lines and edges where the picture, made as small, has none: blur and mosaics keep the brightness.

    Only asked of pictures much larger than their thumbnail: making them small makes both as sharp.
    """
    from PIL import Image as Pillow
    from PIL import ImageChops, ImageFilter

    if picture.width < 2 * thumbnail.width or picture.height < 2 * thumbnail.height:
        return False
    edges = []
    for image in (picture.resize(thumbnail.size, Pillow.Resampling.LANCZOS), thumbnail):
        lines = ImageChops.difference(image, image.filter(ImageFilter.GaussianBlur(2)))
        edges.append(lines.resize((10, 10), Pillow.Resampling.BOX).tobytes())
    return bool(max(own - 3 * of_picture for of_picture, own in zip(*edges, strict=True)) > LOST)


def _normal(values: bytes) -> list[float]:
    mean = sum(values) / len(values)
    spread = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5
    return [(v - mean) * (50 / max(spread, 12)) for v in values]
