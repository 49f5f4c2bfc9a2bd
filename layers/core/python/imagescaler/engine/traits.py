"""The traits of an opened image, from which its cost is estimated before it is decoded."""

from dataclasses import replace

from PIL import Image, ImageMode

from imagescaler.domain.task.source import Source
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.pixels.modes import DEEP_GREY, RESIZABLE
from imagescaler.planning.source_traits import SourceTraits

# Bytes that Pillow holds per pixel; four in all other modes. Deep grey is converted to integers, then to floats.
PIXEL_BYTES, OTHER_PIXEL_BYTES, DEEP_GREY_BYTES = {"1": 1, "L": 1, "P": 1}, 4, 2 + 4 + 4


def traits_of(image: Image.Image, source: Source, data: bytes, *, is_refined: bool = False) -> SourceTraits:
    """Return the traits of an image that was probed and opened, and is not decoded yet; `data` is its file.

    `is_refined` is True if the lower bytes of its samples are decoded, too (`Codec.refined`).
    """
    mode, codec = image.mode, codec_of(source.format)
    covered_part = codec.covered_part(image)
    is_transparent = "transparency" in image.info or covered_part is not None
    resizable = RESIZABLE.get((mode, is_transparent), mode)
    modes = {mode, resizable}  # both are held if the pixels are converted
    held = sum(PIXEL_BYTES.get(each, OTHER_PIXEL_BYTES) for each in modes) + is_refined * OTHER_PIXEL_BYTES
    return replace(
        SourceTraits.of(source),
        bytes=source.bytes,
        pixel_bytes=DEEP_GREY_BYTES if mode in DEEP_GREY else held,
        channels=len(ImageMode.getmode(resizable).bands),
        has_few_colors=codec.has_few_colors(image),
        is_progressive=bool(image.info.get("progressive")),
        decoded_pixels=codec.decoded_pixels(data),
        passes=codec.passes(data),
    )
