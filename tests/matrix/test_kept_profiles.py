"""A result that keeps a profile keeps it on pixels of the kind that it is made for, and none of another kind."""

from collections.abc import Iterator
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.options import Icc, Options
from imagescaler.engine.scale import scale
from tests.matrix.avif_files import boxes
from tests.matrix.icc import matrix_profile
from tests.matrix.known import UNFIT, fault_of
from tests.matrix.pictures import P3_XY, samples
from tests.matrix.png_files import CHANNELS, GREY, GREY_ALPHA, NAMES, RGB, RGB_ALPHA, png, profile
from tests.matrix.verdicts import LIMITS

pytestmark = pytest.mark.slow

SPACES = {True: b"GRAY", False: b"RGB "}
MONOCHROME = 0x10  # of the third byte of av1C


def parameters() -> Iterator[object]:
    """Give kinds of pixels, and formats; those that are known to fail are expected to."""
    for color, output_format in product((GREY, GREY_ALPHA, RGB, RGB_ALPHA), RESULT_FORMATS):
        name = f"{NAMES[color]}-to-{output_format}"
        fault = fault_of(name, UNFIT)
        marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
        yield pytest.param(color, output_format, id=name, marks=marks)


@pytest.mark.parametrize(("color", "output_format"), list(parameters()))
def test_a_kept_profile_is_one_of_such_pixels(color: int, output_format: Format) -> None:
    embedded = profile(matrix_profile(None, 1.8) if color in {GREY, GREY_ALPHA} else matrix_profile(P3_XY, 2.2))
    data = png(samples(CHANNELS[color], 8), 8, color, embedded)
    made = scale(data, Options(scale=100, format=output_format, icc=Icc.KEEP), LIMITS).data
    image = Image.open(BytesIO(made))
    kept = image.info.get("icc_profile")
    is_grey = _is_monochrome(made) if output_format is Format.AVIF else image.mode in {"L", "LA"}
    assert kept is None or kept[16:20] == SPACES[is_grey]
    if is_grey:
        pixels = np.asarray(image.convert("RGB"))
        assert np.array_equal(pixels[..., 0], pixels[..., 2])


def _is_monochrome(avif: bytes) -> bool:
    """Check whether the first item has no chroma (AV1 in ISOBMFF, 2.3.3)."""
    meta = dict(boxes(dict(boxes(avif))[b"meta"][4:]))
    properties = dict(reversed(boxes(dict(boxes(meta[b"iprp"]))[b"ipco"])))
    return bool(properties[b"av1C"][2] & MONOCHROME)
