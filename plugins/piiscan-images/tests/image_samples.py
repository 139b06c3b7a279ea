"""Pictures of our own making, and a reader to try them with."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from piiscan import Scanner, sniff
from piiscan.content import BytesContent
from piiscan.detect.engine import Detector
from piiscan.errors import ReadError
from piiscan.limits import Budget, Limits
from piiscan.model import Item, Locator, Reading
from piiscan.protocols import ReadContext
from piiscan_images.options import ImageOptions
from piiscan_images.reader import ImageReader


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The default profile's, built once."""
    return Scanner().detector


def jpeg(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def saved(picture: Image.Image, fmt: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, fmt, **options)
    return out.getvalue()


def drawn_face(width: int = 320, height: int = 400) -> Image.Image:
    """A face drawn from ellipses, in grey. It shows that the counting works, not how well it does on photos."""
    picture = Image.new("L", (width, height), 170)
    draw = ImageDraw.Draw(picture)
    x, y = width // 2, height // 2
    draw.ellipse((x - 95, y - 130, x + 95, y + 130), fill=205)
    draw.pieslice((x - 105, y - 150, x + 105, y + 60), 180, 360, fill=50)
    draw.ellipse((x - 85, y - 95, x + 85, y + 120), fill=205)
    for side in (-40, 40):
        draw.ellipse((x + side - 28, y - 40, x + side + 28, y - 8), fill=120)
        draw.ellipse((x + side - 16, y - 32, x + side + 16, y - 14), fill=230)
        draw.ellipse((x + side - 9, y - 32, x + side + 9, y - 14), fill=30)
        draw.rectangle((x + side - 26, y - 56, x + side + 26, y - 46), fill=60)
    draw.polygon([(x - 8, y - 25), (x + 8, y - 25), (x + 18, y + 28), (x - 18, y + 28)], fill=218)
    draw.ellipse((x - 20, y + 20, x + 20, y + 34), fill=150)
    draw.ellipse((x - 38, y + 56, x + 38, y + 80), fill=110)
    draw.ellipse((x - 55, y + 84, x + 55, y + 110), fill=190)
    return picture.filter(ImageFilter.GaussianBlur(4))


def scene(width: int = 960, height: int = 640) -> Image.Image:
    """A picture with light and dark places, so that parts of it can be told apart."""
    picture = Image.radial_gradient("L").resize((width, height))
    draw = ImageDraw.Draw(picture)
    for n in range(6):
        draw.rectangle((n * width // 6, n * height // 12, n * width // 6 + width // 9, height // 2), fill=40 * n)
    draw.ellipse((width // 2, height // 2, width - 20, height - 20), fill=250)
    return picture


def qr(text: str | bytes) -> Image.Image:
    """A QR code on a grey ground."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(code.to_image(scale=6)).convert("L")
    ground = Image.new("L", (picture.width + 200, picture.height + 120), 200)
    ground.paste(picture, (100, 60))
    return ground


def read(data: bytes, name: str = "a.jpg", limits: Limits | None = None, **options: object) -> list[Reading]:
    """All readings of a picture; an error of the reader becomes a problem as in a scan."""
    content = BytesContent(data, name)
    media_type = sniff.media_type_of(content)
    item = Item(uri="test:///a", source="test", name=name, size=len(data))
    context = ReadContext(item=item, budget=Budget(limits or Limits()), media_type=media_type)
    readings: list[Reading] = []
    try:
        readings.extend(ImageReader(ImageOptions(**options)).read(content, context))
    except ReadError as error:
        readings.append(context.problem(error.code, error.detail, Locator()))
    return readings
