import gc
import tracemalloc
import zlib
from io import BytesIO
from weakref import ref

import numpy as np
import pytest
from PIL import Image

from imagescaler.engine.codecs.png_inflate import MAX_INFLATED, inflate_faster
from tests.pictures import chunk, encoded, photograph, png

SIZE = (120, 50)
DENSE = bytes(2**20)  # behind the end of a file: more bytes for a pixel


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    inflate_faster(image, data + DENSE)
    return image


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def in_chunks(data: bytes, size: int) -> bytes:
    """Return a PNG with its pixels in chunks of `size` bytes, each followed by an empty one."""
    start = data.index(b"IDAT") - 4
    length = int.from_bytes(data[start : start + 4])
    stream = data[start + 8 : start + 8 + length]
    pieces = [chunk(b"IDAT", stream[at : at + size]) + chunk(b"IDAT", b"") for at in range(0, length, size)]
    return data[:start] + b"".join(pieces) + data[start + 12 + length :]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixels_are_those_that_zlib_gives(mode: str) -> None:
    with Image.open(BytesIO(photograph())) as photo:
        picture = photo.convert("L").convert("I").convert(mode) if mode == "I;16" else photo.convert(mode)
    data = encoded(picture)
    with Image.open(BytesIO(data)) as by_zlib:
        assert opened(data).tobytes() == by_zlib.tobytes()


def test_interlaced_pixels_are_those_that_zlib_gives() -> None:
    passes = [noise(width * 3).tobytes() for width in (1, 1, 2, 4)]  # of a row of four pixels, Adam7 has the first,
    data = png((4, 1), 8, 2, [passes[0], passes[1], passes[2]])  # the third, and the second and fourth
    interlaced = data[:8] + chunk(b"IHDR", data[16:28] + b"\x01") + data[33:]
    with Image.open(BytesIO(interlaced)) as by_zlib:
        assert opened(interlaced).tobytes() == by_zlib.tobytes()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_the_stream_may_be_in_chunks_of_any_size(size: int) -> None:
    picture = Image.fromarray(noise(50, 120, 3))
    assert opened(in_chunks(encoded(picture), size)).tobytes() == picture.tobytes()


@pytest.mark.parametrize("level", range(10))
def test_every_level_of_compression_is_inflated(level: int) -> None:
    picture = Image.fromarray(noise(200, 300, 3))
    assert opened(encoded(picture, compress_level=level)).tobytes() == picture.tobytes()


def test_a_wrong_checksum_of_the_stream_costs_no_pixel() -> None:
    rows = [row.tobytes() for row in noise(50, 360)]
    stream = zlib.compress(b"".join(b"\0" + row for row in rows))
    data = png(SIZE, 8, 2, rows).replace(chunk(b"IDAT", stream), chunk(b"IDAT", stream[:-1] + bytes([stream[-1] ^ 1])))
    assert opened(data).tobytes() == b"".join(rows)


def test_a_file_in_which_both_checksums_are_wrong_is_left_to_zlib_which_refuses_it() -> None:
    data = bytearray(encoded(Image.fromarray(noise(50, 120, 3)), compress_level=0))
    data[9_000] ^= 1
    image = opened(bytes(data))
    assert "load_read" not in vars(image)
    with pytest.raises(OSError, match="broken"):
        image.load()


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 5000, 17_000])
def test_a_stream_that_ends_early_is_damaged(kept: int) -> None:
    data = encoded(Image.fromarray(noise(50, 120, 3)))
    start = data.index(b"IDAT") + 4
    with pytest.raises(OSError, match="truncated"):
        opened(data[: start - 8] + chunk(b"IDAT", data[start : start + kept]) + chunk(b"IEND", b"")).load()


def test_a_stream_that_is_no_stream_is_damaged() -> None:
    data = png(SIZE, 8, 2, [])
    with pytest.raises(OSError, match="damaged"):
        opened(data[:33] + chunk(b"IDAT", b"\x78\x01" + b"\xff" * 9000) + chunk(b"IEND", b"")).load()


def test_little_is_inflated_at_once() -> None:
    bomb = chunk(b"IDAT", zlib.compress(bytes(100 * MAX_INFLATED), 9))
    data = png(SIZE, 8, 2, [])[:33] + bomb + chunk(b"IEND", b"")
    image = opened(data)
    tracemalloc.start()
    image.load()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * MAX_INFLATED


def test_a_file_of_many_bytes_for_a_pixel_is_inflated_by_isal() -> None:
    data = encoded(Image.fromarray(noise(50, 120, 3)))
    with Image.open(BytesIO(data)) as image:
        inflate_faster(image, data)
        assert "load_read" in vars(image)


def test_an_image_is_released_at_once() -> None:
    image = opened(encoded(Image.fromarray(noise(50, 120, 3))))
    image.load()
    released = ref(image)
    gc.disable()
    try:
        del image
        assert released() is None
    finally:
        gc.enable()


def test_a_file_that_is_mostly_flat_is_left_to_zlib() -> None:
    data = encoded(Image.new("RGB", (600, 400)))
    with Image.open(BytesIO(data)) as image:
        inflate_faster(image, data)
        assert "load_read" not in vars(image)
