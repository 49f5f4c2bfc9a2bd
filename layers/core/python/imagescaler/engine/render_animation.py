"""Animations: each frame is decoded, drawn and encoded by itself, so that there are never more than a few in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from imagescaler.domain.errors import UnsupportedDepth
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Gravity, Icc, Options, Quality
from imagescaler.domain.task.source import Source
from imagescaler.engine.decode.metadata import read_metadata
from imagescaler.engine.decode.picture import Picture
from imagescaler.engine.encode.encode import Extras
from imagescaler.engine.encode.fit_bytes import Encoded, fitting
from imagescaler.engine.encode.rendered import Drawn
from imagescaler.engine.frames.read_frames import read_frames
from imagescaler.engine.frames.write_frames import write_frames
from imagescaler.engine.open.open_image import open_image
from imagescaler.engine.output_spec import Wish
from imagescaler.engine.pixels.modes import WITHOUT_COLORS
from imagescaler.engine.pixels.transparency import is_opaque
from imagescaler.engine.steps.effects import WITH_ALPHA
from imagescaler.engine.steps.render import draw, plan_of_all
from imagescaler.probe.probe import probe, read_timeline
from imagescaler.probe.timeline import Timeline

# In these all frames have an alpha channel, or none has: one that hides nothing costs time, and bytes.
SAME_MODE = {Format.PNG, Format.AVIF}


@dataclass(frozen=True, slots=True)
class Animation:
    """An opened animation, whose frames can be gone through as often as they are needed."""

    image: Image.Image
    data: bytes
    source: Source
    timeline: Timeline

    def pictures(self) -> Iterator[Picture]:
        """Decode one frame after the other; each is good until the next is there. Raises CorruptImage."""
        source, profile = self.source, self.image.info.get("icc_profile")
        operations = (f"decode {source.format}, {self.timeline.frames} frames",)
        for frame in read_frames(self.image, self.data, source.format, self.timeline.frames):
            yield Picture(frame, source.stored, source.orientation, profile=profile, operations=operations)


def timeline_of(data: bytes, source: Source, options: Sequence[Options], limits: Limits) -> Timeline | None:
    """Give the timeline of an animation that stays one in any of several results, or None; raises CorruptImage."""
    if not any(each.keeps_frames(source.format) for each in options):
        return None
    return read_timeline(data, source.format, limits.max_frames)


def draw_animation(data: bytes, source: Source, timeline: Timeline, wish: Wish, *, limits: Limits) -> Drawn:
    """Draw and encode all frames alike: geometry, `trim` and the window of `gravity=smart` are the same for all.

    The file is opened anew: whoever goes through its frames moves in it. They are too many to be kept, so they are
    decoded and drawn for each quality that is tried for `max_bytes`. Raises TooManyFrames, UnsupportedDepth,
    MaxBytesTooSmall, and what planning and decoding raise.
    """
    with open_image(data, source, limits) as image:
        if image.mode in WITHOUT_COLORS:  # but all frames get them, and a profile of grey could not explain those
            wish = replace(wish, options=replace(wish.options, icc=Icc.SRGB))
        return _drawn(Animation(image, data, source, timeline), wish, limits)


def _drawn(animation: Animation, wish: Wish, limits: Limits) -> Drawn:
    options, form = wish.options, wish.format
    if wish.keeps_depth:
        raise UnsupportedDepth(
            "The animation has grey of 16 bits per sample, which this service would cut to 8. Ask for depth=8, "
            "or for format=webp, avif or gif, which have 8 bits in any case."
        )
    plan = plan_of_all(animation.pictures(), options, limits)
    limits.check_frames(animation.timeline.frames, plan.size, "scaled animation")
    first = draw(next(animation.pictures()), plan, options, form, keeps_depth=False)
    mode = "RGB" if form in SAME_MODE and _is_opaque(animation, plan, options) else "RGBA"
    orientation = 1 if form is Format.AVIF else animation.source.orientation  # libavif crashes on a sequence that lies
    extras = Extras(first.profile, read_metadata(animation.image).chosen(options, orientation, plan.size))

    def encode_at(quality: int) -> Encoded:
        told = replace(options, quality=Quality.same(quality))
        return write_frames(_frames(animation, first.plan, wish, mode), animation.timeline, form, told, extras)

    encoded = fitting(encode_at, form, options)
    operations = (*first.operations, *encoded.operations)
    return Drawn(encoded.data, plan.size, operations, probe(encoded.data).frames)


def _frames(animation: Animation, plan: Plan, wish: Wish, mode: str) -> Iterator[Image.Image]:
    """Draw one frame after the other, whose window is that of the plan."""
    options = replace(wish.options, gravity=Gravity.CENTER)
    for picture in animation.pictures():
        yield draw(picture, plan, options, wish.format, keeps_depth=False).image.convert(mode)


def _is_opaque(animation: Animation, plan: Plan, options: Options) -> bool:
    """Say whether nothing shows through any frame of the result; asks all of the source, where that is not plain."""
    if options.background:
        return options.background.endswith("ff")
    return not plan.has_room and all(_hides_all(picture.image) for picture in animation.pictures())


def _hides_all(image: Image.Image) -> bool:
    return image.mode not in WITH_ALPHA or is_opaque(image)
