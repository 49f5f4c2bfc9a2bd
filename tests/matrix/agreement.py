"""Compares what is said of a file before it is decoded with what comes of it: probe, plan and decoder."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale
from imagescaler.planning.preview import Preview, preview
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.probe.probe import probe
from tests.matrix.case import Case
from tests.matrix.verdicts import LIMITS

OPTIONS = Options(width=20, format=Format.PNG, depth=8)


def disagreements(case: Case) -> list[str]:
    """Give where the three disagree; nothing of a file that is refused when it is scaled."""
    data = case.make().data
    try:
        made = scale(data, OPTIONS, LIMITS)
    except ImageProblem:
        return []
    source = probe(data)
    try:
        planned = preview(SourceTraits.of(source), OPTIONS, LIMITS)
    except ImageProblem as problem:
        return [f"no plan: {problem}"]
    said = [
        ("format", source.format, made.source.format),
        ("stored size", source.stored, made.source.stored),
        ("frames", source.frames, made.source.frames),
        ("frames of the result", planned.frames, made.result.frames),
    ]
    if source.format.info.orientation_in_header:
        said.append(("orientation", source.orientation, made.source.orientation))
    found = [f"{what}: {before} before, {after} after" for what, before, after in said if before != after]
    return found + list(_sizes(planned, made))


def _sizes(planned: Preview, made: RenderedImage) -> Iterator[str]:
    size = (made.result.width, made.result.height)
    warnings = " ".join(caveat.detail for caveat in planned.caveats)
    if planned.plan.size != size and f"{size[0]} x {size[1]}" not in warnings:
        yield f"size of the result: {planned.plan.size} planned, {size} made"
    image = Image.open(BytesIO(made.data))
    if image.size != size:
        yield f"size of the result: {size} said, {image.size} decoded"
    if getattr(image, "n_frames", 1) != made.result.frames:
        yield f"frames of the result: {made.result.frames} said"
