"""`trim`: leave out a border of one color. The only option that is planned a second time, once pixels are known."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from PIL import Image, ImageChops

from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box
from imagescaler.engine.decode.decode import DecodedImage
from imagescaler.engine.output_spec import OutputSpec


def trimmed(spec: OutputSpec, frames: Iterable[DecodedImage], limits: Limits) -> OutputSpec:
    """Return the spec planned for what `trim` leaves in any of the frames; the same spec without `trim`.

    Raises CropOutside, TargetTooLarge.
    """
    if spec.options.trim is None:
        return spec
    area, boxes, source = spec.plan.stored_area, list[Box](), None
    for frame in frames:
        source = frame.source
        used = frame.image.crop((area.left, area.top, area.left + area.width, area.top + area.height))
        if content := _content(used, spec.options.trim):
            boxes.append(replace(content, left=area.left + content.left, top=area.top + content.top))
    if source is None or not boxes:
        return spec
    upright = spec.plan.orient.inverse.undo(reduce(Box.around, boxes), source.stored)
    geometry = plan(source.stored, spec.options, limits, orientation=source.orientation, trimmed=upright)
    return replace(spec, plan=geometry)


def _content(image: Image.Image, threshold: int) -> Box | None:
    """Return the box of pixels that differ from the top left one by more than `threshold` levels; None if none do.

    Colors are premultiplied, so that those of transparent pixels do not count.
    """
    compared = image.convert("RGBa") if image.mode == "RGBA" else image.convert("La") if image.mode == "LA" else image
    if compared.mode == "F":
        compared = compared.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    bands = [ImageChops.difference(band, Image.new("L", band.size, band.getpixel((0, 0)))) for band in compared.split()]
    found = reduce(ImageChops.lighter, bands).point([0] * (threshold + 1) + [255] * (255 - threshold)).getbbox()
    if found is None:
        return None
    left, top, right, bottom = found
    return Box(left, top, right - left, bottom - top)
