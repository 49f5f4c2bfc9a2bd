"""Animations into files, frame by frame; one writer per kind of file."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from PIL import Image

from imagescaler.formats import Format
from imagescaler.header.timelines import Timeline
from imagescaler.imaging.encoded import Encoded
from imagescaler.imaging.encoding import Extras
from imagescaler.imaging.writers import codec, gif, png
from imagescaler.options import Options

Frames = Iterator[Image.Image]
Writer = Callable[[Frames, Timeline, Format, Options, Extras], Encoded]
WRITERS: Mapping[Format, Writer] = MappingProxyType(
    {Format.GIF: gif.write, Format.PNG: png.write, Format.WEBP: codec.write, Format.AVIF: codec.write}
)


def write_frames(frames: Frames, timeline: Timeline, form: Format, options: Options, extras: Extras) -> Encoded:
    """Encode frames of one size and mode, RGB or RGBA; each is asked for when the one before is encoded."""
    return WRITERS[form](frames, timeline, form, options, extras)
