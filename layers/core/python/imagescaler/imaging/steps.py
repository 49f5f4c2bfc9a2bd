"""The pipeline: pure steps from the opened file to the picture that is encoded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from PIL import Image

from imagescaler.imaging.color import to_srgb
from imagescaler.imaging.orientation import Turn
from imagescaler.imaging.transparency import deep_grey_to_la, to_eight_bits
from imagescaler.task import Format

# JPEGs are decoded at 1/2, 1/4 or 1/8, but at least this many times as large as needed; below about 1.2 it shows.
DRAFT = 2.0
# Where more than this is left, an exact box filter goes before the Lanczos kernel.
REDUCING_GAP = 3.0
DEEP_MODES = {"I", "I;16", "I;16L", "I;16B", "F"}
# What a mode without and with a transparent color, or a table of alphas, is converted to; the others can be resized.
RESIZABLE = {
    ("1", False): "L",
    ("1", True): "LA",
    ("L", True): "LA",
    ("P", False): "RGB",
    ("P", True): "RGBA",
    ("RGB", True): "RGBA",
}
WITH_ALPHA = {"LA": "L", "RGBA": "RGB"}
OPAQUE = 255


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture on its way: `size` is what it becomes, as it is stored, that is, before the turn."""

    image: Image.Image
    turn: Turn
    size: tuple[int, int]
    form: Format
    box: tuple[float, float, float, float] | None = None
    profile: bytes | None = None


Step = Callable[[Frame], Frame]


def run(steps: Sequence[Step], frame: Frame) -> Frame:
    """Take a frame through steps."""
    return reduce(lambda each, step: step(each), steps, frame)


def decode(frame: Frame) -> Frame:
    """Decode, a JPEG no larger than it is needed; `box` is then what the picture exactly covers."""
    image, profile = frame.image, frame.image.info.get("icc_profile")
    draft = image.draft(None, (round(frame.size[0] * DRAFT), round(frame.size[1] * DRAFT)))
    image.load()
    return replace(frame, box=draft[1] if draft else None, profile=profile)


def normalize(frame: Frame) -> Frame:
    """Bring the mode to one that can be resized: L, LA, RGB, RGBA, CMYK, or F for more than eight bits."""
    image, has_transparent_color = frame.image, "transparency" in frame.image.info
    if image.mode in DEEP_MODES:
        return replace(
            frame, image=deep_grey_to_la(image) if has_transparent_color else image.convert("I").convert("F")
        )
    mode = RESIZABLE.get((image.mode, has_transparent_color))
    return replace(frame, image=image.convert(mode)) if mode else frame


def resize(frame: Frame) -> Frame:
    """Resize with Lanczos; Pillow multiplies by alpha itself, so transparent colors do not bleed."""
    if frame.image.size == frame.size and frame.box is None:
        return frame
    resized = frame.image.resize(frame.size, Image.Resampling.LANCZOS, frame.box, reducing_gap=REDUCING_GAP)
    return replace(frame, image=resized, box=None)


def shallow(frame: Frame) -> Frame:
    """End the sixteen-bit path: PNG keeps sixteen bits of grey, the other formats get eight."""
    if frame.image.mode != "F":
        return frame
    if frame.form is Format.PNG:
        return replace(frame, image=frame.image.point(lambda value: value * 1 + 0.5).convert("I").convert("I;16"))
    return replace(frame, image=to_eight_bits(frame.image))


def color(frame: Frame) -> Frame:
    """Convert to sRGB, after the resize, when there are fewer pixels."""
    return replace(frame, image=to_srgb(frame.image, frame.profile))


def upright(frame: Frame) -> Frame:
    """Turn upright, after the resize, when there are fewer pixels."""
    return replace(frame, image=frame.turn.apply(frame.image))


def drop_opaque_alpha(frame: Frame) -> Frame:
    """Drop an alpha channel that hides nothing, before it costs a resize."""
    image = frame.image
    if image.mode not in WITH_ALPHA or image.getextrema()[-1] != (OPAQUE, OPAQUE):
        return frame
    return replace(frame, image=image.convert(WITH_ALPHA[image.mode]))


def flatten(frame: Frame) -> Frame:
    """Lay on white what JPEG cannot show through."""
    image = frame.image
    if frame.form is not Format.JPEG or image.mode not in WITH_ALPHA:
        return frame
    background = Image.new(WITH_ALPHA[image.mode], image.size, "white")
    background.paste(image.convert(background.mode), mask=image.getchannel("A"))
    return replace(frame, image=background)


def bare(frame: Frame) -> Frame:
    """Copy the pixels into a new image: an old one carries comments and profiles into the file."""
    image = Image.new(frame.image.mode, frame.image.size)
    image.paste(frame.image)
    return replace(frame, image=image)


# What goes wrong while reading is the file's fault; while drawing it is ours.
READING: Sequence[Step] = (decode, normalize)
DRAWING: Sequence[Step] = (drop_opaque_alpha, resize, shallow, color, upright, flatten, bare)
