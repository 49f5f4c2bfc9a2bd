"""Composite on a canvas: a background, and room around the image."""

from PIL import Image, ImageColor

from imagescaler.domain.formats import Format
from imagescaler.engine.pixels.transparency import OPAQUE, WITH_ALPHA
from imagescaler.engine.steps.context import PipelineContext, size_text

TRANSPARENT, WHITE = "#00000000", "#ffffffff"


def composite(context: PipelineContext) -> PipelineContext:
    """Composite on a canvas for room around the image, for `background`, or if the format has no alpha."""
    image, plan, fmt = context.image, context.plan, context.spec.format
    has_alpha, background = image.mode in WITH_ALPHA, context.options.background
    is_blended = has_alpha and (bool(background) or not fmt.has_alpha)
    if not plan.has_room and not is_blended:
        return context
    color = background_color(background, fmt)
    mode, at = _mode(image, color), (plan.left, plan.top)
    canvas = Image.new(mode, plan.size, _pixel(color, mode))
    converted = image.convert(mode)
    if not is_blended:
        canvas.paste(converted, at)
    elif canvas.mode in WITH_ALPHA:
        below = canvas.crop((*at, at[0] + image.width, at[1] + image.height)).convert("RGBA")
        canvas.paste(Image.alpha_composite(below, converted.convert("RGBA")).convert(mode), at)
    else:
        canvas.paste(converted, at, image.getchannel("A"))
    return context.did(f"lay at {at[0]},{at[1]} on {size_text(plan.size)} #{bytes(color).hex()}", image=canvas)


def background_color(background: str | None, fmt: Format) -> tuple[int, int, int, int]:
    """Return the background as RGBA. The default is transparent, or white for a format without alpha."""
    red, green, blue, alpha = ImageColor.getcolor(background or (TRANSPARENT if fmt.has_alpha else WHITE), "RGBA")  # type: ignore[misc]
    if not fmt.has_alpha and alpha < OPAQUE:
        red, green, blue = (round(part * alpha / OPAQUE + OPAQUE - alpha) for part in (red, green, blue))
        alpha = OPAQUE
    return red, green, blue, alpha


def _mode(image: Image.Image, color: tuple[int, int, int, int]) -> str:
    """Return the simplest mode that has both the background and the image."""
    grey = image.mode in {"L", "LA"} and len(set(color[:3])) == 1
    return ("L" if grey else "RGB") if color[3] == OPAQUE else ("LA" if grey else "RGBA")


def _pixel(color: tuple[int, int, int, int], mode: str) -> tuple[int, ...]:
    return color[: len(mode)] if mode.startswith("RGB") else (color[0], color[3])[: len(mode)]
