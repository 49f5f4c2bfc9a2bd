"""Decode the watermark of a result."""

from collections.abc import Mapping
from dataclasses import replace

from imagescaler.domain.errors import ImageProblem, SourceTooLarge, TooExpensive, UnusableWatermark
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.watermark import watermark_box
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.decode.decode import decode
from imagescaler.engine.opened import open_source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.steps.pipeline import run
from imagescaler.engine.traits import traits_of
from imagescaler.planning.cost.budget import Budget


def with_watermark(
    spec: OutputSpec, watermarks: Mapping[str, bytes], limits: Limits, budget: Budget | None
) -> OutputSpec | ImageProblem:
    """Return a spec with the pixels of its watermark, at their size on the result; the same spec without a watermark.

    Returns UnusableWatermark for a file that is no image, or is too large.
    """
    name = spec.options.watermark
    if name is None:
        return spec
    try:
        return _read(spec, watermarks[name], limits.of_watermarks, budget)
    except TooExpensive:
        raise
    except (ImageProblem, SourceTooLarge) as problem:
        return UnusableWatermark(f"The watermark {name}: {problem.detail}")


def _read(spec: OutputSpec, data: bytes, limits: Limits, budget: Budget | None) -> OutputSpec:
    options = Options(format=Format.PNG, animated=False, depth=8)
    with open_source(data, [options], limits) as file:
        if budget:
            budget.admit(traits_of(file.image, file.source, file.data))
        opened = file.oriented()
        box = watermark_box(spec.plan.size, (opened.source.width, opened.source.height), spec.options)
        own = OutputSpec.of(opened, replace(options, width=box.width, height=box.height, preserve_ratio=False), limits)
        if isinstance(own, ImageProblem):
            raise own
        decoded = decode(opened, [own], limits)
    return replace(spec, watermark=run(decoded, own).image.convert("RGBA"))
