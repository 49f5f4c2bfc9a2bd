"""Render a still image."""

from dataclasses import replace

from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.decode.decode import DecodedImage
from imagescaler.engine.encode.encode import encode
from imagescaler.engine.encode.fit_metadata import fit_metadata
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.encode.sketch import sketch_of
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.steps.pipeline import run
from imagescaler.engine.steps.trim import trimmed


def render_still(decoded: DecodedImage, spec: OutputSpec, limits: Limits) -> RenderedImage:
    """Run the pipeline and encode. The decoded image is not changed. Raises ImageProblem."""
    context = run(decoded, trimmed(spec, [decoded], limits))
    plan = context.spec.plan
    metadata = replace(decoded.metadata, profile=context.profile)
    metadata = metadata.selected(spec.options, decoded.source.orientation, plan.size)
    metadata, warnings = fit_metadata(codec_of(spec.format), context.image, spec.options, metadata)
    sketch = sketch_of(context.image, context.profile, spec.options.placeholder)
    data, operations, score = encode(
        context.image, spec.format, spec.options, metadata, tries_palette=spec.tries_palette
    )
    operations = (*context.operations, *operations)
    mode, warnings = context.image.mode, (*decoded.warnings, *warnings)
    return RenderedImage.of(
        data, context.spec, decoded.source, operations, mode=mode, warnings=warnings, sketch=sketch, score=score
    )
