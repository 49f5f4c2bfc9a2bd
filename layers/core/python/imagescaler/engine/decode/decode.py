"""Decode the pixels of an opened file, once for all results that are made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from imagescaler.domain.geometry.shrink_on_load import needed
from imagescaler.domain.geometry.turn import Turn
from imagescaler.domain.task.source import Source
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata, read_metadata
from imagescaler.engine.open.open_image import decoding
from imagescaler.engine.opened import OpenedImage
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.pixels.modes import DEEP_GREY, normalized
from imagescaler.engine.pixels.orientation import turned
from imagescaler.engine.pixels.transparency import cleared_around


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """Pixels in a mode that can be resampled and in the orientation in which they are stored.

    `shrink` is the factor by which shrink-on-load made each side smaller. `operations` are those of decoding.
    `warnings` are sentences about what the pixels lack.
    """

    image: Image.Image
    source: Source
    metadata: EmbeddedMetadata = NO_METADATA
    shrink: tuple[float, float] = (1.0, 1.0)
    operations: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def decode(opened: OpenedImage, specs: Sequence[OutputSpec]) -> DecodedImage:
    """Decode a still image, or the first frame, no larger than the largest of the results needs; raises CorruptImage.

    Of samples of sixteen bits in colors, Pillow decodes eight.
    """
    image, source, codec, colors = opened.image, opened.source, opened.codec, opened.colors
    with decoding(source.format):
        codec.check_pixels(opened.data)
        draft = image.draft(None, needed(source.stored, [(spec.plan, spec.options) for spec in specs]))
        metadata, covered = read_metadata(image), codec.covered_part(image)
        image.load()
        pixels = codec.decoded(image, normalized(image))
        if opened.is_deep or (image.mode in DEEP_GREY and pixels.mode != "F"):
            pixels = codec.refined(pixels, opened.data, opened.colors)
            opened = replace(opened, colors=colors.with_curve_of_srgb if colors else None)
        if covered:
            pixels = cleared_around(pixels, covered)
        if codec.decodes_upright:
            pixels = turned(pixels, Turn(source.orientation).inverse)
    metadata = replace(metadata, profile=opened.profile)
    shrink = (source.stored[0] / draft[1][2], source.stored[1] / draft[1][3]) if draft else (1.0, 1.0)
    scaled, depth = f" 1/{shrink[0]:g}" if shrink[0] > 1 else "", ", 8 of 16 bits" if opened.is_deep else ""
    operations = [f"decode {source.format}{scaled}{depth}"]
    if image.mode != pixels.mode:
        operations.append(f"convert {image.mode} to {pixels.mode}")
    if colors and opened.colors and colors != opened.colors:
        operations.append(f"color {colors.name} to {opened.colors.name}")
    return DecodedImage(pixels, source, metadata, shrink, tuple(operations), opened.warnings)
