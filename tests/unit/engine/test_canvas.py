"""What is under and around the picture."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Edges, Fit, Options
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.reference import Pixels, pixels_of

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((64, 64))
GLASS = Image.new("RGBA", (32, 32), (0, 0, 255, 128))


def scaled(image: Image.Image, options: Options) -> Image.Image:
    return Image.open(BytesIO(scale(encoded(image), options, Limits()).data))


def over(below: tuple[int, ...], above: tuple[int, ...]) -> Pixels:
    """Return the color of one over the other, both with alpha (Porter and Duff)."""
    lower, upper = np.array(below) / 255, np.array(above) / 255
    alpha = upper[3] + lower[3] * (1 - upper[3])
    colors = (upper[:3] * upper[3] + lower[:3] * lower[3] * (1 - upper[3])) / max(alpha, 1e-9)
    return np.array([*colors, alpha]) * 255


@pytest.mark.parametrize("color", [(255, 255, 255, 255), (255, 204, 0, 255), (255, 204, 0, 128), (0, 0, 0, 0)])
def test_a_background_is_seen_through_what_is_transparent(color: tuple[int, int, int, int]) -> None:
    text = "#" + bytes(color).hex()
    ours = pixels_of(scaled(GLASS, Options(16, background=text)), "RGBA")
    assert abs(ours - over(color, (0, 0, 255, 128))).max() <= 1.5


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_room_is_transparent_where_the_format_can_and_white_where_it_cannot(form: Format) -> None:
    ours = scaled(CHINA, Options(96, 64, fit=Fit.CONTAIN, format=form))
    corner = pixels_of(ours, "RGBA")[32, 3]
    assert abs(corner[3] - (0 if form.has_alpha else 255)) <= (form is Format.AVIF)  # whose alpha is lossy
    if not form.has_alpha:
        assert corner[:3].min() > 250


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_room_has_the_color_of_the_background(form: Format) -> None:
    ours = pixels_of(scaled(CHINA, Options(96, 64, fit=Fit.CONTAIN, format=form, background="#ff0000ff")), "RGB")
    assert abs(ours[32, 3] - [255, 0, 0]).max() <= 10


def test_a_half_transparent_background_is_on_white_where_nothing_shows_through() -> None:
    options = Options(96, 64, fit=Fit.CONTAIN, format=Format.JPEG, background="#ff000080")
    assert abs(pixels_of(scaled(CHINA, options), "RGB")[32, 3] - [255, 127, 127]).max() < 6


@pytest.mark.parametrize(
    ("source", "background", "mode"),
    [
        ("L", "#808080ff", "L"),
        ("L", None, "LA"),
        ("L", "#ff0000ff", "RGB"),
        ("RGB", "#808080ff", "RGB"),
        ("RGB", None, "RGBA"),
        ("LA", "#ffffffff", "L"),
        ("RGBA", "#ffffffff", "RGB"),
        ("RGBA", "#ffffff80", "RGBA"),
    ],
)
def test_a_result_has_no_more_channels_than_it_needs(source: str, background: str | None, mode: str) -> None:
    picture = CHINA.convert(source)
    if source.endswith("A"):
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    assert scaled(picture, Options(32, pad=Edges(2, 2, 2, 2), background=background)).mode == mode


def test_a_background_that_nothing_shows_changes_nothing() -> None:
    plain, laid = (scaled(CHINA, Options(32, background=color)) for color in (None, "#ff0000ff"))
    assert pixels_of(plain).tolist() == pixels_of(laid).tolist()


@pytest.mark.parametrize("background", [None, "#ffffffff", "#00000000"])
def test_the_edge_of_a_shape_has_no_fringe_on_the_background(background: str | None) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[16:48, 16:48] = 255
    ours = pixels_of(scaled(Image.fromarray(pixels), Options(23, background=background)), "RGBA")
    seen = ours[ours[..., 3] > 8]
    assert seen[:, :3].min() > 250
