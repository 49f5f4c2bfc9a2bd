"""tifffile reads what is written by hand, as the arrays that it was made of: the matrix itself is right."""

from io import BytesIO
from itertools import product

import numpy as np
import pytest
import tifffile

from tests.matrix.pictures import samples
from tests.matrix.tiff_writer import SAMPLE_FORMAT, SHORT, page, tiff

pytestmark = pytest.mark.slow

KINDS = ((1, 1, 8), (1, 1, 16), (0, 1, 16), (2, 3, 8), (2, 3, 16), (5, 4, 8), (1, 1, 32))


@pytest.mark.parametrize(
    ("order", "variety", "planar", "compression", "tile"),
    list(product("<>", ("tiff", "bigtiff"), (1, 2), (1, 8, 34925), (None, (16, 16)))),
)
def test_tifffile_reads_what_is_written(
    order: str, variety: str, planar: int, compression: int, tile: tuple[int, int] | None
) -> None:
    for (photometric, channels, bits), predictor in product(KINDS, (1, 2) if compression > 1 else (1,)):
        written = samples(channels, bits)
        made = page(
            written,
            photometric,
            bits,
            order=order,
            planar=planar,
            compression=compression,
            predictor=predictor,
            tile=tile,
        )
        read = tifffile.imread(BytesIO(tiff([made], order, is_big=variety == "bigtiff")), key=0)
        if channels == 1:
            assert np.array_equal(read, written[..., 0])
        else:
            assert np.array_equal(np.moveaxis(read, 0, -1) if planar == 2 else read, written)


def test_tifffile_reads_floats_with_a_predictor() -> None:
    written = samples(3, 16).astype(np.float32) / 65535
    tags = {SAMPLE_FORMAT: (SHORT, [3, 3, 3])}
    made = page(written, 2, 32, compression=8, predictor=1, tags=tags)
    assert np.array_equal(tifffile.imread(BytesIO(tiff([made]))), written)


def test_tifffile_finds_all_pages() -> None:
    written = samples(3, 8)
    inner = page(written, 2, 8)
    data = tiff([page(written[:8], 2, 8, below=[inner]), inner])
    with tifffile.TiffFile(BytesIO(data)) as file:
        assert len(file.pages) == 2
        [below] = file.pages[0].pages or []
        assert np.array_equal(below.asarray(), written)
