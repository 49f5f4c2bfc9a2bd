"""Read the frames of a GIF as browsers show them: cleared areas become transparent, not of the background color."""

from collections.abc import Iterator

from PIL import Image

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.engine.frames.patches import Disposal, Patch, compose
from imagescaler.engine.salvage.salvage import Salvage
from imagescaler.probe.formats.gif import DESCRIPTOR_BYTES, HAS_PALETTE, GifFrame, frames, head

DISPOSALS = {2: Disposal.CLEARED, 3: Disposal.UNDONE}
PLACE, SIZE, FLAGS, SCREEN_SIZE, SCREEN = slice(1, 5), slice(5, 9), 9, slice(6, 10), slice(10, None)
# Pixels beyond the screen, of all frames together, that are decoded and cut off.
MOST_BEYOND = 16_000_000
SHORTEST_CODES = 2  # of numbers of one bit as of two


def read(image: Image.Image, data: bytes, salvage: Salvage | None) -> Iterator[Image.Image]:
    """Yield the screen after each frame; raises ValueError if frames have far more pixels than the screen."""
    width, height = image.size
    return compose(_patches(data, width * height), image.size, "GIF", salvage)


def _patches(data: bytes, most_pixels: int) -> Iterator[Patch]:
    screen, beyond = head(data)[SCREEN], 0
    for frame in frames(data):
        beyond += max(frame.box.width * frame.box.height - most_pixels, 0)
        if beyond > MOST_BEYOND:
            message = "the frames are larger than their screen"
            raise ValueError(message)
        disposal = DISPOSALS.get(frame.disposal, Disposal.STAYS)
        still = _still(frame.picture[SIZE], screen, bytes(4), frame)
        yield Patch(frame.box, disposal, still, is_blended=True)


def first_frame(data: bytes) -> bytes:
    """Return a GIF of the first frame alone, in its place on the screen; a file that is cut off as it is."""
    try:
        frame = next(frames(data))
    except (IndexError, StopIteration):
        return data
    return _still(data[SCREEN_SIZE], head(data)[SCREEN], frame.picture[PLACE], frame)


def _still(size: bytes, screen: bytes, place: bytes, frame: GifFrame) -> bytes:
    """Return a frame as a GIF of its own.

    Its palette is the only one, since Pillow would prefer that of the screen to a ramp of grey. Without any palette the
    numbers of the colors are levels of grey; raises UnsupportedImageFormat if there may be two or four of them.
    """
    if frame.picture[FLAGS] & HAS_PALETTE:
        screen = bytes([screen[0] & ~HAS_PALETTE]) + screen[1:3]
    elif not screen[0] & HAS_PALETTE:
        bits = min(frame.picture[DESCRIPTOR_BYTES], 8)
        if bits <= SHORTEST_CODES:
            raise UnsupportedImageFormat("The GIF has no palette, and numbers of colors of one bit or two.")
        levels = (round(255 * number / (2**bits - 1)) for number in range(2**bits))
        ramp = b"".join(bytes([level] * 3) for level in levels)
        screen = bytes([HAS_PALETTE | bits - 1]) + screen[1:3] + ramp
    control = b"!\xf9\x04" + frame.control + b"\0"
    return b"".join((b"GIF89a", size, screen, control, b",", place, frame.picture[SIZE.start :], b";"))
