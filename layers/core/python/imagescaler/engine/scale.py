"""The scaling engine: bytes in, bytes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.receipt import Receipt
from imagescaler.domain.task.source import Source
from imagescaler.engine.decode.decode import DecodedImage, decode
from imagescaler.engine.encode.software import software
from imagescaler.engine.opened import OpenedImage, open_source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.render_animation import render_animation
from imagescaler.engine.render_still import render_still
from imagescaler.engine.traits import traits_of
from imagescaler.planning.cost.budget import Budget
from imagescaler.runtime.meter import Meter


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled image; `source` is upright."""

    data: bytes
    source: Source
    result: Result


def scale(data: bytes, options: Options, limits: Limits, budget: Budget | None = None) -> Scaled:
    """Scale an image: all frames of an animation if options and output format allow them, else the first.

    Raises ImageProblem or SourceTooLarge, before anything is decoded if the work would take more than the budget.
    """
    [outcome] = scale_each(data, [options], limits, budget)
    if isinstance(outcome, ImageProblem):
        raise outcome
    return outcome


def scale_each(
    data: bytes, options: Sequence[Options], limits: Limits, budget: Budget | None = None
) -> Iterator[Scaled | ImageProblem]:
    """Scale an image in several ways; yield a result or its problem for each, in order.

    Still results share one decoding, and an animation is decoded for each. Each result is rendered when it is asked
    for, so that no more than one is in memory, and `data` is released once nothing more is decoded from it. Raises
    ImageProblem or SourceTooLarge before the first result if the file itself is at fault, or if all results together
    would take more than the budget.
    """
    meter = Meter.start()
    digest = sha256(data).hexdigest()
    with open_source(data, options, limits) as file:
        traits = traits_of(file.image, file.source)
        if budget:
            budget.admit(traits)
        opened = file.oriented()
        specs = [OutputSpec.of(opened, each, limits) for each in options]
        accepted = [each for each in specs if isinstance(each, OutputSpec)]
        if budget:
            budget.admit(traits, accepted)
        stills = [each for each in accepted if not each.is_animated]
        image = decode(opened, stills) if stills else None
    source, animation = opened.source, opened if opened.timeline.frames else None
    del data, file, opened  # if the caller holds no other reference, their memory is free for the results
    for spec in specs:
        yield spec if isinstance(spec, ImageProblem) else _scale(spec, image, animation, limits, source, digest, meter)
        meter = Meter.start()  # the first result includes the decoding


def _scale(
    spec: OutputSpec,
    image: DecodedImage | None,
    animation: OpenedImage | None,
    limits: Limits,
    source: Source,
    source_sha256: str,
    meter: Meter,
) -> Scaled | ImageProblem:
    try:
        if spec.is_animated:
            assert animation
            rendered = render_animation(animation, spec, limits)
        else:
            assert image
            rendered = render_still(image, spec, limits)
        limits.check_result(spec.format, len(rendered.data))
    except ImageProblem as problem:
        return problem
    result_sha256 = sha256(rendered.data).hexdigest()
    versions = software(source.format, spec.format)
    receipt = Receipt(source_sha256, result_sha256, versions, rendered.operations, meter.read())
    result = Result(spec.format, *rendered.size, len(rendered.data), result_sha256, receipt, rendered.frames)
    return Scaled(rendered.data, source, result)
