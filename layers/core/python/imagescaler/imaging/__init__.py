"""Bytes in, bytes out: the scaling engine, and the only place that knows Pillow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from imagescaler.errors import ImageProblem
from imagescaler.imaging.encoding import Extras, encode
from imagescaler.imaging.modes import has_deep_colors
from imagescaler.imaging.opening import decoding, open_image
from imagescaler.imaging.picture import Picture, decode, orientation_of, stored_size
from imagescaler.imaging.rendering import draw, plan_of
from imagescaler.imaging.software import software
from imagescaler.imaging.wish import Wish
from imagescaler.limits import Limits
from imagescaler.measure import measure
from imagescaler.meter import Meter
from imagescaler.options import Options
from imagescaler.receipt import Receipt
from imagescaler.task import Result, Source
from imagescaler.turn import Size, Turn

__all__ = ["Scaled", "scale", "scale_each"]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled image; `source` is the upright one."""

    data: bytes
    source: Source
    result: Result


def scale(data: bytes, options: Options, limits: Limits) -> Scaled:
    """Scale an image, of an animation the first picture.

    Raises ImageProblem or SourceTooLarge: the file's fault, or that of what was asked of it.
    """
    [made] = scale_each(data, [options], limits)
    if isinstance(made, ImageProblem):
        raise made
    return made


def scale_each(data: bytes, options: Sequence[Options], limits: Limits) -> Iterator[Scaled | ImageProblem]:
    """Scale an image in several ways, decoded once: give for each in turn what it became, or why it could not be made.

    Each is drawn when it is asked for, so that no more than one is in memory. Raises ImageProblem or SourceTooLarge
    before the first, if the file itself is at fault.
    """
    meter = Meter.start()
    header, source_sha256 = measure(data), sha256(data).hexdigest()
    with open_image(data, header, limits) as image:
        is_deep = has_deep_colors(image)
        with decoding(header.format):
            orientation = orientation_of(image)
        stored = stored_size(image, orientation)
        source = _upright(header, stored, orientation)
        wishes = [Wish.checked(image, source, each, limits, is_deep=is_deep) for each in options]
        possible = [(wish.plan, wish.options) for wish in wishes if isinstance(wish, Wish)]
        if not possible:
            yield from (wish for wish in wishes if isinstance(wish, ImageProblem))
            return
        with decoding(header.format):
            picture = decode(image, orientation, possible, is_deep=is_deep)
        for wish in wishes:
            yield wish if isinstance(wish, ImageProblem) else _made(picture, source, wish, limits, source_sha256, meter)
            meter = Meter.start()  # the decoding counts to the first


def _made(
    picture: Picture, source: Source, wish: Wish, limits: Limits, source_sha256: str, meter: Meter
) -> Scaled | ImageProblem:
    try:
        plan = plan_of(picture, wish.options, limits)
        frame = draw(picture, plan, wish.options, wish.format, keeps_depth=wish.keeps_depth)
        extras = Extras(frame.profile, picture.metadata.chosen(wish.options, picture.orientation, plan.size))
        encoded = encode(frame.image, wish.format, wish.options, extras)
        limits.check_result(wish.format, len(encoded.data))
    except ImageProblem as problem:
        return problem
    receipt = Receipt(
        source_sha256,
        sha256(encoded.data).hexdigest(),
        software(source.format, wish.format),
        (*frame.operations, *encoded.operations),
        meter.read(),
    )
    result = Result(wish.format, *plan.size, len(encoded.data), receipt.result_sha256, receipt)
    return Scaled(encoded.data, source, result)


def _upright(header: Source, stored: Size, orientation: int) -> Source:
    """Describe the source as it is known now that it is open."""
    width, height = Turn(orientation).size(stored)
    return replace(header, width=width, height=height, orientation=orientation)
