"""Uploads: files close to the size limit, and files that differ from what was announced."""

import zlib
from collections.abc import Mapping
from functools import cache, partial

import numpy as np
from PIL import Image

from tests.pictures import chunk, encoded, noise, plain, png, segment
from tools.hostile import gifs, pngs, tiffs, webps
from tools.hostile.case import (
    COMPLETED,
    CORRUPT,
    FAILED_CORRUPT,
    FAILED_FRAMES,
    NO_ANSWER,
    STRANGE,
    Case,
    Make,
    Table,
    Upload,
)
from tools.hostile.files import PICTURE, in_pieces, padded

MOST = 50_000_000
SIDE = 4_000  # of three bytes for each pixel, so many are 48 MB
FEW = {"width": 64}


@cache
def random(form: str) -> bytes:
    """Return an honest picture of noise, which nothing makes smaller."""
    pixels = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    return encoded(Image.fromarray(pixels), form)


def endless(times: int) -> bytes:
    """Return a PNG of one pixel, behind which a hundred megabytes of zeros unpack so many times."""
    packer = zlib.compressobj(9)
    pixel = packer.compress(b"\0\7") + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = packer.compress(bytes(100_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)  # independent of the bytes before it
    return pngs.of(pngs.header(), pngs.data(pixel + zeros * times + packer.flush()))


def ready(upload: Upload) -> Upload:
    """Send what is there already."""
    return upload


def upload(make: Make, options: Mapping[str, int | str]) -> Upload:
    """Send an image through the door for large files."""
    return Upload(make(), options)


LARGE: Table = {
    "JPEG of noise": (COMPLETED, partial(noise, 45_000_000)),
    "JPEG of noise, cut in half": (FAILED_CORRUPT, lambda: noise(45_000_000)[:22_000_000]),
    "JPEG with 45 MB of fill bytes": (COMPLETED, partial(padded, 45_000_000)),
    "JPEG in 10,000,000 pieces": (CORRUPT, partial(in_pieces, 10_000_000)),
    "JPEG with 45 MB of EXIF": (
        COMPLETED,
        lambda: b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 740 + encoded(PICTURE, "JPEG")[2:],
    ),
    "JPEG with 45 MB behind it": (COMPLETED, lambda: encoded(PICTURE, "JPEG") + b"PK\3\4" * 11_000_000),
    "PNG of noise": (COMPLETED, partial(random, "PNG")),
    "PNG in 3,000,000 chunks": (pngs.CHUNKS, lambda: png(*pngs.RGB, pngs.PIXEL, chunk(b"teSt", b"") * 3_000_000)),
    "PNG with a chunk of 45 MB": (COMPLETED, lambda: png(*pngs.RGB, pngs.PIXEL, chunk(b"teSt", bytes(45_000_000)))),
    "PNG of one pixel with 40 GB behind it": (COMPLETED, partial(endless, 400)),
    "GIF of 3,000,000 pictures": (FAILED_FRAMES, partial(gifs.animation, 3_000_000, 9)),
    "GIF with 45 MB of comments": (
        COMPLETED,
        lambda: gifs.HONEST[:-1] + gifs.extension(0xFE, *[bytes(255)] * 176_000) + gifs.END,
    ),
    "TIFF of noise": (COMPLETED, partial(random, "TIFF")),
    "WebP of 16,000 pictures": (FAILED_FRAMES, partial(webps.animation, 16_000)),
    "zeros that are called a JPEG": (STRANGE, lambda: bytes(MOST)),
    "a JPEG's first bytes and zeros": (CORRUPT, lambda: b"\xff\xd8\xff\xe0" + bytes(MOST - 4)),
    "a PNG's first bytes and zeros": (CORRUPT, lambda: pngs.SIGNATURE + bytes(MOST - 8)),
    "a page of HTML": (STRANGE, lambda: b"<!doctype html>" + b"<p>" * 15_000_000),
}
TALL: Table = {"TIFF in 5,000,000 strips": (FAILED_CORRUPT, partial(tiffs.strips, 5_000_000))}
BEYOND: Table = {
    "PNG of noise to be made 49 MP": ("failed result-too-large", partial(random, "PNG")),
}
MISMATCHES: Mapping[str, tuple[str, Upload]] = {
    "of a PNG that is called a JPEG": (COMPLETED, Upload(plain(), FEW)),
    "of a type that is no image's": (STRANGE, Upload(plain(), FEW, "image/svg+xml")),
    "of one byte too many": ("413 source-too-large", Upload(plain(), FEW, claimed=MOST + 1)),
    "of no bytes": ("422 invalid-request", Upload(b"", FEW)),
    "of fewer bytes than it is said to have": (NO_ANSWER, Upload(plain(), FEW, claimed=1_000_000)),
    "of more bytes than it is said to have": ("400 about:blank", Upload(plain(), FEW, claimed=60)),
    "that is sent twice": ("412 about:blank", Upload(plain(), FEW, puts=2)),
    "that is never sent": ("404 upload-not-found", Upload(plain(), FEW, puts=0)),
}
CASES = [
    *(Case("large files", name, gives, partial(upload, make, FEW)) for name, (gives, make) in LARGE.items()),
    *(Case("large files", name, gives, partial(upload, make, {"height": 64})) for name, (gives, make) in TALL.items()),
    *(
        Case("large files", name, gives, partial(upload, make, {"width": 7_000, "format": "png"}))
        for name, (gives, make) in BEYOND.items()
    ),
    *(Case("uploads", name, gives, partial(ready, sent)) for name, (gives, sent) in MISMATCHES.items()),
]
