"""Bytes in, bytes out: the scaling engine, and the only place that knows Pillow."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from PIL import Image

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.receipt import Receipt
from imagescaler.domain.task.source import Source
from imagescaler.engine.decode.picture import decode, orientation_of, stored_size
from imagescaler.engine.encode.rendered import Drawn
from imagescaler.engine.encode.software import software
from imagescaler.engine.open.open_image import decoding, open_image
from imagescaler.engine.opened import traits_of
from imagescaler.engine.output_spec import Wish
from imagescaler.engine.pixels.modes import has_deep_colors
from imagescaler.engine.render_animation import draw_animation, timeline_of
from imagescaler.engine.render_still import draw_still
from imagescaler.planning.cost.budget import Budget
from imagescaler.probe.probe import probe
from imagescaler.probe.timeline import Timeline
from imagescaler.runtime.meter import Meter

__all__ = ["Scaled", "scale", "scale_each"]

Draw = Callable[[Wish], Drawn]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled image; `source` is the upright one."""

    data: bytes
    source: Source
    result: Result


def scale(data: bytes, options: Options, limits: Limits, budget: Budget | None = None) -> Scaled:
    """Scale an image: of an animation all frames, or the first where the options or the format of the result say so.

    Raises ImageProblem or SourceTooLarge: the file's fault, or that of what was asked of it. What would take more than
    the allowance is refused before it is decoded.
    """
    [made] = scale_each(data, [options], limits, budget)
    if isinstance(made, ImageProblem):
        raise made
    return made


def scale_each(
    data: bytes, options: Sequence[Options], limits: Limits, budget: Budget | None = None
) -> Iterator[Scaled | ImageProblem]:
    """Scale an image in several ways: give for each in turn what it became, or why it could not be made.

    A picture is decoded once for all, an animation for each that keeps its frames. Each is drawn when it is asked for,
    so that no more than one is in memory, and `data` is let go when nothing of it is left to be decoded. Raises
    ImageProblem or SourceTooLarge before the first, if the file itself is at fault, or if all results together would
    take more than the budget.
    """
    meter = Meter.start()
    header, source_sha256 = probe(data), sha256(data).hexdigest()
    with open_image(data, header, limits) as image:
        timeline = timeline_of(data, header, options, limits)
        is_deep = has_deep_colors(image)
        traits = traits_of(image, header)
        if budget:
            budget.admit(traits)
        with decoding(header.format):
            orientation = orientation_of(image)
        source = _upright(header, stored_size(image, orientation), orientation)
        wishes = [Wish.checked(image, source, each, limits, is_deep=is_deep) for each in options]
        if budget:
            budget.admit(traits, [each for each in wishes if isinstance(each, Wish)])
        draw = _drawing(image, data, source, timeline, wishes, limits, is_deep=is_deep)
    del data  # where nobody else holds it, there is room for as much of the results
    for wish in wishes:
        yield wish if isinstance(wish, ImageProblem) else _made(draw, source, wish, limits, source_sha256, meter)
        meter = Meter.start()  # the decoding counts to the first


def _drawing(
    image: Image.Image,
    data: bytes,
    source: Source,
    timeline: Timeline | None,
    wishes: Sequence[Wish | ImageProblem],
    limits: Limits,
    *,
    is_deep: bool,
) -> Mapping[bool, Draw]:
    """Give what draws a picture, by False, and an animation, by True; decode what is needed for the first."""
    stills = [(wish.plan, wish.options) for wish in wishes if isinstance(wish, Wish) and not wish.is_animated]
    drawing: dict[bool, Draw] = {}
    if stills:
        with decoding(source.format):
            picture = decode(image, source.orientation, stills, is_deep=is_deep)
        drawing[False] = partial(draw_still, picture, limits=limits)
    if timeline:
        drawing[True] = partial(draw_animation, data, source, timeline, limits=limits)
    return drawing


def _made(
    drawing: Mapping[bool, Draw], source: Source, wish: Wish, limits: Limits, source_sha256: str, meter: Meter
) -> Scaled | ImageProblem:
    try:
        drawn = drawing[wish.is_animated](wish)
        limits.check_result(wish.format, len(drawn.data))
    except ImageProblem as problem:
        return problem
    receipt = Receipt(
        source_sha256,
        sha256(drawn.data).hexdigest(),
        software(source.format, wish.format),
        drawn.operations,
        meter.read(),
    )
    result = Result(wish.format, *drawn.size, len(drawn.data), receipt.result_sha256, receipt, drawn.frames)
    return Scaled(drawn.data, source, result)


def _upright(header: Source, stored: Size, orientation: int) -> Source:
    """Describe the source as it is known now that it is open."""
    width, height = Turn(orientation).size(stored)
    return replace(header, width=width, height=height, orientation=orientation)
