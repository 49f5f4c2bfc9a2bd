"""PNG (PNG, third edition)."""

from typing import Any

import isal
from PIL import Image, PngImagePlugin, features

from imagescaler.domain.errors import TooManyChunks
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec, FrameCodec
from imagescaler.engine.codecs.png_inflate import inflate_faster
from imagescaler.engine.codecs.png_samples import refined
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.frames import read_png, write_png
from imagescaler.engine.pixels.modes import tiles_of
from imagescaler.engine.pixels.palettes import with_palette
from imagescaler.engine.pixels.transparency import GREY_SCALES
from imagescaler.engine.salvage.png import salvage
from imagescaler.probe.formats.png import ANIMATION, DATA
from imagescaler.probe.png_chunks import SIGNATURE

# Of 64 x 64 samples, a photograph has more colors than this, a drawing or a screenshot fewer.
SAMPLE, FEW_COLORS = (64, 64), 1024
REPETITIONS, RUN_LENGTHS = 0, 3  # of zlib's strategies
# Of zlib's levels 1 to 9. In zlib-ng only 9 looks for repetitions of three bytes, a pixel: a fifth smaller, but a
# screenshot takes twice as long in all.
DRAWING_LEVEL = 3
# Grey of eight bits is a palette of its own, unless its levels fit into four; for grey of sixteen there is none.
FEW_LEVELS = 16


def check_structure(data: bytes, limits: Limits) -> None:
    """Count the chunks: length, type, content and checksum (5.3). Raises TooManyChunks."""
    count, position = 0, len(SIGNATURE)
    while position < len(data):
        count += 1
        if count > limits.max_png_chunks:
            raise TooManyChunks(f"The PNG has more than {limits.max_png_chunks:,} chunks, and each costs time.")
        position += 12 + int.from_bytes(data[position : position + 4])


def parameters(image: Image.Image, _options: Options, _quality: int) -> dict[str, Any]:
    """Search for repetitions in drawings only: photographs have none, and finding runs is four times faster."""
    if image.mode == "P":
        return {"compress_level": 9}
    sample = image.resize(SAMPLE, Image.Resampling.NEAREST)
    if sample.mode == "I;16":
        sample = sample.convert("I")  # Pillow counts no colors in I;16
    is_drawing = sample.getcolors(FEW_COLORS) is not None
    if is_drawing:
        return {"compress_level": DRAWING_LEVEL, "compress_type": REPETITIONS}
    return {"compress_type": RUN_LENGTHS}


def embed(metadata: EmbeddedMetadata) -> dict[str, Any]:
    """Return the metadata; XMP is a chunk of text."""
    embedded: dict[str, Any] = {"icc_profile": metadata.profile, "exif": metadata.exif_bytes}
    if metadata.xmp:
        embedded["pnginfo"] = PngImagePlugin.PngInfo()
        embedded["pnginfo"].add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    return embedded


def warnings(sent: bytes, repaired: bytes) -> tuple[str, ...]:
    """Return a sentence if an animation was left out."""
    if repaired is not sent and _announces_animation(sent) and not _announces_animation(repaired):
        return ("The animation in the PNG is damaged; its default image is used.",)
    return ()


def _announces_animation(data: bytes) -> bool:
    return data.find(ANIMATION, 0, data.find(DATA)) >= 0


def prepare(image: Image.Image, options: Options) -> Image.Image:
    """Reduce the colors to a palette if that is asked for."""
    if not options.palette or image.mode == "I;16" or (image.mode == "L" and not image.getcolors(FEW_LEVELS)):
        return image
    return with_palette(image)


def has_few_colors(image: Image.Image) -> bool:
    """Return True if an opened image has a palette, or so few levels of grey that a pixel takes less than a byte."""
    return image.mode in {"1", "P"} or any(tile.args in GREY_SCALES for tile in tiles_of(image))


CODEC = Codec(
    format=Format.PNG,
    plugin="PNG",
    opened_as=frozenset({"PNG"}),
    parameters=parameters,
    embed=embed,
    prepare=prepare,
    has_few_colors=has_few_colors,
    check_structure=check_structure,
    decode_faster=inflate_faster,
    refined=refined,
    warnings=warnings,
    salvage=salvage,
    metadata_follows_pixels=True,
    frames=FrameCodec(read_png.read, write_png.write, has_one_mode=True),
    # zlib as it runs, not as it was built: zlib-ng in its place reports its own version.
    versions=lambda: {"zlib": features.version_codec("zlib"), "isal": isal.__version__},
)
