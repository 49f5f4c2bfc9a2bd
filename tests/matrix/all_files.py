"""All files of the matrix."""

from collections.abc import Iterator

from tests.matrix import avif_files, gif_files, jpeg_files, png_files, tiff_files, webp_files
from tests.matrix.case import Case


def cases() -> Iterator[Case]:
    """Give all."""
    for family in (tiff_files, png_files, gif_files, jpeg_files, webp_files, avif_files):
        yield from family.cases()
