"""Write an animated GIF (GIF89a, CompuServe): of each frame the pixels that change, with a palette of their own."""

import struct
from collections.abc import Iterator

from PIL import GifImagePlugin, Image, ImageChops

from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.pixels.palettes import COLORS, HALF, with_gif_palette
from imagescaler.engine.pixels.transparency import is_opaque
from imagescaler.probe.timeline import Timeline

MAX_DELAY_CS = MAX_REPETITIONS = 2**16 - 1
Area = tuple[int, int, int, int]
ONE_PIXEL: Area = (0, 0, 1, 1)  # for a frame that changes nothing, since it must have a pixel
TRANSPARENT = (0, 0, 0, 0)
STAYS, CLEARED = 1, 2


def write(_: Codec, frames: Iterator[Image.Image], timeline: Timeline, __: Options, ___: EmbeddedMetadata) -> Encoded:
    """Encode each frame once the next one is known, since a frame says what is cleared before the next.

    A pixel becomes transparent again only if the frame that covers it is cleared, so the frame is made to cover it.
    """
    shown, file = Image.new("RGBA", (0, 0)), list[bytes]()
    delays_cs = timeline.rounded(10, MAX_DELAY_CS)
    for (frame, following), delay_cs in zip(_pairs(map(_hard, frames)), delays_cs, strict=True):
        if not file:
            shown = Image.new("RGBA", frame.size, TRANSPARENT)
            file.append(_head(frame.size, timeline.plays))
        changed = _difference(shown, frame)
        gone = ImageChops.subtract(frame.getchannel("A"), following.getchannel("A")).getbbox() if following else None
        area = _around((0, 0, *frame.size) if len(file) == 1 else changed.getbbox() or ONE_PIXEL, gone)
        shown = frame.copy() if gone else frame
        patch = frame.crop(area)
        patch.putalpha(ImageChops.darker(patch.getchannel("A"), changed.crop(area)))
        file.append(_picture(patch, area, delay_cs, CLEARED if gone else STAYS))
        if gone:
            shown.paste(TRANSPARENT, area)
    return b"".join((*file, b";")), (f"quantize {COLORS} colors", "encode gif")


def _pairs(frames: Iterator[Image.Image]) -> Iterator[tuple[Image.Image, Image.Image | None]]:
    """Yield each frame with the following one, None for the last."""
    frame: Image.Image | None = None
    for following in frames:
        if frame is not None:
            yield frame, following
        frame = following
    if frame is not None:
        yield frame, None


def _hard(image: Image.Image) -> Image.Image:
    """Make every pixel either opaque, or transparent black."""
    if image.mode != "RGBA":
        return image.convert("RGBA")
    alpha = image.getchannel("A").point(lambda value: 255 if value >= HALF else 0)
    hard = Image.new("RGBA", image.size, TRANSPARENT)
    hard.paste(image, mask=alpha)
    hard.putalpha(alpha)
    return hard


def _difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return a mask (L) that is 255 where two images differ."""
    red, green, blue, alpha = ImageChops.difference(one, other).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), ImageChops.lighter(blue, alpha))
    return largest.point(lambda value: 255 if value else 0)


def _around(one: Area, other: Area | None) -> Area:
    """Return the rectangle around two."""
    if other is None:
        return one
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _head(size: tuple[int, int], plays: int) -> bytes:
    """Return the screen, without a palette, and the number of repetitions."""
    screen = b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0)
    if plays == 1:
        return screen
    repetitions = min(max(plays - 1, 0), MAX_REPETITIONS)
    return screen + b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repetitions) + b"\0"


def _picture(patch: Image.Image, area: Area, delay_cs: int, disposal: int) -> bytes:
    indexed = with_gif_palette(patch.convert("RGB") if is_opaque(patch) else patch)
    data = GifImagePlugin.getdata(
        indexed,
        area[:2],
        include_color_table=True,
        duration=10 * delay_cs,
        disposal=disposal,
        **{name: value for name, value in indexed.info.items() if name == "transparency"},
    )
    return b"".join(data)
