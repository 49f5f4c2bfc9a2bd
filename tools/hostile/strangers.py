"""Files of other formats, among them those that make image tools run commands, read files or call servers."""

import gzip
import pickle
import random
import struct
from collections.abc import Mapping
from functools import partial
from io import BytesIO
from zipfile import ZipFile

from PIL import Image

from tests.heic_files import Coded, heic, overlay
from tests.pictures import encoded
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, STRANGE, Make, Table, if_accepted, images
from tools.hostile.files import PICTURE, claiming

ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LARGE = Image.new("RGB", (4_000, 3_000), "teal")
PS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"


def packed(name: str, size: int) -> bytes:
    """Return a ZIP of a file of zeros."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", 8) as archive:
        archive.writestr(name, bytes(size))
    return buffer.getvalue()


def icon(image: bytes, side: int = 16) -> bytes:
    """Return an icon that says it is small, around an image that need not be."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, side, side, 0, 0, 1, 32, len(image), 22) + image


def box(brand: bytes) -> bytes:
    """Return the opening box of an ISO base media file (ISO/IEC 14496-12) and nothing that follows from it."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1" + brand + bytes(200)


def codestream(width: int, height: int) -> bytes:
    """Return a JPEG 2000 codestream whose header claims a size (ITU-T T.800, A.5.1)."""
    sides = struct.pack(">HIIIIIIII", 0, width, height, 0, 0, width, height, 0, 0)
    return b"\xff\x4f\xff\x51" + struct.pack(">H", 41) + sides + b"\0\1\7\1\1" + bytes(200)


def svg(body: str, doctype: str = "") -> bytes:
    """Return a drawing."""
    namespace = "http://www.w3.org/2000/svg"
    return f"<?xml version='1.0'?>{doctype}<svg xmlns='{namespace}' width='9' height='9'>{body}</svg>".encode()


OTHERS: Mapping[str, Make] = {
    "Apple's icons": partial(encoded, PICTURE, "ICNS"),
    "JPEG 2000": partial(encoded, PICTURE, "JPEG2000"),
    "JPEG 2000 codestream of 60 MP": partial(codestream, 10_000, 6_000),
    "JPEG XR": lambda: b"II\xbc\1" + bytes(100),
    "HEIC sequence": partial(box, b"hevc"),
    "MP4": partial(box, b"isom"),
    "QuickTime": partial(box, b"qt  "),
    "Photoshop": lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3) + bytes(14),
    "large Photoshop": lambda: b"8BPS\0\2" + bytes(6) + struct.pack(">HIIHH", 3, 300_000, 300_000, 8, 3) + bytes(14),
    "Targa": partial(encoded, PICTURE, "TGA"),
    "portable pixels": partial(encoded, PICTURE, "PPM"),
    "portable pixels of 10 EP": lambda: b"P6\n4294967295 4294967295\n255\n" + bytes(99),
    "portable pixels in words": lambda: b"P1\n99999 99999\n" + b"1 " * 9_999,
    "PCX": partial(encoded, PICTURE, "PCX"),
    "SGI": partial(encoded, PICTURE, "SGI"),
    "DDS": partial(encoded, PICTURE.convert("RGBA"), "DDS"),
    "XBM": partial(encoded, PICTURE.convert("1"), "XBM"),
    "XPM": lambda: b'/* XPM */\nstatic char *x[] = {"99999 99999 1 1", ". c #000000"};',
    "FITS": lambda: b"SIMPLE  =                    T" + b" " * 2850,
    "QOI": lambda: b"qoif" + struct.pack(">IIBB", 40_000, 40_000, 4, 0) + b"\xff" * 99,
    "OpenEXR": lambda: b"\x76\x2f\x31\x01\2\0\0\0" + bytes(99),
    "Radiance": lambda: b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 99999 +X 99999\n",
    "Windows metafile": lambda: b"\xd7\xcd\xc6\x9a" + bytes(99),
    "FLIC": lambda: struct.pack("<IHHHHHH", 128, 0xAF12, 4_000, 60_000, 60_000, 8, 3) + bytes(110),
}
COMMANDS: Mapping[str, Make] = {
    "EPS that runs a command": lambda: PS + b"(%pipe%id) (r) file\n",
    "EPS that reads a file": lambda: PS + b"(/etc/passwd) (r) file 99 string readstring\n",
    "EPS with a DOS head": lambda: b"\xc5\xd0\xd3\xc6" + struct.pack("<IIIIII", 30, 99, 0, 0, 0, 0) + PS,
    "PDF": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "drawing": partial(svg, "<rect width='9' height='9'/>"),
    "drawing that reads a file": partial(svg, "&x;", "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
    "drawing of a billion laughs": partial(svg, "&l9;", f"<!DOCTYPE svg [<!ENTITY l0 'ha'>{ENTITIES}]>"),
    "drawing that asks a server": partial(svg, "<image href='http://169.254.169.254/latest/meta-data/'/>"),
    "drawing with a script": partial(svg, "<script>alert(1)</script>"),
    "ImageMagick's language": lambda: (
        b"push graphic-context\nfill 'url(https://127.0.0.1/\"|id\")'\npop graphic-context"
    ),
    "ImageMagick's script": lambda: (
        b"<?xml version='1.0'?><image><read filename='/etc/passwd'/><write filename='x'/></image>"
    ),
    "label that reads a file": lambda: b"label:@/etc/passwd",
    "shell script": lambda: b"#!/bin/sh\nid > /dev/null\n",
    "PHP": lambda: b"<?php system($_GET['c']); ?>",
    "page with a script": lambda: b"<!DOCTYPE html><script>alert(document.cookie)</script>",
    "Python's pickle": lambda: pickle.dumps({"a": 1}),
    "program for Linux": lambda: b"\x7fELF\2\1\1" + bytes(99),
    "program for Windows": lambda: b"MZ" + bytes(99),
}
DATA: Mapping[str, Make] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "1 MB of zeros": lambda: bytes(1_000_000),
    "4 MB of noise": lambda: random.Random(5).randbytes(4_000_000),
    "text": lambda: b"hello " * 1_000,
    "text in UTF-16": lambda: "\ufeffhello".encode("utf-16"),
    "JSON": lambda: b"[" * 100_000,
    "gzip of 100 MB": lambda: gzip.compress(bytes(100_000_000), 1),
    "ZIP of 100 MB": partial(packed, "photo.jpg", 100_000_000),
    "ZIP that climbs": partial(packed, "../../photo.jpg", 9),
    "sound": lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(30),
    "film": lambda: b"RIFF\x24\0\0\0AVI LIST" + bytes(30),
    "WebM": lambda: b"\x1a\x45\xdf\xa3" + bytes(99),
    "animation of MNG": lambda: b"\x8aMNG\r\n\x1a\n" + bytes(99),
    "JPEG in a PNG": lambda: b"\x8bJNG\r\n\x1a\n" + bytes(99),
}
LATER: Table = {
    "BMP": (if_accepted("BMP", COMPLETED), partial(encoded, PICTURE, "BMP")),
    "BMP of 4 GP": (
        if_accepted("BMP", "422 image-too-large"),
        lambda: b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 65_535, 65_535, 1, 24, *[0] * 6),
    ),
    "icon": (if_accepted("ICO", COMPLETED), partial(encoded, PICTURE, "ICO")),
    "cursor": (if_accepted("ICO", COMPLETED), lambda: b"\0\0\2\0" + icon(encoded(PICTURE))[4:]),
    "icon with a PNG of 178 MP": (
        if_accepted("ICO", "422 image-too-large"),
        lambda: icon(claiming("PNG", 16_000, 11_125)),
    ),
    "HEIC": (if_accepted("HEIC", CORRUPT), partial(box, b"heic")),
    "HEIC of 21 pictures over each other": (
        FAILED_CORRUPT,
        lambda: overlay(Image.new("RGB", (1_000, 1_000), "teal"), 21),
    ),
    "HEIC of 300 hidden pictures": (FAILED_CORRUPT, lambda: heic(Coded.of(LARGE).hiding(300), LARGE.size)),
    "GIF": (if_accepted("GIF", COMPLETED), partial(encoded, PICTURE, "GIF")),
    "TIFF": (if_accepted("TIFF", COMPLETED), partial(encoded, PICTURE, "TIFF")),
    "AVIF": (if_accepted("AVIF", COMPLETED), partial(encoded, PICTURE, "AVIF")),
    "AVIF of boxes alone": (if_accepted("AVIF", CORRUPT), partial(box, b"avif")),
    "TIFF that begins nowhere": (
        if_accepted("TIFF", CORRUPT),
        lambda: b"II*\0\xff\xff\xff\xff" + bytes(99),
    ),
    "TIFF whose directory is its own successor": (
        if_accepted("TIFF", CORRUPT),
        lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0" + bytes(99),
    ),
    "GIF of 4 GP": (
        if_accepted("GIF", "422 image-too-large"),
        lambda: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
    ),
}
CASES = [
    *images("other formats", {name: (STRANGE, make) for name, make in OTHERS.items()}),
    *images("commands and scripts", {name: (STRANGE, make) for name, make in COMMANDS.items()}),
    *images("no images", {name: (STRANGE, make) for name, make in DATA.items()}),
    *images("formats of the day", LATER),
]
