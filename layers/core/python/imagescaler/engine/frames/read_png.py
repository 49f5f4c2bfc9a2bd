"""Read the frames of an animated PNG. A still image before them, for decoders without animations, is skipped."""

from collections.abc import Iterator
from functools import partial
from itertools import takewhile

from PIL import Image

from imagescaler.engine.codecs.png_samples import GREY, GREY_ALPHA, refined
from imagescaler.engine.frames.patches import Disposal, Patch, compose
from imagescaler.engine.salvage.salvage import Salvage
from imagescaler.probe.formats.png import COLOR_TYPE, PngFrame, frames
from imagescaler.probe.png_chunks import SIGNATURE, chunk, chunks

DISPOSALS = {0: Disposal.STAYS, 1: Disposal.CLEARED, 2: Disposal.UNDONE}
OVER = 1
# Chunks before the pixels that hold for all frames.
SHARED = {b"PLTE", b"tRNS"}


def read(image: Image.Image, data: bytes, salvage: Salvage | None) -> Iterator[Image.Image]:
    """Yield the canvas after each frame; raises ValueError for a frame that reaches beyond it."""
    frames = compose(_patches(data, image.size), image.size, "PNG", salvage, partial(refined, tables=None))
    return (frame.convert("LA") for frame in frames) if data[COLOR_TYPE] in {GREY, GREY_ALPHA} else frames


def _patches(data: bytes, size: tuple[int, int]) -> Iterator[Patch]:
    opening = dict(takewhile(lambda each: each[0] != b"IDAT", chunks(data)))
    shared = b"".join(chunk(kind, content) for kind, content in opening.items() if kind in SHARED)
    depth = opening[b"IHDR"][8:]
    for frame in frames(data):
        box = frame.box
        if box.left + box.width > size[0] or box.top + box.height > size[1]:
            message = "a frame reaches beyond the picture"
            raise ValueError(message)
        yield Patch(box, DISPOSALS[frame.disposal], _still(frame, depth, shared), frame.blend == OVER)


def _still(frame: PngFrame, depth: bytes, shared: bytes) -> bytes:
    """Return a frame as a PNG of its own."""
    header = chunk(b"IHDR", frame.box.width.to_bytes(4) + frame.box.height.to_bytes(4) + depth)
    pixels = (chunk(b"IDAT", piece) for piece in frame.data)
    return b"".join((SIGNATURE, header, shared, *pixels, chunk(b"IEND", b"")))
