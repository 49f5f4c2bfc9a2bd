"""What is left of a damaged TIFF: the strips or tiles that can be decoded (TIFF 6.0, sections 3 and 15)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from imagescaler.engine.codecs.classic_tiff import with_directory
from imagescaler.engine.codecs.tiff_samples import COMPRESSION, OLD_JPEG, PLANAR, SAMPLES, SEPARATE_PLANES
from imagescaler.engine.salvage.salvage import Area, Salvage
from imagescaler.probe.tiff_directories import LENGTH, WIDTH, Directory, Field, shown_page

ORIENTATION, ROWS_PER_STRIP, TILE_WIDTH, TILE_LENGTH, SUBSAMPLING = 274, 278, 322, 323, 530
STRIPS, TILES = (273, 279), (324, 325)
HEAD_BYTES, PLAIN = 16, 1
# Fields that pixels depend on: sides, bits, compression, colors, palette, predictor, samples, tables.
PIXEL_TAGS = {256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 338, 339, 347, 529, 530, 532}
MOST_FIELD_BYTES = 1 << 19  # the largest palette has 384 KiB
# Each is opened as a file of its own, in a millisecond. More of them are decoded in a row, up to the first damage.
MAX_PIECES = 2_000


def salvage(data: bytes, _most_bytes: int) -> Salvage:
    """Split the file into strips or tiles, each of which is decoded as a file of its own."""
    page = shown_page(data)
    offsets, sizes = TILES if page.count(TILES[0]) else STRIPS
    count, is_old_jpeg = page.count(offsets), page.number(COMPRESSION, 1) == OLD_JPEG
    is_in_pieces = 1 < count == page.count(sizes) and count <= MAX_PIECES and not is_old_jpeg
    if not is_in_pieces or sum(min(size, len(data)) for size in page.numbers(sizes)) > 2 * len(data):
        return Salvage.of(data)
    return Salvage.of(data, pieces=lambda: _pieces(page, offsets, sizes))


def _pieces(page: Directory, offsets: int, sizes: int) -> Iterator[tuple[Area, Salvage]]:
    """Yield the place of each strip or tile, in all of its planes, and what is left of it.

    Plain samples are completed; others are decoded as a whole or not at all.
    """
    is_plain = page.number(COMPRESSION, PLAIN) == PLAIN
    starts, lengths, small = page.numbers(offsets), page.numbers(sizes), _compact(page)
    planes = page.number(SAMPLES, 1) if page.number(PLANAR, 1) == SEPARATE_PLANES else 1
    count = len(starts) // planes
    for number, area in enumerate(islice(_areas(page), count)):
        of_planes = range(number, len(starts), count)
        is_cut = any(starts[each] + lengths[each] > len(page.data) for each in of_planes)
        if is_cut and not is_plain:
            continue
        width, height = area[2] - area[0], area[3] - area[1]
        sides: dict[int, Sequence[int]] = {WIDTH: (width,), LENGTH: (height,), ORIENTATION: ()}
        if offsets == STRIPS[0]:
            sides[ROWS_PER_STRIP] = (height,)
        versions = list[bytes]()
        for rest in (b"\0", b"\xff"):
            file, places = bytearray(small.data), list[int]()
            for each in of_planes:
                places.append(len(file))
                samples = page.data[starts[each] : starts[each] + lengths[each]]
                file += samples.ljust(min(lengths[each], len(page.data)), rest) if is_plain else samples
            places_and_sizes = {offsets: places, sizes: [lengths[each] for each in of_planes]}
            versions.append(with_directory(replace(small, data=bytes(file)), sides | places_and_sizes))
        yield area, Salvage.of(*versions)


def _areas(page: Directory) -> Iterator[Area]:
    width, height = page.size
    across = page.number(TILE_WIDTH, width) if page.count(TILES[0]) else width
    down = page.number(TILE_LENGTH, height) if page.count(TILES[0]) else page.number(ROWS_PER_STRIP, height)
    for top in range(0, height, max(down, 1)):
        for left in range(0, width, max(across, 1)):
            yield left, top, min(left + across, width), min(top + down, height)


def _compact(page: Directory) -> Directory:
    """Return the directory with the fields that pixels depend on, in a file that has nothing else."""
    file, fields = bytearray(HEAD_BYTES), dict[int, Field]()
    for tag, field in page.fields.items():
        if tag in PIXEL_TAGS and field.size <= MOST_FIELD_BYTES:
            fields[tag] = replace(field, position=len(file))
            file += page.data[field.position : field.position + field.size].ljust(4, b"\0")
    return replace(page, data=bytes(file), fields=fields, is_first=True)
