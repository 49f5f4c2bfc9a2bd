"""The frames of a GIF, as browsers show them: what is cleared becomes transparent, whatever the background color is."""

from collections.abc import Iterator

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.engine.frames.patches import Disposal, Patch, compose
from imagescaler.probe.formats.gif import GifFrame, frames, head

DISPOSALS = {2: Disposal.CLEARED, 3: Disposal.UNDONE}
SIZES, SCREEN = slice(5, 9), slice(10, None)


def read(image: Image.Image, data: bytes) -> Iterator[Image.Image]:
    """Draw one frame after the other on the screen, which is as large as the first of them needs.

    Raises ValueError for one of more pixels than that.
    """
    width, height = image.size
    return compose(_patches(data, width * height), image.size, Format.GIF)


def _patches(data: bytes, most_pixels: int) -> Iterator[Patch]:
    screen = head(data)[SCREEN]
    for frame in frames(data):
        if frame.box.width * frame.box.height > most_pixels:
            message = "a frame is larger than its screen"
            raise ValueError(message)
        disposal = DISPOSALS.get(frame.disposal, Disposal.STAYS)
        yield Patch(frame.box, disposal, _still(screen, frame), is_laid_over=True)


def _still(screen: bytes, frame: GifFrame) -> bytes:
    """Make a GIF of its own of a frame, on a screen of its size."""
    control = b"!\xf9\x04" + frame.control + b"\0"
    return b"".join(
        (b"GIF89a", frame.picture[SIZES], screen, control, b",", bytes(4), frame.picture[SIZES.start :], b";")
    )
