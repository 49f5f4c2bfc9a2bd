"""Write an animated GIF (GIF89a, CompuServe): of each frame the pixels that change, with one palette if that serves."""

import struct
from collections.abc import Iterator

from PIL import Image, ImageChops

from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.frames.shared_palette import SharedPalette, flags_of, padded
from imagescaler.engine.pixels.palettes import COLORS, HALF, colors_of, reduced, visible_part
from imagescaler.engine.pixels.transparency import OPAQUE
from imagescaler.probe.timeline import Timeline

MAX_DELAY_CS = MAX_REPETITIONS = 2**16 - 1
Area = tuple[int, int, int, int]
ONE_PIXEL: Area = (0, 0, 1, 1)  # for a frame that changes nothing, since it must have a pixel
TRANSPARENT = (0, 0, 0, 0)
STAYS, CLEARED = 1, 2
SHORTEST_CODE, INTERLACED = 2, 0


def write(_: Codec, frames: Iterator[Image.Image], timeline: Timeline, __: Options, ___: EmbeddedMetadata) -> Encoded:
    """Encode each frame once the next one is known, since a frame says what is cleared before the next.

    A pixel becomes transparent again only if the frame that covers it is cleared, so the frame is made to cover it.
    """
    shown, file, shared = Image.new("RGBA", (0, 0)), list[bytes](), SharedPalette()
    delays_cs = timeline.rounded(10, MAX_DELAY_CS)
    for (frame, following), delay_cs in zip(_pairs(map(_hard, frames)), delays_cs, strict=True):
        if not file:
            shown = Image.new("RGBA", frame.size, TRANSPARENT)
        changed = _difference(shown, frame)
        gone = ImageChops.subtract(frame.getchannel("A"), following.getchannel("A")).getbbox() if following else None
        area = _around((0, 0, *frame.size) if not file else changed.getbbox() or ONE_PIXEL, gone)
        shown = frame.copy() if gone else frame
        patch = frame.crop(area)
        patch.putalpha(ImageChops.darker(patch.getchannel("A"), changed.crop(area)))
        file.append(_picture(patch, area, delay_cs, CLEARED if gone else STAYS, shared))
        if gone:
            shown.paste(TRANSPARENT, area)
    head = _head(shown.size, timeline.plays, shared)
    return b"".join((head, *file, b";")), (f"quantize {COLORS} colors", "encode gif")


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


def _head(size: tuple[int, int], plays: int, shared: SharedPalette) -> bytes:
    """Return the screen with the shared palette, and the number of repetitions."""
    colors = shared.table
    screen = b"GIF89a" + struct.pack("<HHBBB", *size, flags_of(colors), 0, 0) + colors
    if plays == 1:
        return screen
    repetitions = min(max(plays - 1, 0), MAX_REPETITIONS)
    return screen + b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repetitions) + b"\0"


def _picture(patch: Image.Image, area: Area, delay_cs: int, disposal: int, shared: SharedPalette) -> bytes:
    """Return a frame (GIF89a, 20 to 23) of the opaque pixels of a patch, in the shared palette or one of its own."""
    visible = patch.getchannel("A")
    is_opaque = visible.getextrema()[0] == OPAQUE
    colors = patch.convert("RGB") if is_opaque else visible_part(patch.convert("RGB"), visible)
    indexed, palette, transparent = shared.nearest(colors), b"", SharedPalette.TRANSPARENT
    if indexed is None:
        own = reduced(colors, COLORS if is_opaque and colors.getcolors(COLORS) else COLORS - 1)
        indexed = shared.take(own)
    if indexed is None:
        indexed, transparent = own, min(colors_of(own), COLORS - 1)
        palette = padded(bytes([*(own.getpalette() or []), *([] if is_opaque else TRANSPARENT[:3])]))
    if not is_opaque:
        indexed.paste(transparent, mask=ImageChops.invert(visible))
    _, largest = indexed.getextrema()
    code_bits = max(int(largest).bit_length(), SHORTEST_CODE)  # type: ignore[arg-type]
    left, top, right, bottom = area
    return b"".join(
        (
            b"!\xf9\x04" + struct.pack("<BHBB", disposal << 2 | (not is_opaque), delay_cs, transparent, 0),
            b"," + struct.pack("<HHHHB", left, top, right - left, bottom - top, flags_of(palette)),
            palette,
            bytes([code_bits]),
            indexed.tobytes("gif", "P", code_bits, INTERLACED),
            b"\0",
        )
    )
