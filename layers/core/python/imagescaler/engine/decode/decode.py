"""Decode the pixels of an opened file, once for all results that are made of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PIL import Image

from imagescaler.domain.geometry.shrink_on_load import needed
from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.source import Source
from imagescaler.engine.decode.icc_profile import opened_profile
from imagescaler.engine.decode.matrix_profile import VALUES
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata, read_metadata
from imagescaler.engine.open.open_image import decoding, open_image
from imagescaler.engine.opened import OpenedImage
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.pixels.modes import DEEP_GREY, normalized
from imagescaler.engine.pixels.orientation import turned
from imagescaler.engine.pixels.sample_tables import Tables
from imagescaler.engine.pixels.transfer_functions import to_srgb_table
from imagescaler.engine.pixels.transparency import cleared_around
from imagescaler.engine.salvage.pixels import fill, load
from imagescaler.engine.salvage.salvage import Salvage
from imagescaler.engine.salvage.warning import warning

OF_TABLES = "The ICC profile consists of tables, so that 8 of the 16 bits of each sample are converted."


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


def decode(opened: OpenedImage, specs: Sequence[OutputSpec], limits: Limits) -> DecodedImage:
    """Decode a still image, or the first frame, no larger than the largest of the results needs; raises CorruptImage.

    Of samples of sixteen bits in colors, Pillow decodes eight.
    """
    image, source, codec, colors = opened.image, opened.source, opened.codec, opened.colors
    warnings, least = opened.warnings, needed(source.stored, [(spec.plan, spec.options) for spec in specs])
    with decoding(source.format):
        draft = image.draft(None, least)
        metadata, covered = read_metadata(image), codec.covered_part(image)
        if opened.salvage:
            missing = _salvage(opened, opened.salvage, least, limits)
            pixels = codec.decoded(image, normalized(image))
            fill(pixels, missing)
            warnings = (*warnings, warning(source.format, missing.crop(covered)))
        else:
            codec.check_pixels(opened.data)
            image.load()
            pixels = codec.decoded(image, normalized(image))
            if opened.is_deep or (image.mode in DEEP_GREY and pixels.mode != "F"):
                tables, opened = _with_curve_of_srgb(opened)
                pixels = codec.refined(pixels, opened.data, tables)
                if not opened.colors and not opened.matrix and opened_profile(opened.profile, pixels.mode):
                    warnings = (*warnings, OF_TABLES)
            if codec.decodes_upright:
                pixels = turned(pixels, Turn(source.orientation).inverse)
        if covered:
            pixels = cleared_around(pixels, covered)
    metadata = replace(metadata, profile=opened.profile)
    shrink = (source.stored[0] / draft[1][2], source.stored[1] / draft[1][3]) if draft else (1.0, 1.0)
    scaled, depth = f" 1/{shrink[0]:g}" if shrink[0] > 1 else "", ", 8 of 16 bits" if opened.is_deep else ""
    operations = [f"{opened.reading}{scaled}{depth}"]
    if image.mode != pixels.mode:
        operations.append(f"convert {image.mode} to {pixels.mode}")
    if colors and opened.colors and colors != opened.colors:
        operations.append(f"color {colors.name} to {opened.colors.name}")
    return DecodedImage(pixels, source, metadata, shrink, tuple(operations), warnings)


def _with_curve_of_srgb(opened: OpenedImage) -> tuple[Tables | None, OpenedImage]:
    """Return the tables that give samples of 16 bits the curve of sRGB, and the image with its colors so; or None.

    Eight bits of a curve that is steeper where it is dark have too few levels there.
    """
    colors = opened.colors
    if colors:
        table = to_srgb_table(colors, VALUES) if colors != colors.with_curve_of_srgb else None
        return (table, table, table) if table else None, replace(opened, colors=colors.with_curve_of_srgb)
    matrix = opened.matrix
    tables = matrix.tables() if matrix else None
    if matrix and tables:
        opened.image.info["icc_profile"] = matrix.with_curve_of_srgb()
    return tables, opened


def _salvage(opened: OpenedImage, salvage: Salvage, least: Size, limits: Limits) -> Image.Image:
    """Decode what is left of a damaged image, in the stored orientation; return the mask of what is missing."""

    @contextmanager
    def version(data: bytes) -> Iterator[Image.Image]:
        with open_image(data, opened.source, limits) as image:
            image.draft(None, least)
            yield image

    size = opened.source.stored if opened.codec.decodes_upright else opened.image.size
    return load(opened.image, size, salvage, version)
