"""Bytes in, bytes out: the scaling engine, and the only place that knows Pillow."""

from dataclasses import dataclass, replace
from hashlib import sha256

from imagescaler.admission import Allowance, Output
from imagescaler.errors import NeverLossless
from imagescaler.imaging import resizers
from imagescaler.imaging.encoding import Extras, encode
from imagescaler.imaging.header import header_of
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


def scale(data: bytes, options: Options, limits: Limits, allowance: Allowance | None = None) -> Scaled:
    """Scale an image, of an animation the first picture.

    Raises ImageProblem or SourceTooLarge: the file's fault, or that of what was asked of it. What would take more than
    the allowance is refused before it is decoded.
    """
    meter = Meter.start()
    header = measure(data)
    form = options.format or header.format
    if options.lossless and not form.can_be_lossless:
        raise NeverLossless(f"lossless is an option of webp, png, gif and tiff, and the result is {form}.")
    with open_image(data, header, limits) as image:
        keeps_depth = check_depth(image, options, form)
        is_deep = has_deep_colors(image)
        opened = header_of(image, header)
        if allowance:
            allowance.admit(opened)
        with decoding(header.format):
            orientation = orientation_of(image)
        stored = stored_size(image, orientation)
        source = _upright(header, stored, orientation)
        wish = plan(stored, options, limits, orientation=orientation)
        if allowance:
            allowance.admit(opened, [Output(wish, options, form)], resampler=resizers.NAME)
        with decoding(header.format):
            picture = decode(image, orientation, [(wish, options)], is_deep=is_deep)
        wish = plan_of(picture, options, limits)
        frame = draw(picture, wish, options, form, keeps_depth=keeps_depth)
        extras = Extras(frame.profile, picture.metadata.chosen(options, orientation, wish.size))
        encoded = encode(frame.image, form, options, extras)
    receipt = Receipt(
        sha256(data).hexdigest(),
        sha256(encoded.data).hexdigest(),
        software(header.format, form),
        (*frame.operations, *encoded.operations),
        meter.read(),
    )
    result = Result(form, *wish.size, len(encoded.data), receipt.result_sha256, receipt)
    return Scaled(encoded.data, source, result)


def _upright(header: Source, stored: Size, orientation: int) -> Source:
    """Describe the source as it is known now that it is open."""
    width, height = Turn(orientation).size(stored)
    return replace(header, width=width, height=height, orientation=orientation)
