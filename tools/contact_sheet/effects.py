"""Edges, rotations, and the options that change pixels."""

from io import BytesIO

from PIL import Image, ImageOps

from imagescaler.domain.option import Group
from imagescaler.domain.options import OPTIONS, Box, Edges, Fit, Position
from tests.pictures import encoded, photograph
from tools.contact_sheet.engine import PHOTOGRAPH, scaled
from tools.contact_sheet.grid import Row, Section, Tile

Sent = dict[str, object]
WIDTH = 112
EDGES: tuple[Sent, ...] = (
    {"crop": Box(180, 100, 240, 160)},
    {"trim": 10},
    {"pad": Edges(8, 8, 8, 8)},
    {"pad": Edges(0, 20, 0, 20), "background": "#2f6f8fff"},
    {"fit": Fit.COVER, "height": 112, "focus_x": 0.1, "focus_y": 0.5},
    {"fit": Fit.COVER, "height": 112, "focus_x": 0.9, "focus_y": 0.5},
)
CORNERS: tuple[Sent, ...] = (
    {"radius": 16},
    {"radius": 16, "pad": Edges(8, 8, 8, 8), "background": "#2f6f8fff"},
    {"radius": 9_999},
    {"radius": 9_999, "fit": Fit.COVER, "height": 112},
)
LOGO = encoded(Image.open(BytesIO(photograph("flower.jpg"))).resize((120, 80)))
WATERMARKS: tuple[Sent, ...] = (
    {"watermark": "logo"},
    {"watermark": "logo", "watermark_gravity": Position.NORTH, "watermark_margin": 4},
    {"watermark": "logo", "watermark_scale": 60.0, "watermark_opacity": 0.5, "watermark_gravity": Position.CENTER},
    {"watermark": "logo", "pad": Edges(8, 8, 8, 8), "background": "#2f6f8fff", "radius": 16},
)
TURNS: tuple[Sent, ...] = (
    {"rotate": 90},
    {"rotate": 180},
    {"rotate": 270},
    {"flip": True},
    {"flop": True},
    {"flip": True, "rotate": 90},
)
ELSEWHERE = {"kernel", "linear"}
EFFECTS: tuple[Sent, ...] = (
    *(
        {option.name: example}
        for option in OPTIONS
        if option.declaration.group is Group.PIXELS and option.name not in ELSEWHERE
        for example in option.declaration.examples
    ),
    {"palette": True},
)


def effects() -> Section:
    """Show the options for edges, corners, watermarks, rotations and pixels; the last has every declared example."""
    bordered = encoded(ImageOps.expand(Image.open(BytesIO(PHOTOGRAPH)), 40, "#f4e9d8"))
    return Section(
        "Edges, rotations and effects",
        f"Each to a width of {WIDTH}; the image for trim has a border.",
        [
            Row("edges", [_tile(bordered if "trim" in each else PHOTOGRAPH, each) for each in EDGES]),
            Row("corners", [_tile(PHOTOGRAPH, each) for each in CORNERS]),
            Row("watermarks", [_tile(PHOTOGRAPH, each) for each in WATERMARKS]),
            Row("rotations", [_tile(PHOTOGRAPH, each) for each in TURNS]),
            Row("effects", [_tile(PHOTOGRAPH, each) for each in EFFECTS]),
        ],
    )


def _tile(data: bytes, options: Sent) -> Tile:
    caption = "\n".join(f"{each.name}={each.text(options[each.name])}" for each in OPTIONS if each.name in options)
    return Tile(scaled(data, watermarks={"logo": LOGO}, **{"width": WIDTH, **options}), caption)
