"""`make contact-sheet`: generates docs/contact-sheet.png, which shows the effect of the options."""

from pathlib import Path

from PIL import Image

from tools.contact_sheet.colors import colors
from tools.contact_sheet.effects import effects
from tools.contact_sheet.geometry import fits, orientations
from tools.contact_sheet.grid import draw
from tools.contact_sheet.kernels import kernels, linear_light
from tools.contact_sheet.placeholders import placeholders
from tools.contact_sheet.transparency import transparency

SHEET = Path(__file__).parent.parent.parent / "docs/contact-sheet.png"
SECTIONS = (fits, orientations, transparency, colors, kernels, linear_light, effects, placeholders)


def sheet() -> Image.Image:
    """Draw the whole sheet."""
    return draw(section() for section in SECTIONS)


if __name__ == "__main__":
    sheet().save(SHEET, optimize=True)
