"""The reader of pictures: metadata, then what the pixels show."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final

from piiscan.content import BytesContent
from piiscan.errors import LimitError, ReadError
from piiscan.model import Attribute, Candidate, Content, Embedded, Locator, Reading, TextSegment
from piiscan.protocols import ReadContext
from piiscan_images.options import ImageOptions

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from piiscan_images.faces import Face
    from piiscan_images.metadata import Blocks

LONGEST: Final = 2000
LONGEST_FOR_OCR: Final = 3200
"""Pixels are looked at up to this length: enough for a code of a tenth of a photo (and a fifth of the time of 3200), and for print of a scanned page."""

MAX_FRAMES: Final = 1_000


class ImageReader:
    """Reads pictures of every format that Pillow knows; others are reported as such."""

    name: ClassVar[str] = "images"
    media_types: ClassVar[tuple[str, ...]] = ("image/*",)
    Options: ClassVar[type[ImageOptions]] = ImageOptions

    def __init__(self, options: ImageOptions | None = None) -> None:
        self.options = options or ImageOptions()

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Facts of the metadata, then codes, faces, text and an old thumbnail."""
        from piiscan_images.opening import opened, quiet

        with content.open() as stream:
            picture = opened(stream, context.media_type)
            try:
                with quiet():
                    yield Attribute(key="image.size", value=f"{picture.width}x{picture.height}")
                    blocks = yield from _metadata(picture, content, context)
                    yield from self._frames(picture, blocks, context)
            finally:
                with suppress(Exception):
                    picture.close()

    def _frames(self, picture: ImageFile, blocks: Blocks, context: ReadContext) -> Iterator[Reading]:
        """The pages of a TIFF (faxes, scans), the first frame of everything else."""
        if not (self.options.codes or self.options.faces or self.options.thumbnails or context.ocr):
            return
        frames = _frames_of(picture) if picture.format == "TIFF" else 1
        for number in range(1, min(frames, MAX_FRAMES) + 1):
            context.budget.check_time()
            place = Locator.of(page=number) if frames > 1 else Locator()
            try:
                if number > 1:
                    picture.seek(number - 1)
                yield from self._frame(picture, blocks if number == 1 else None, context, place)
            except LimitError as error:
                if error.code != "limit-bytes":
                    raise
                yield context.problem(error.code, error.detail, place)
            except ReadError as error:
                yield context.problem(error.code if number == 1 else "part-unreadable", error.detail, place)
                return
            except (EOFError, OSError, SyntaxError, ValueError):
                yield context.problem("part-unreadable", "frame", place)
                return
        if frames > MAX_FRAMES:
            yield context.problem("limit-pages", f"{MAX_FRAMES} of {frames}", count=frames - MAX_FRAMES)

    def _frame(
        self, picture: ImageFile, blocks: Blocks | None, context: ReadContext, place: Locator
    ) -> Iterator[Reading]:
        from piiscan_images.opening import pixels

        size = picture.size
        grey = pixels(picture, self.options.max_pixels, LONGEST_FOR_OCR if context.ocr else LONGEST)
        if self.options.codes:
            yield from self._codes(grey, place)
        faces: list[Face] | None = None
        if self.options.faces:
            faces = yield from _faces(grey, context, place)
        text = yield from _text(grey, context, place)
        if self.options.id_documents:
            yield from _document(context, size, faces, text, place)
        if self.options.thumbnails and blocks is not None:
            yield from _thumbnail(picture, grey, blocks, self.options)

    def _codes(self, grey: Image, place: Locator) -> Iterator[Reading]:
        from piiscan_images import codes

        for code in codes.found(grey):
            for reading in codes.readings(code, self.options.qr_allowed):
                if place.steps and isinstance(reading, TextSegment):
                    yield TextSegment(text=reading.text, locator=place.then(code=code.number), known=reading.known)
                else:
                    yield reading


