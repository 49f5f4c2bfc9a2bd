"""Decompression bombs: small files that unpack to large ones, within the limits and beyond them."""

import struct
import zlib
from functools import partial
from io import BytesIO

from PIL import Image

from tests.pictures import chunk, encoded, png, riff
from tools.hostile.case import COMPLETED, FAILED_CORRUPT, SCANS, TOO_LARGE, Table, images
from tools.hostile.files import END, bomb_in_text, claiming

TARGET = "failed target-too-large"
MOST, MOST_OF_WEBP = (10_000, 10_000), (8_000, 8_000)  # the limits on pixels
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def packed(row: bytes, rows: int) -> bytes:
    """Compress equal rows, each with its filter byte, without having them all in memory."""
    packer = zlib.compressobj(1)
    block = (b"\0" + row) * 100
    return b"".join([*(packer.compress(block) for _ in range(rows // 100)), packer.flush()])


def flat_png(side: int, depth: int, color_type: int, interlace: int = 0) -> bytes:
    """Return a square PNG of zeros; `side` is a multiple of a hundred."""
    header = struct.pack(">IIBBBBB", side, side, depth, color_type, 0, 0, interlace)
    row = bytes((side * CHANNELS[color_type] * depth + 7) // 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed(row, side)) + chunk(b"IEND", b"")


def flat_webp(width: int, height: int, *, alpha: bool = False) -> bytes:
    """Return a lossless WebP of one color in a few bytes: a symbol that is the only one takes no bits (RFC 9649, 3)."""
    bits = (width - 1) | (height - 1) << 14 | alpha << 28
    length = 32 + 3  # the version is 0; no transform, no cache of colors, no meta prefix codes
    for symbol in (0, 128, 128, 127, 0):  # green, red, blue, alpha, distance: simple codes of one symbol
        wide = symbol > 1
        code, size = 1 | wide << 2 | symbol << 3, 11 if wide else 4
        bits, length = bits | code << length, length + size
    return riff((b"VP8L", b"\x2f" + bits.to_bytes((length + 7) // 8 + 1, "little")))


def flat_jpeg(side: int = MOST[0], mode: str = "L", *, progressive: bool = False) -> bytes:
    """Return a square JPEG of one color."""
    return encoded(Image.new(mode, (side, side)), "JPEG", quality=20, subsampling=0, progressive=progressive)


def most_scans(side: int, scans: int = 100) -> bytes:
    """Return a progressive JPEG of one color with so many scans, of which the last are a few bytes each."""
    data = flat_jpeg(side, progressive=True).removesuffix(END)
    starts = [at for at in range(len(data)) if data.startswith(b"\xff\xda", at)]
    return data + data[starts[-1] :] * (scans - len(starts)) + END


def overfull(extra: int) -> bytes:
    """Return a PNG of one pixel whose data go on for so many bytes."""
    return png((1, 1), 8, 0, [bytes(1 + extra)])


def many_texts(count: int, size: int) -> bytes:
    """Return a PNG with so many compressed texts of so many bytes."""
    text = chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(size), 9))
    return png((1, 1), 8, 2, [b"\1\2\3"], *[text] * count)


def wide_canvas() -> bytes:
    """Return a WebP with the largest canvas that its header can express."""
    return riff((b"VP8X", bytes(4) + b"\xff" * 6), (b"VP8L", b"\x2f" + bytes(20)))


def lossy_webp(width: int, height: int) -> bytes:
    """Return a lossy WebP whose key frame claims a size (RFC 6386, 9.1)."""
    data = bytearray(encoded(Image.new("RGB", (16, 16)), "WEBP"))
    at = data.index(b"\x9d\x01\x2a") + 3
    data[at : at + 4] = struct.pack("<HH", width, height)
    return bytes(data)


def tall(form: str) -> bytes:
    """Return an honest strip, as long as its format permits."""
    buffer = BytesIO()
    Image.new("L", (1, 16_383)).save(buffer, form)
    return buffer.getvalue()


CLAIMS: Table = {
    f"{form} of {width} x {height} in a header": (TOO_LARGE, partial(claiming, form, width, height))
    for form, sizes in {
        "JPEG": ((16_000, 11_125), (65_535, 65_535), (1, 65_535), (65_535, 1)),
        "PNG": ((16_000, 11_125), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (2**32 - 1, 2**32 - 1), (30_001, 1)),
        "WEBP": ((16_000, 11_125), (16_383, 16_383), (2**24, 1)),
    }.items()
    for width, height in sizes
}
UNPACKED: Table = {
    "PNG of 100 MP, 1 bit": (COMPLETED, partial(flat_png, MOST[0], 1, 0)),
    "PNG of 100 MP, grey": (COMPLETED, partial(flat_png, MOST[0], 8, 0)),
    "PNG of 100 MP, 16 bits of grey": (COMPLETED, partial(flat_png, MOST[0], 16, 0)),
    "PNG of 100 MP, RGBA": (COMPLETED, partial(flat_png, MOST[0], 8, 6)),
    "PNG of 102 MP": (TOO_LARGE, partial(flat_png, 10_100, 1, 0)),
    "WebP of 64 MP in 50 bytes": (COMPLETED, partial(flat_webp, *MOST_OF_WEBP)),
    "WebP of 64 MP with alpha in 50 bytes": (COMPLETED, partial(flat_webp, *MOST_OF_WEBP, alpha=True)),
    "WebP of 100 MP in 50 bytes": (TOO_LARGE, partial(flat_webp, 16_383, 6_103)),
    "WebP of 268 MP in 50 bytes": (TOO_LARGE, partial(flat_webp, 16_384, 16_384)),
    "WebP, lossy, of 268 MP in a header": (TOO_LARGE, partial(lossy_webp, 16_383, 16_383)),
    "WebP of the widest canvas": (TOO_LARGE, wide_canvas),
    "JPEG of 100 MP, grey": (COMPLETED, flat_jpeg),
    "JPEG of 100 MP, progressive": (COMPLETED, partial(flat_jpeg, progressive=True)),
    "JPEG of 100 MP, progressive, three colors": (COMPLETED, partial(flat_jpeg, mode="RGB", progressive=True)),
    "JPEG of 100 MP with 100 scans": (SCANS, partial(most_scans, MOST[0])),
    "JPEG of 100 MP with 21 scans": (SCANS, partial(most_scans, MOST[0], 21)),
    "JPEG of 100 MP with 20 scans": (COMPLETED, partial(most_scans, MOST[0], 20)),
    "JPEG of 16 MP with 100 scans": (COMPLETED, partial(most_scans, 4_000)),
    "PNG strip of 1 x 16383": (TARGET, partial(tall, "PNG")),
    "WebP strip of 1 x 16383": (TARGET, partial(tall, "WEBP")),
    "JPEG strip of 1 x 16383": ("422 target-too-large", partial(tall, "JPEG")),
    "PNG of one pixel with 500 MB behind it": (COMPLETED, partial(overfull, 500_000_000)),
    "PNG with 100 texts of 1 MB": (FAILED_CORRUPT, partial(many_texts, 100, 1_000_000)),
    "PNG with a text of 100 MB": (FAILED_CORRUPT, partial(bomb_in_text, b"zTXt")),
    "PNG with a Unicode text of 100 MB": (FAILED_CORRUPT, partial(bomb_in_text, b"iTXt")),
    "PNG with a profile of 100 MB": (FAILED_CORRUPT, partial(bomb_in_text, b"iCCP")),
}
STRIP: Table = {
    f"{form} strip of 1 x 16383 for a height": (COMPLETED, partial(tall, form)) for form in ("JPEG", "PNG", "WEBP")
}
UPSCALED: Table = {"PNG to be made 16383 x 16383": ("422 target-too-large", partial(tall, "PNG"))}
LARGE: Table = {
    "PNG of 100 MP to be made 50 MP": (COMPLETED, partial(flat_png, MOST[0], 8, 6)),
    "deep PNG of 100 MP to be made 50 MP": (COMPLETED, partial(flat_png, MOST[0], 16, 0)),
    "WebP of 64 MP to be made 50 MP": (COMPLETED, partial(flat_webp, *MOST_OF_WEBP, alpha=True)),
    "JPEG of 100 MP to be made 50 MP": (COMPLETED, partial(flat_jpeg, mode="RGB")),
}
CASES = [
    *images("bombs", CLAIMS),
    *images("bombs", UNPACKED),
    *images("bombs", STRIP, height="64"),
    *images("bombs", UPSCALED, width="16383", height="16383", preserve_ratio="false"),
    *images("bombs", LARGE, width="7071"),
]
