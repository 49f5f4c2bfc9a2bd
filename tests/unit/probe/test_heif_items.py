"""The items of HEIF files that are composed of others."""

import struct
from itertools import pairwise

import pytest

from imagescaler.probe.heif_items import MAX_REFERENCES, HeifItems
from tests.heic_files import box

PIXELS = 12


def composed(parts: dict[int, list[int]]) -> HeifItems:
    """Make items of 4 x 3 pixels, of which some are composed of others; the first is shown."""
    items = sorted({*parts, *(part for each in parts.values() for part in each)})
    uses = b"".join(struct.pack(">HBB", item, 1, 1) for item in items)
    references = [box(b"dimg", struct.pack(f">HH{len(each)}H", item, len(each), *each)) for item, each in parts.items()]
    return HeifItems(
        box(
            b"meta",
            box(b"pitm", struct.pack(">H", items[0]), 0)
            + box(b"iref", b"".join(references), 0)
            + box(
                b"iprp",
                box(b"ipco", box(b"ispe", struct.pack(">II", 4, 3), 0))
                + box(b"ipma", struct.pack(">I", len(items)) + uses, 0),
            ),
            0,
        )
    )


def test_an_item_of_its_own_has_its_pixels() -> None:
    assert composed({1: [2]}).decoded_pixels(2) == PIXELS


def test_a_part_counts_as_often_as_it_is_used() -> None:
    assert composed({1: [2, 2, 3], 3: [2, 4]}).decoded_pixels(1) == 4 * PIXELS


def test_items_of_many_items_each_are_counted_once() -> None:
    """One by one it would take 40 to the sixth steps."""
    levels = [list(range(1 + 40 * level, 41 + 40 * level)) for level in range(7)]
    parts = {item: below for above, below in pairwise(levels) for item in above}
    assert composed(parts).decoded_pixels(1) == 40**6 * PIXELS


@pytest.mark.parametrize(
    "parts",
    [
        {1: [2], 2: [1]},
        {item: [item + 1] for item in range(1, 20)},
        {1: [2] * 60_000, 2: [3] * (MAX_REFERENCES - 59_999)},
    ],
    ids=["of itself", "twenty deep", "too many references"],
)
def test_items_that_no_file_needs_are_refused(parts: dict[int, list[int]]) -> None:
    with pytest.raises(ValueError, match=r"."):
        composed(parts).decoded_pixels(1)


def test_parts_of_several_references_are_added() -> None:
    items = composed({1: [2], 3: [2, 2]})
    assert HeifItems(items.image.replace(b"dimg\0\3", b"dimg\0\1")).decoded_pixels(1) == 3 * PIXELS


def located(extents: list[tuple[int, int]]) -> HeifItems:
    """Make a file of an item whose data is in pieces, each with place and length, and of 100 bytes behind its boxes."""
    places = b"".join(struct.pack(">II", *each) for each in extents)
    table = b"\x44\0" + struct.pack(">HHHH", 1, 1, 0, len(extents)) + places
    return HeifItems(box(b"meta", box(b"iloc", table, 0), 0) + bytes(range(100)))


def test_pieces_of_an_item_are_joined_as_far_as_the_file_has_them() -> None:
    size = len(located([(0, 1)] * 2).image)
    assert located([(size - 3, 1), (size - 1, 50)]).data(1) == bytes([97, 99])


@pytest.mark.parametrize("extents", [[(0, 100)] * 30, [(0, 0)] * 2], ids=["again and again", "the whole file twice"])
def test_an_item_of_more_data_than_the_file_is_refused(extents: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="more data than the file"):
        located(extents).data(1)
