"""Pictures for tests: real photographs out of packages, and made ones."""

import struct
import zlib
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - the import registers the plugin
from PIL import Image


@cache
def photograph(name: str = "china.jpg") -> bytes:
    """Return a photograph of 640 x 427 pixels: china.jpg or flower.jpg."""
    sklearn = find_spec("sklearn")  # to import it takes a second
    assert sklearn
    assert sklearn.origin
    return (Path(sklearn.origin).parent / "datasets/images" / name).read_bytes()


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Return an image as a file's bytes."""
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def heic(image: Image.Image, **options: object) -> bytes:
    """Return an image as a HEIC file's bytes."""
    buffer = BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95, **options)
    return buffer.getvalue()


def plain(color: str | tuple[int, ...] = "teal", size: tuple[int, int] = (60, 40), form: str = "PNG") -> bytes:
    """Return a picture of one color."""
    return encoded(Image.new("RGB", size, color), form)


def separated(image: Image.Image) -> Image.Image:
    """Separate the colors of a picture into inks, with black to deepen what is dark."""
    amounts = 255.0 - np.asarray(image.convert("RGB"), dtype=np.float64)
    black = amounts.min(axis=2, keepdims=True) ** 2 / 255
    return Image.fromarray(np.rint(np.concatenate([amounts, black], axis=2)).astype(np.uint8), "CMYK")


@cache
def noise(size_bytes: int) -> bytes:
    """Return a JPEG of random pixels, of at least `size_bytes`: they take 1.17 bytes each at this quality."""
    side = int((size_bytes / 1.17) ** 0.5)
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    return encoded(Image.fromarray(pixels), "JPEG", quality=95)


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk, with its checksum (PNG, third edition, 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: tuple[int, int], depth: int, color_type: int, rows: Iterable[bytes], *ancillary: bytes) -> bytes:
    """Return a PNG made by hand, of samples that Pillow cannot write; `ancillary` chunks come before the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, color_type, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return b"".join([b"\x89PNG\r\n\x1a\n", header, *ancillary, pixels, chunk(b"IEND", b"")])


def segment(marker: int, data: bytes) -> bytes:
    """Return a JPEG segment (ITU-T T.81, B.1.1.4)."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP's container (RFC 9649, 2.3)."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
