"""The scaling engine: bytes in, bytes out."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType

from imagescaler.domain.errors import CorruptImage, ImageProblem, RenderingFailed
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Damaged, Options
from imagescaler.engine.decode.decode import DecodedImage, decode
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.opened import OpenedImage, open_source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.render_animation import render_animation
from imagescaler.engine.render_still import render_still
from imagescaler.engine.traits import traits_of
from imagescaler.engine.watermark import with_watermark
from imagescaler.planning.cost.budget import Budget
from imagescaler.runtime.meter import Meter

logger = logging.getLogger(__name__)
NO_WATERMARKS: Mapping[str, bytes] = MappingProxyType({})
# Specs or problems, the image decoded for stills, and the file opened for animations.
Decoded = tuple[list[OutputSpec | ImageProblem], DecodedImage | None, OpenedImage | None]


def scale(
    data: bytes,
    options: Options,
    limits: Limits,
    budget: Budget | None = None,
    *,
    watermarks: Mapping[str, bytes] = NO_WATERMARKS,
) -> RenderedImage:
    """Scale an image: all frames of an animation if options and output format allow them, else the first.

    Raises ImageProblem or SourceTooLarge, before anything is decoded if the work would take more than the budget.
    """
    [outcome] = scale_each(data, [options], limits, budget, watermarks=watermarks)
    if isinstance(outcome, ImageProblem):
        raise outcome
    return outcome


def scale_each(
    data: bytes,
    options: Sequence[Options],
    limits: Limits,
    budget: Budget | None = None,
    *,
    source_sha256: str | None = None,
    watermarks: Mapping[str, bytes] = NO_WATERMARKS,
) -> Iterator[RenderedImage | ImageProblem]:
    """Scale an image in several ways; yield a result or its problem for each, in order.

    Still results share one decoding, and an animation is decoded for each. Each result is rendered when it is asked
    for, so that no more than one is in memory, and `data` is released once nothing more is decoded from it. Of a
    damaged file, options with `damaged=salvage` get what is left, and the others the problem. Raises ImageProblem or
    SourceTooLarge before the first result if the file itself is at fault, or if all results together would take more
    than the budget. `watermarks` are files, by the option that names them.
    """
    meter = Meter.start()
    digest = source_sha256 or sha256(data).hexdigest()
    specs, image, animation = _decoded_or_salvaged(data, options, limits, budget, watermarks)
    del data  # if the caller holds no other reference, its memory is free for the results
    for spec in specs:
        # Yielded without a name, which would keep the result in memory while the next one is rendered.
        yield spec if isinstance(spec, ImageProblem) else _render(spec, image, animation, limits, digest, meter)
        meter = Meter.start()  # the first result includes the decoding


def _decoded_or_salvaged(
    data: bytes, options: Sequence[Options], limits: Limits, budget: Budget | None, watermarks: Mapping[str, bytes]
) -> Decoded:
    try:
        return _decoded(data, options, limits, budget, watermarks)
    except CorruptImage as problem:
        if not problem.may_be_salvaged or not any(map(_salvages, options)):
            raise problem.with_advice() from problem
        damage = CorruptImage(problem.detail, may_be_salvaged=True)  # the problem itself holds what was decoded
    try:
        return _decoded(data, options, limits, budget, watermarks, damage)
    except CorruptImage:
        raise damage from None


def _decoded(
    data: bytes,
    options: Sequence[Options],
    limits: Limits,
    budget: Budget | None,
    watermarks: Mapping[str, bytes],
    damage: CorruptImage | None = None,
) -> Decoded:
    """Decode the image for stills; with `damage`, what is left of it, for options that ask for it."""
    with open_source(data, options, limits, is_salvaged=damage is not None) as file:
        traits = traits_of(file.image, file.source, file.data, is_refined=file.is_refined)
        if file.salvage:
            traits = replace(traits, decodings=file.salvage.decodings)
        if budget:
            budget.admit(traits)
        opened = file.oriented()
        specs = [
            damage.with_advice() if damage and not _salvages(each) else OutputSpec.of(opened, each, limits)
            for each in options
        ]
        specs = [
            with_watermark(each, watermarks, limits, budget) if isinstance(each, OutputSpec) else each for each in specs
        ]
        accepted = [each for each in specs if isinstance(each, OutputSpec)]
        if budget:
            budget.admit(traits, accepted)
        stills = [each for each in accepted if not each.is_animated]
        image = decode(opened, stills, limits) if stills else None
    return specs, image, opened if opened.timeline.frames else None


def _salvages(options: Options) -> bool:
    return options.damaged is Damaged.SALVAGE


def _render(
    spec: OutputSpec,
    image: DecodedImage | None,
    animation: OpenedImage | None,
    limits: Limits,
    source_sha256: str,
    meter: Meter,
) -> RenderedImage | ImageProblem:
    """Render one result; what a step or an encoder raises besides a problem is the fault of this result alone."""
    try:
        if spec.is_animated:
            assert animation
            rendered = _render_animation(animation, spec, limits)
        else:
            assert image
            rendered = render_still(image, spec, limits)
        limits.check_result(spec.format, len(rendered.data))
    except ImageProblem as problem:
        return problem
    except MemoryError:
        raise
    except Exception:
        logger.exception("a result could not be rendered")
        return RenderingFailed.of(spec.format)
    return rendered.with_receipt(source_sha256, meter)


def _render_animation(animation: OpenedImage, spec: OutputSpec, limits: Limits) -> RenderedImage:
    """Render an animation; if a frame turns out to be damaged, do it again with what is left of the frames."""
    try:
        return render_animation(animation, spec, limits)
    except CorruptImage as problem:
        if not _salvages(spec.options):
            raise problem.with_advice() from problem
        if animation.salvage:
            raise
        return render_animation(animation.salvaged(limits), spec, limits)
