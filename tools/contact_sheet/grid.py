"""Draws sections of labelled images on one sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN, GAP, LABELS = 1120, 32, 10, 96
PAPER, INK, FAINT, LINE, SQUARES = "#ffffff", "#1d2129", "#6a7180", "#d4d8de", ("#ffffff", "#cfd3d9")
SQUARE, LINE_HEIGHT = 7, 15
HEADING, TEXT, CAPTION = (ImageFont.load_default(size) for size in (21, 14, 12))


@dataclass(frozen=True, slots=True)
class Tile:
    """An image, its caption, and the (width, height) of the box that it was fitted to."""

    image: Image.Image
    caption: str = ""
    box: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Size that image and box need, in pixels."""
        (width, height), box = self.image.size, self.box or (0, 0)
        return max(width, box[0]), max(height, box[1])


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the tiles beside it."""

    label: str
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading and an explanation."""

    title: str
    note: str
    rows: Sequence[Row]


def draw(sections: Iterable[Section]) -> Image.Image:
    """Draw all sections below each other."""
    sheet = Image.new("RGB", (WIDTH, 10_000), PAPER)
    pen, top = ImageDraw.Draw(sheet), MARGIN
    for section in sections:
        pen.text((MARGIN, top), section.title, INK, HEADING)
        pen.text((MARGIN, top + 30), section.note, FAINT, TEXT)
        top += 58
        for row in section.rows:
            top = _draw_row(sheet, pen, row, top) + GAP
        top += 2 * GAP
    return sheet.crop((0, 0, WIDTH, top + MARGIN - 3 * GAP))


def _draw_row(sheet: Image.Image, pen: ImageDraw.ImageDraw, row: Row, top: int) -> int:
    """Draw a row whose tiles share the width, and return its bottom edge."""
    height = max(tile.size[1] for tile in row.tiles)
    step = (WIDTH - 2 * MARGIN - LABELS + GAP) // len(row.tiles)
    pen.multiline_text((MARGIN, top + height / 2), row.label, INK, TEXT, anchor="lm")
    for number, tile in enumerate(row.tiles):
        left = MARGIN + LABELS + number * step
        _draw_tile(sheet, pen, tile, (left, top + (height - tile.size[1]) // 2))
        pen.multiline_text((left, top + height + 4), tile.caption, FAINT, CAPTION, spacing=2)
    return top + height + 6 + LINE_HEIGHT * max(len(tile.caption.splitlines()) for tile in row.tiles)


def _draw_tile(sheet: Image.Image, pen: ImageDraw.ImageDraw, tile: Tile, place: tuple[int, int]) -> None:
    """Draw an image over a checkerboard, and its box around the same center."""
    picture = tile.image.convert("RGBA")
    left, top = (place[axis] + (tile.size[axis] - picture.size[axis]) // 2 for axis in (0, 1))
    sheet.paste(chequered(picture.size), (left, top))
    sheet.paste(picture, (left, top), picture)
    if tile.box:
        left, top = (place[axis] + (tile.size[axis] - tile.box[axis]) // 2 for axis in (0, 1))
        pen.rectangle((left - 1, top - 1, left + tile.box[0], top + tile.box[1]), outline=LINE)


def chequered(size: tuple[int, int]) -> Image.Image:
    """Draw a checkerboard, as image editors show transparency."""
    board = Image.new("RGB", size, SQUARES[0])
    pen = ImageDraw.Draw(board)
    for top in range(0, size[1], SQUARE):
        for left in range(top // SQUARE % 2 * SQUARE, size[0], 2 * SQUARE):
            pen.rectangle((left, top, left + SQUARE - 1, top + SQUARE - 1), fill=SQUARES[1])
    return board
