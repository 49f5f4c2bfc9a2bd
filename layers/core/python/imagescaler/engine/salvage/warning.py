"""Warnings about what a salvaged file lacks."""

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.engine.salvage.pixels import MISSING


def warning(fmt: Format, missing: Image.Image) -> str:
    """Return a sentence on the pixels that a mask (L) has as missing."""
    share = missing.histogram()[MISSING] / (missing.width * missing.height)
    if not share:
        return f"{_damage(fmt)} No pixel is missing as a whole, but some may lack details or be wrong."
    percent = "Less than 1 %" if share < 0.01 else f"About {share:.0%}".replace("%", " %")  # noqa: PLR2004 - of all
    return f"{_damage(fmt)} {percent} of its pixels are missing."


def warning_of_frames(fmt: Format, lost: set[int], count: int) -> str:
    """Return a sentence on the frames that are left of an animation, some of which may lack pixels."""
    lacking = f", of which frame {min(lost)} lacks pixels" if len(lost) == 1 else f", of which {len(lost)} lack pixels"
    return f"{_damage(fmt)} Its animation has {count} frames left{lacking if lost else ''}."


def _damage(fmt: Format) -> str:
    return f"The {fmt.name} is cut off or damaged."
