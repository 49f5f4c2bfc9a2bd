"""Animations into files, frame by frame; one writer per kind of file."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.encode.encode import Extras
from imagescaler.engine.encode.fit_bytes import Encoded
from imagescaler.engine.frames import write_codec, write_gif, write_png
from imagescaler.probe.timeline import Timeline

Frames = Iterator[Image.Image]
Writer = Callable[[Frames, Timeline, Format, Options, Extras], Encoded]
WRITERS: Mapping[Format, Writer] = MappingProxyType(
    {
        Format.GIF: write_gif.write,
        Format.PNG: write_png.write,
        Format.WEBP: write_codec.write,
        Format.AVIF: write_codec.write,
    }
)


def write_frames(frames: Frames, timeline: Timeline, form: Format, options: Options, extras: Extras) -> Encoded:
    """Encode frames of one size and mode, RGB or RGBA; each is asked for when the one before is encoded."""
    return WRITERS[form](frames, timeline, form, options, extras)
