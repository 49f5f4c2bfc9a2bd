"""What the picture is laid on: a background, and the room around it."""

from PIL import Image, ImageColor

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.options import Options
from imagescaler.engine.pixels.transparency import OPAQUE
from imagescaler.engine.steps.effects import WITH_ALPHA

TRANSPARENT, WHITE = "#00000000", "#ffffffff"


def lay(image: Image.Image, plan: Plan, options: Options, form: Format) -> Image.Image:
    """Lay a picture on its canvas, where it needs one: room around it, a background, or a format without alpha."""
    has_alpha = image.mode in WITH_ALPHA
    if not plan.has_room and not (has_alpha and (options.background or not form.has_alpha)):
        return image
    color = backdrop(options.background, form)
    mode = _mode(image, color)
    canvas = Image.new(mode, plan.size, _pixel(color, mode))
    laid = image.convert(mode)
    if (has_alpha and options.background) or not form.has_alpha:
        _composite(canvas, laid, image, (plan.left, plan.top))
    else:
        canvas.paste(laid, (plan.left, plan.top))
    return canvas


def _composite(canvas: Image.Image, laid: Image.Image, image: Image.Image, at: tuple[int, int]) -> None:
    if image.mode not in WITH_ALPHA:
        canvas.paste(laid, at)
    elif canvas.mode in WITH_ALPHA:
        below = canvas.crop((*at, at[0] + laid.width, at[1] + laid.height)).convert("RGBA")
        canvas.paste(Image.alpha_composite(below, laid.convert("RGBA")).convert(canvas.mode), at)
    else:
        canvas.paste(laid, at, image.getchannel("A"))


def backdrop(background: str | None, form: Format) -> tuple[int, int, int, int]:
    """Give the background; without a wish transparent, and white where nothing shows through."""
    red, green, blue, alpha = ImageColor.getcolor(background or (TRANSPARENT if form.has_alpha else WHITE), "RGBA")  # type: ignore[misc]
    if not form.has_alpha and alpha < OPAQUE:
        red, green, blue = (round(part * alpha / OPAQUE + OPAQUE - alpha) for part in (red, green, blue))
        alpha = OPAQUE
    return red, green, blue, alpha


def _mode(image: Image.Image, color: tuple[int, int, int, int]) -> str:
    """Give the plainest mode that holds both the background and the picture on it."""
    grey = image.mode in {"L", "LA"} and len(set(color[:3])) == 1
    return ("L" if grey else "RGB") if color[3] == OPAQUE else ("LA" if grey else "RGBA")


def _pixel(color: tuple[int, int, int, int], mode: str) -> tuple[int, ...]:
    return color[: len(mode)] if mode.startswith("RGB") else (color[0], color[3])[: len(mode)]
