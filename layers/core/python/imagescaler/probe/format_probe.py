"""When each frame of an animation is seen, as its file says, without decoding it and without Pillow."""

import struct

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.probe.timelines import avif, gif, png, webp
from imagescaler.probe.timelines.timeline import Timeline

__all__ = ["Timeline", "read_timeline"]

READERS = {Format.GIF: gif.read, Format.WEBP: webp.read, Format.PNG: png.read, Format.AVIF: avif.read}


def read_timeline(image: bytes, form: Format, most: int) -> Timeline | None:
    """Read when each frame is seen, of `most` frames at most; None for a picture that stands still.

    Raises CorruptImage where the animation is cut off, or its file contradicts itself.
    """
    if form not in READERS:
        return None
    try:
        timeline = READERS[form](image, most)
    except (LookupError, ArithmeticError, ValueError, StopIteration, struct.error) as error:
        raise CorruptImage(f"The animation in the {form.name} is cut off or damaged.") from error
    return timeline if timeline and timeline.frames > 1 else None
