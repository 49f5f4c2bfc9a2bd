"""The pipeline: pure steps from a decoded picture to the one that is encoded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from math import ceil, floor

from PIL import Image

from imagescaler.domain.options import Gravity, Kernel
from imagescaler.engine.pixels.orientation import NAMES, turned
from imagescaler.engine.pixels.transparency import is_opaque, to_eight_bits
from imagescaler.engine.resizers import installed
from imagescaler.engine.steps.canvas import backdrop, lay
from imagescaler.engine.steps.color import keeps_profile, to_srgb
from imagescaler.engine.steps.context import Frame
from imagescaler.engine.steps.effects import WITH_ALPHA, blurred, grayed, sharpened
from imagescaler.engine.steps.linear import resize_light
from imagescaler.engine.steps.smart import PREVIEW_SIDE, best_offset

Step = Callable[[Frame], Frame]


def run(frame: Frame) -> Frame:
    """Take a frame through all steps; each notes what it did, if it did anything."""
    return reduce(lambda each, step: step(each), STEPS, frame)


def cut(frame: Frame) -> Frame:
    """Cut to what is used, so that no kernel reaches beyond."""
    left, top, right, bottom = frame.box
    outer = (floor(left), floor(top), min(ceil(right), frame.image.width), min(ceil(bottom), frame.image.height))
    if outer == (0, 0, *frame.image.size):
        return frame
    box = (left - outer[0], top - outer[1], right - outer[0], bottom - outer[1])
    cropped = frame.image.crop(outer)
    return frame.did(f"crop {_size(cropped.size)} at {outer[0]},{outer[1]}", image=cropped, box=box)


def drop_opaque_alpha(frame: Frame) -> Frame:
    """Drop an alpha channel that hides nothing, before it costs a resize."""
    image = frame.image
    if image.mode not in WITH_ALPHA or not is_opaque(image):
        return frame
    return frame.did("drop opaque alpha", image=image.convert(WITH_ALPHA[image.mode]))


def color_of_light(frame: Frame) -> Frame:
    """Convert to sRGB before the resize, where that is to happen in linear light."""
    return color(frame) if frame.options.linear and frame.image.mode != "F" else frame


def focus(frame: Frame) -> Frame:
    """Move the window to where the most is to be seen, if that is asked for and there is a choice."""
    plan = frame.plan
    if frame.options.gravity is not Gravity.SMART or (plan.window.width, plan.window.height) == plan.scaled:
        return frame
    ratio = min(PREVIEW_SIDE / max(plan.scaled), 1)
    size = plan.whole_turn.size((max(round(plan.scaled[0] * ratio), 1), max(round(plan.scaled[1] * ratio), 1)))
    small = installed.resize(frame.image, size, Kernel.BOX, frame.box)
    preview = turned(to_eight_bits(small) if small.mode == "F" else small, plan.whole_turn)
    left, top = best_offset(preview, plan.scaled, (plan.window.width, plan.window.height))
    return frame.did(f"focus smart at {left},{top}", plan=plan.moved(left, top))


def resize(frame: Frame) -> Frame:
    """Resample the window; only what is seen is computed, and it is as if the whole had been."""
    plan, (left, top, right, bottom) = frame.plan, frame.box
    window, scaled = plan.stored_window, plan.stored_scaled
    across, down = (right - left) / scaled[0], (bottom - top) / scaled[1]
    box = (
        left + window.left * across,
        top + window.top * down,
        min(left + (window.left + window.width) * across, right),
        min(top + (window.top + window.height) * down, bottom),
    )
    size = (window.width, window.height)
    if frame.image.size == size and box == (0, 0, *size):
        return frame
    resample = partial(installed.resize, size=size, kernel=frame.options.kernel, box=box)
    image = resize_light(frame.image, resample) if frame.options.linear else resample(frame.image)
    at = f" at {box[0]:.6g},{box[1]:.6g}" if any(box[:2]) else ""
    used, light = _size((box[2] - box[0], box[3] - box[1])), " in linear light" if frame.options.linear else ""
    return frame.did(f"resize {used}{at} to {_size(size)} {frame.options.kernel}{light}", image=image)


def shallow(frame: Frame) -> Frame:
    """End the path of sixteen bits: PNG and TIFF keep them, the other formats get eight."""
    if frame.image.mode != "F":
        return frame
    if frame.keeps_depth:
        return replace(frame, image=frame.image.point(lambda value: value * 1 + 0.5).convert("I").convert("I;16"))
    return frame.did("reduce 16 to 8 bits", image=to_eight_bits(frame.image))


def color(frame: Frame) -> Frame:
    """Convert to sRGB, after the resize, when there are fewer pixels."""
    if keeps_profile(frame.image, frame.profile, frame.options, frame.form):
        return frame
    image, space = to_srgb(frame.image, frame.profile)
    return replace(frame.drawn(f"color {space} to sRGB", image), profile=None)


def upright(frame: Frame) -> Frame:
    """Turn, after the resize, when there are fewer pixels."""
    turn = frame.plan.whole_turn
    return frame.drawn(NAMES[turn.orientation], turned(frame.image, turn))


def grayscale(frame: Frame) -> Frame:
    """Drop the colors, if that is asked for."""
    return frame.drawn("grayscale", grayed(frame.image)) if frame.options.grayscale else frame


def blur(frame: Frame) -> Frame:
    """Blur, if that is asked for."""
    sigma = frame.options.blur
    return frame if sigma is None else frame.drawn(f"blur {sigma:g}", blurred(frame.image, sigma))


def sharpen(frame: Frame) -> Frame:
    """Sharpen, if that is asked for."""
    sigma = frame.options.sharpen
    return frame if sigma is None else frame.drawn(f"sharpen {sigma:g}", sharpened(frame.image, sigma))


def canvas(frame: Frame) -> Frame:
    """Lay on a background, where there is to be one."""
    plan, color = frame.plan, bytes(backdrop(frame.options.background, frame.form)).hex()
    operation = f"lay at {plan.left},{plan.top} on {_size(plan.size)} #{color}"
    return frame.drawn(operation, lay(frame.image, plan, frame.options, frame.form))


def bare(frame: Frame) -> Frame:
    """Copy the pixels of an image that would carry comments and profiles into the file; a new one does not."""
    if type(frame.image) is Image.Image and not frame.image.info:
        return frame
    image = Image.new(frame.image.mode, frame.image.size, None)
    image.paste(frame.image)
    return replace(frame, image=image)


STEPS: Sequence[Step] = (
    cut,
    drop_opaque_alpha,
    color_of_light,
    focus,
    resize,
    shallow,
    color,
    upright,
    grayscale,
    blur,
    sharpen,
    canvas,
    bare,
)


def _size(size: tuple[float, float]) -> str:
    return f"{size[0]:.6g}x{size[1]:.6g}"
