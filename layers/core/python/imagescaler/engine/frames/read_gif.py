"""Read the frames of a GIF as browsers show them: cleared areas become transparent, not of the background color."""

from collections.abc import Iterator

from PIL import Image

from imagescaler.engine.frames.patches import Disposal, Patch, compose
from imagescaler.probe.formats.gif import GifFrame, frames, head

DISPOSALS = {2: Disposal.CLEARED, 3: Disposal.UNDONE}
SIZES, SCREEN = slice(5, 9), slice(10, None)


def read(image: Image.Image, data: bytes) -> Iterator[Image.Image]:
    """Yield the screen after each frame; raises ValueError for a frame with more pixels than the screen."""
    width, height = image.size
    return compose(_patches(data, width * height), image.size, "GIF")


def _patches(data: bytes, most_pixels: int) -> Iterator[Patch]:
    screen = head(data)[SCREEN]
    for frame in frames(data):
        if frame.box.width * frame.box.height > most_pixels:
            message = "a frame is larger than its screen"
            raise ValueError(message)
        disposal = DISPOSALS.get(frame.disposal, Disposal.STAYS)
        yield Patch(frame.box, disposal, _still(screen, frame), is_blended=True)


def _still(screen: bytes, frame: GifFrame) -> bytes:
    """Return a frame as a GIF of its own, on a screen of its size."""
    control = b"!\xf9\x04" + frame.control + b"\0"
    return b"".join(
        (b"GIF89a", frame.picture[SIZES], screen, control, b",", bytes(4), frame.picture[SIZES.start :], b";")
    )
