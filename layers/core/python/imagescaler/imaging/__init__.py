"""Bytes in, bytes out: the scaling engine, and the only place that knows Pillow."""

from dataclasses import dataclass, replace
from hashlib import sha256

from PIL import Image

from imagescaler.errors import NeverLossless
from imagescaler.formats import Format
from imagescaler.imaging.animation import Animation, Drawn, scale_animation, timeline_of
from imagescaler.imaging.encoding import Extras, encode
from imagescaler.imaging.modes import check_depth, has_deep_colors
from imagescaler.imaging.opening import decoding, open_image
from imagescaler.imaging.picture import decode, orientation_of, stored_size
from imagescaler.imaging.rendering import draw, plan_of
from imagescaler.imaging.software import software
from imagescaler.limits import Limits
from imagescaler.measure import measure
from imagescaler.meter import Meter
from imagescaler.options import Options
from imagescaler.plan import plan
from imagescaler.receipt import Receipt
from imagescaler.task import Result, Source
from imagescaler.turn import Size, Turn

__all__ = ["Scaled", "scale"]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled image; `source` is the upright one."""

    data: bytes
    source: Source
    result: Result


def scale(data: bytes, options: Options, limits: Limits) -> Scaled:
    """Scale an image: of an animation all frames, or the first where the options or the format of the result say so.

    Raises ImageProblem or SourceTooLarge: the file's fault, or that of what was asked of it.
    """
    meter = Meter.start()
    header = measure(data)
    form = options.format or header.format
    if options.lossless and not form.can_be_lossless:
        raise NeverLossless(f"lossless is an option of webp, png, gif and tiff, and the result is {form}.")
    timeline = timeline_of(data, header, options, limits)
    with open_image(data, header, limits) as image:
        keeps_depth, is_deep = check_depth(image, options, form), has_deep_colors(image)
        with decoding(header.format):
            orientation = orientation_of(image)
        source = _upright(header, stored_size(image, orientation), orientation)
        if timeline:
            animation = Animation(image, data, source, timeline)
            drawn = scale_animation(animation, options, form, limits, keeps_depth=keeps_depth)
        else:
            drawn = _scale_still(image, source, options, form, limits, keeps_depth=keeps_depth, is_deep=is_deep)
    receipt = Receipt(
        sha256(data).hexdigest(),
        sha256(drawn.data).hexdigest(),
        software(header.format, form),
        drawn.operations,
        meter.read(),
    )
    result = Result(form, *drawn.size, len(drawn.data), receipt.result_sha256, receipt, drawn.frames)
    return Scaled(drawn.data, source, result)


def _scale_still(
    image: Image.Image,
    source: Source,
    options: Options,
    form: Format,
    limits: Limits,
    *,
    keeps_depth: bool,
    is_deep: bool,
) -> Drawn:
    wish = plan(source.stored, options, limits, orientation=source.orientation)
    with decoding(source.format):
        picture = decode(image, source.orientation, [(wish, options)], is_deep=is_deep)
    wish = plan_of(picture, options, limits)
    frame = draw(picture, wish, options, form, keeps_depth=keeps_depth)
    extras = Extras(frame.profile, picture.metadata.chosen(options, source.orientation, wish.size))
    encoded = encode(frame.image, form, options, extras)
    return Drawn(encoded.data, wish.size, (*frame.operations, *encoded.operations))


def _upright(header: Source, stored: Size, orientation: int) -> Source:
    """Describe the source as it is known now that it is open."""
    width, height = Turn(orientation).size(stored)
    return replace(header, width=width, height=height, orientation=orientation)