def _metadata(picture: ImageFile, content: Content, context: ReadContext) -> Generator[Reading, None, Blocks]:
    from piiscan_images.metadata import blocks_of, facts_of

    blocks = blocks_of(picture, content)
    tiff = None
    if picture.format == "TIFF":
        with suppress(Exception):  # its tags were read when it was opened; what is broken in them is left out there
            tiff = picture.getexif()
    for fact in facts_of(blocks, tiff):
        context.budget.check_time()
        yield from fact.segments()
    for kind in sorted(set(blocks.broken)):
        yield context.problem("part-unreadable", f"{kind} metadata", Locator.of(tag=kind))
    return blocks


def _frames_of(picture: Any) -> int:
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # noqa: BLE001 - directories that lead in a circle or nowhere
        return 1


def _faces(grey: Image, context: ReadContext, place: Locator) -> Generator[Reading, None, list[Face] | None]:
    from piiscan_images.faces import count

    try:
        faces = count(grey)
    except ReadError as error:
        yield context.problem(error.code, error.detail)
        return None
    if not place.steps:
        yield Attribute(key="image.faces", value=str(sum(face.confidence >= 0.5 for face in faces)))
    for number, face in enumerate(faces, 1):
        locator = place.then(face=number, box=",".join(map(str, face.box)))
        yield shown("face", "FACE_IMAGE", face.confidence, locator, ("cascade",))
    return faces


def _text(grey: Image, context: ReadContext, place: Locator) -> Generator[Reading, None, str]:
    """What OCR reads, and all of it as one text for whoever judges the picture."""
    if context.ocr is None:
        return ""
    header = b"P5 %d %d 255\n" % grey.size
    parts: list[str] = []
    for reading in context.ocr.read(header + grey.tobytes(), context, place.then(part="ocr")):
        if isinstance(reading, TextSegment):
            parts.append(reading.text)
        yield reading
    return "\n".join(parts)


def _document(
    context: ReadContext, size: tuple[int, int], faces: list[Face] | None, text: str, place: Locator
) -> Iterator[Reading]:
    from piiscan_images.documents import looks_like

    scan = looks_like(context.item.name.rpartition("›")[2].strip(), size, faces, text)
    if scan is not None:
        locator = place.then(picture=scan.kind)
        yield shown(scan.kind, "ID_DOCUMENT_IMAGE", scan.confidence, locator, scan.evidence)


def _thumbnail(picture: ImageFile, grey: Image, blocks: Blocks, options: ImageOptions) -> Iterator[Reading]:
    """An embedded thumbnail that shows something else is a finding, and a picture of its own to look into."""
    from piiscan_images import exif, thumbnail
    from piiscan_images.metadata import parsed_exif
    from piiscan_images.opening import opened, pixels

    for block in blocks.exif:
        data = b""
        with suppress(Exception):  # a broken block was told with the metadata
            data = exif.thumbnail(parsed_exif(block), block.removeprefix(b"Exif\0\0"))
        if not data:
            continue
        with suppress(ReadError), BytesContent(data, "thumbnail.jpg").open() as stream:
            small = pixels(opened(stream, "image/jpeg"), options.max_pixels, LONGEST)
            verdict = thumbnail.compare(grey, _turned(small, picture))
            if verdict is not None:
                locator = Locator.of(tag="Exif.Thumbnail")
                yield shown("thumbnail", "IMAGE_UNCROPPED_THUMBNAIL", verdict.confidence, locator, (verdict.kind,))
                yield Embedded(path="thumbnail.jpg", content=BytesContent(data, "thumbnail.jpg"), size=len(data))
        return


def _turned(small: Image, picture: ImageFile) -> Image:
    """Cameras store both as the sensor saw it; the picture has been turned upright."""
    from piiscan_images.opening import turn_of

    turn = turn_of(picture)
    return small if turn is None else small.transpose(turn)


def shown(text: str, entity_type: str, confidence: float, locator: Locator, evidence: tuple[str, ...]) -> TextSegment:
    """A segment for something a picture shows and nobody wrote: `text` is a word of ours, all of it the candidate."""
    candidate = Candidate(
        entity_type=entity_type, start=0, end=len(text), score=confidence, rule=f"image.{entity_type.lower()}",
        recognizer="images", evidence=evidence, specificity=9,
    )  # fmt: skip
    return TextSegment(text=text, locator=locator, known=(candidate,))
