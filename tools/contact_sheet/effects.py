"""What is cut off, laid around, turned, and done to the scaled picture."""

from io import BytesIO

from PIL import Image, ImageOps

from imagescaler.domain.options import Box, Edges, Fit
from tests.pictures import encoded
from tools.contact_sheet.engine import PHOTOGRAPH, scaled
from tools.contact_sheet.grid import Row, Section, Tile

Wish = dict[str, object]
WIDTH = 112
EDGES: tuple[Wish, ...] = (
    {"crop": Box(180, 100, 240, 160)},
    {"trim": 10},
    {"pad": Edges(8, 8, 8, 8)},
    {"pad": Edges(0, 20, 0, 20), "background": "#2f6f8fff"},
    {"fit": Fit.COVER, "height": 112, "focus_x": 0.1, "focus_y": 0.5},
    {"fit": Fit.COVER, "height": 112, "focus_x": 0.9, "focus_y": 0.5},
)
TURNS: tuple[Wish, ...] = (
    {"rotate": 90},
    {"rotate": 180},
    {"rotate": 270},
    {"flip": True},
    {"flop": True},
    {"flip": True, "rotate": 90},
)
EFFECTS: tuple[Wish, ...] = (
    {"blur": 1.0},
    {"blur": 4.0},
    {"sharpen": 1.0},
    {"sharpen": 3.0},
    {"grayscale": True},
    {"palette": True},
)


def effects() -> Section:
    """Show the options of a picture's edges, those that turn it, and those that change its colors."""
    bordered = encoded(ImageOps.expand(Image.open(BytesIO(PHOTOGRAPH)), 40, "#f4e9d8"))
    return Section(
        "Edges, turns and effects",
        f"Each to a width of {WIDTH}; trim is given a picture with a border.",
        [
            Row("edges", [_tile(bordered if "trim" in each else PHOTOGRAPH, each) for each in EDGES]),
            Row("turns", [_tile(PHOTOGRAPH, each) for each in TURNS]),
            Row("effects", [_tile(PHOTOGRAPH, each) for each in EFFECTS]),
        ],
    )


def _tile(data: bytes, options: Wish) -> Tile:
    caption = "\n".join(f"{name}={_text(value)}" for name, value in options.items())
    return Tile(scaled(data, **{"width": WIDTH, **options}), caption)


def _text(value: object) -> str:
    """Write a value as a form has it."""
    match value:
        case bool():
            return str(value).lower()
        case Box(left, top, width, height):
            return f"{left},{top},{width},{height}"
        case Edges(top, right, bottom, left):
            return f"{top},{right},{bottom},{left}"
    return str(value)
