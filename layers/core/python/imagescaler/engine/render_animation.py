"""Render an animation: frames are decoded, scaled and encoded one by one, so that few are in memory at a time."""

from collections.abc import Iterator
from dataclasses import replace

from PIL import Image

from imagescaler.domain.errors import UnsupportedDepth
from imagescaler.domain.formats import RESULT_FORMATS, listed
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Gravity, Icc, Quality
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.decode.decode import DecodedImage
from imagescaler.engine.decode.metadata import EmbeddedMetadata, read_metadata
from imagescaler.engine.encode.encode import fit_still_quality
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.encode.fit_bytes import fit_bytes
from imagescaler.engine.encode.fit_metadata import fit_metadata
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.encode.sketch import sketch_of
from imagescaler.engine.frames.read_frames import frame_codec_of, read_frames
from imagescaler.engine.opened import OpenedImage
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.pixels.transparency import WITH_ALPHA, is_opaque
from imagescaler.engine.salvage.warning import warning_of_frames
from imagescaler.engine.steps.pipeline import run
from imagescaler.engine.steps.trim import trimmed
from imagescaler.probe.probe import probe


def render_animation(opened: OpenedImage, spec: OutputSpec, limits: Limits) -> RenderedImage:
    """Scale and encode all frames with the same geometry, `trim` and window of `gravity=smart`.

    Frames are too many to be kept, so they are decoded and scaled again for each quality tried for `max_bytes`.
    `quality=auto` looks at the first frame.
    Raises TooManyFrames, UnsupportedDepth, MaxBytesTooSmall, and what planning and decoding raise.
    """
    with opened.reopened(limits) as image:
        if image.is_grey:  # every frame becomes RGB, which a profile for grey cannot describe
            spec = replace(spec, options=replace(spec.options, icc=Icc.SRGB))
        return _render(image, spec, limits)


def _render(opened: OpenedImage, spec: OutputSpec, limits: Limits) -> RenderedImage:
    if spec.keeps_depth:
        shallow = listed((each for each in RESULT_FORMATS if each.has_frames and not each.keeps_depth), "or")
        raise UnsupportedDepth(
            "The animation has grey of 16 bits per sample, which this service would cut to 8. Ask for depth=8, "
            f"or for format={shallow}, which have 8 bits in any case."
        )
    spec = trimmed(spec, _frames(opened), limits)
    limits.check_frames(opened.timeline.frames, spec.plan.size, "scaled animation")
    first = run(next(_frames(opened)), spec)
    # The window was chosen on the first frame; the others get the same one.
    spec = replace(first.spec, options=replace(spec.options, gravity=Gravity.CENTER))
    sketch = sketch_of(first.image, first.profile, spec.options.placeholder)
    codec = codec_of(spec.format)
    frames = frame_codec_of(spec.format)
    mode = "RGB" if frames.has_one_mode and _is_opaque(opened, spec) else "RGBA"
    metadata = replace(read_metadata(opened.image), profile=first.profile)
    orientation = opened.source.orientation if frames.keeps_orientation else 1
    metadata = metadata.selected(spec.options, orientation, spec.plan.size)
    metadata, warnings = fit_metadata(codec, first.image.convert(mode), spec.options, metadata)

    options, score = spec.options, None
    if options.searches_quality(spec.format):
        fitted = fit_still_quality(first.image.convert(mode), spec.format, options)
        options, score = replace(options, quality=Quality.same(fitted.quality)), fitted.score

    def encode_at(quality: int) -> Encoded:
        options = replace(spec.options, quality=Quality.same(quality))
        return frames.write(codec, _scaled_frames(opened, spec, mode), opened.timeline, options, metadata)

    data, operations = fit_bytes(encode_at, spec.format, options)
    operations = (*first.operations, *operations)
    count, warnings = probe(data).frames, (*opened.warnings, *warnings)
    if opened.salvage:
        warnings += (warning_of_frames(opened.source.format, opened.salvage.lost, opened.timeline.frames),)
    return RenderedImage.of(
        data, spec, opened.source, operations, mode=mode, frames=count, warnings=warnings, sketch=sketch, score=score
    )


def _frames(opened: OpenedImage) -> Iterator[DecodedImage]:
    """Decode the frames one by one; each is valid until the next. Raises CorruptImage."""
    source, count = opened.source, opened.timeline.frames
    metadata = EmbeddedMetadata(opened.profile)
    operations = (f"{opened.reading}, {count} frames",)
    for frame in read_frames(opened.image, opened.data, source.format, count, opened.salvage):
        yield DecodedImage(frame, source, metadata, operations=operations)


def _scaled_frames(opened: OpenedImage, spec: OutputSpec, mode: str) -> Iterator[Image.Image]:
    return (run(frame, spec).image.convert(mode) for frame in _frames(opened))


def _is_opaque(opened: OpenedImage, spec: OutputSpec) -> bool:
    """Return True if every pixel of every frame of the result is opaque; decodes all frames if that is not certain."""
    if spec.options.background:
        return spec.options.background.endswith("ff")
    images = (frame.image for frame in _frames(opened))
    has_holes = spec.plan.has_room or spec.options.radius
    return not has_holes and all(image.mode not in WITH_ALPHA or is_opaque(image) for image in images)
