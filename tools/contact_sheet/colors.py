"""Colors with ICC profiles, Display P3 and CMYK, compared with littleCMS."""

from io import BytesIO

import numpy as np
from PIL import Image

from tests.appearance import color_differences
from tests.pictures import encoded, photograph, separated
from tests.reference import Pixels, by_little_cms, pixels_of, resampled
from tests.unit.engine import profiles
from tools.contact_sheet.engine import scaled
from tools.contact_sheet.grid import Row, Section, Tile

SIZE = (225, 150)
# A difference of so much is shown as white.
WHITE = 5.0


def colors() -> Section:
    """Show the colors without the profile, the engine's, and the reference."""
    flower = Image.open(BytesIO(photograph("flower.jpg"))).convert("RGB")
    wide = encoded(flower, "PNG", icc_profile=profiles.display_p3())
    inks = encoded(separated(flower), "TIFF", icc_profile=profiles.inks())
    return Section(
        "Profiles",
        "By CIEDE2000, 1 is just noticeable side by side. The reference is littleCMS over all pixels of the source, "
        "then resampled in floats.",
        [_compared("Display P3", wide, profiles.display_p3()), _compared("CMYK", inks, profiles.inks())],
    )


def _compared(label: str, data: bytes, profile: bytes) -> Row:
    source, ours = Image.open(BytesIO(data)), scaled(data, width=SIZE[0], height=SIZE[1], preserve_ratio=False)
    reference = resampled(pixels_of(by_little_cms(source, profile)), SIZE)
    differences = color_differences(pixels_of(ours), reference)
    mean, most = differences.mean(), np.percentile(differences, 99)
    return Row(
        label,
        [
            Tile(source.convert("RGB").resize(SIZE), "as if there were no profile"),
            Tile(ours, f"ours; CIEDE2000 {mean:.2f} on average,\n99 % below {most:.2f}"),
            Tile(Image.fromarray(np.rint(reference).astype(np.uint8)), "littleCMS"),
            Tile(_shades(differences), f"how different: black 0, white {WHITE:.0f}"),
        ],
    )


def _shades(differences: Pixels) -> Image.Image:
    return Image.fromarray((differences / WHITE * 255).clip(0, 255).astype(np.uint8))
