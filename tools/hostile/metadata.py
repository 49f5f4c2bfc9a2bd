"""Images with personal or false metadata, none of which may be in the result."""

import struct
import zlib
from collections.abc import Mapping
from functools import partial

from PIL import ExifTags, Image, ImageCms

from tests.pictures import chunk, encoded, riff, segment
from tools.hostile.case import COMPLETED, FAILED_CORRUPT, Make, images
from tools.hostile.files import PICTURE

MARKER = b"marker-of-the-source"
JPEG, PNG, WEBP = encoded(PICTURE, "JPEG"), encoded(PICTURE), encoded(PICTURE, "WEBP")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'>" + MARKER + b"</x:xmpmeta>"
LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '" + b"&a;" * 1_000 + b"'>]><x>&b;</x>"
TAGS = struct.Struct("<HHII")


def exif() -> bytes:
    """Return EXIF that names a person and a place."""
    made = Image.Exif()
    made[ExifTags.Base.Artist] = MARKER.decode()
    made[ExifTags.Base.Orientation] = 6
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = MARKER
    made.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = MARKER
    return made.tobytes()


def directory(*entries: bytes, count: int | None = None, following: int = 0) -> bytes:
    """Return EXIF of one directory, which may claim more entries than it has (TIFF 6.0, section 2)."""
    claimed = struct.pack("<H", len(entries) if count is None else count)
    return b"Exif\0\0II*\0\x08\0\0\0" + claimed + b"".join(entries) + struct.pack("<I", following)


def in_jpeg(*pieces: tuple[int, bytes]) -> bytes:
    """Put segments behind the start of a JPEG."""
    return JPEG[:2] + b"".join(segment(marker, data) for marker, data in pieces) + JPEG[2:]


def in_png(*pieces: tuple[bytes, bytes]) -> bytes:
    """Put chunks behind the header of a PNG."""
    return PNG[:33] + b"".join(chunk(kind, data) for kind, data in pieces) + PNG[33:]


def in_webp(*pieces: tuple[bytes, bytes]) -> bytes:
    """Put chunks around the image of a WebP."""
    canvas = b"\x2c\0\0\0" + struct.pack("<I", 47)[:3] + struct.pack("<I", 31)[:3]
    return riff((b"VP8X", canvas), *pieces, (b"VP8 ", WEBP[20:]))


def profile(data: bytes, number: int = 1, count: int = 1) -> tuple[int, bytes]:
    """Return a piece of an ICC profile (ICC.1, annex B.4)."""
    return 0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + data


def named(tail: bytes = MARKER) -> bytes:
    """Return a profile with a name behind its end."""
    return struct.pack(">I", len(PROFILE) + len(tail)) + PROFILE[4:] + tail


def corrupted(at: int, replacement: bytes) -> bytes:
    """Return a profile that is wrong in one place."""
    return PROFILE[:at] + replacement + PROFILE[at + len(replacement) :]


TELLING: Mapping[str, Make] = {
    "JPEG with EXIF": lambda: in_jpeg((0xE1, exif())),
    "JPEG with XMP": lambda: in_jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "JPEG with a comment": lambda: in_jpeg((0xFE, MARKER)),
    "JPEG with IPTC": lambda: in_jpeg((0xED, b"Photoshop 3.0\08BIM\4\4\0\0\0\0\0\x14" + MARKER)),
    "JPEG with a profile": lambda: in_jpeg(profile(named())),
    "JPEG with content credentials": lambda: in_jpeg((0xEB, b"JP\0\1" + MARKER)),
    "JPEG with strange segments": lambda: in_jpeg(*[(marker, MARKER) for marker in range(0xE3, 0xF0)]),
    "JPEG with a tail": lambda: JPEG + MARKER,
    "PNG with a text": lambda: in_png((b"tEXt", b"Author\0" + MARKER)),
    "PNG with a compressed text": lambda: in_png((b"zTXt", b"Author\0\0" + zlib.compress(MARKER))),
    "PNG with a Unicode text": lambda: in_png((b"iTXt", b"Author\0\0\0\0\0" + MARKER)),
    "PNG with EXIF": lambda: in_png((b"eXIf", exif().removeprefix(b"Exif\0\0"))),
    "PNG with a profile": lambda: in_png((b"iCCP", MARKER + b"\0\0" + zlib.compress(named()))),
    "PNG with a strange chunk": lambda: in_png((b"prVt", MARKER)),
    "PNG with a tail": lambda: PNG + MARKER,
    "WebP with EXIF": lambda: in_webp((b"EXIF", exif().removeprefix(b"Exif\0\0"))),
    "WebP with XMP": lambda: in_webp((b"XMP ", XMP)),
    "WebP with a profile": lambda: in_webp((b"ICCP", named())),
    "WebP with a strange chunk": lambda: in_webp((b"prVt", MARKER)),
}
LYING: Mapping[str, Make] = {
    "EXIF cut off": lambda: in_jpeg((0xE1, exif()[:40])),
    "EXIF of no bytes": lambda: in_jpeg((0xE1, b"Exif\0\0")),
    "EXIF of 65,535 entries": lambda: in_jpeg((0xE1, directory(count=65_535))),
    "EXIF that is its own successor": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 3, 1, 3), following=8))),
    "EXIF whose sub-directory is itself": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x8769, 4, 1, 8)))),
    "EXIF with an orientation of 0": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 3, 1, 0)))),
    "EXIF with an orientation of 65,535": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 3, 1, 65_535)))),
    "EXIF with an orientation in words": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 2, 4, 0x41414141)))),
    "EXIF with a million orientations": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 3, 1_000_000, 8)))),
    "EXIF with a value of 4 GB": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x10F, 2, 2**32 - 1, 8)))),
    "EXIF of a strange type": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x112, 99, 1, 6)))),
    "EXIF with a fraction over 0": lambda: in_jpeg((0xE1, directory(TAGS.pack(0x11A, 5, 1, 0)))),
    "EXIF of Motorola's order with Intel's values": lambda: in_jpeg((0xE1, b"Exif\0\0MM*\0\x08\0\0\0\1\0" + bytes(12))),
    "XMP of a billion laughs": lambda: in_jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + LAUGHS)),
    "60 pieces of XMP": lambda: in_jpeg(*[(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(60_000))] * 60),
    "profile of nothing but a head": lambda: in_jpeg(profile(PROFILE[:128])),
    "profile cut off": lambda: in_jpeg(profile(PROFILE[:300])),
    "profile of noise": lambda: in_jpeg(profile(b"\xff" * 5_000)),
    "profile for printers": lambda: in_jpeg(profile(corrupted(16, b"CMYK"))),
    "profile for grey": lambda: in_jpeg(profile(corrupted(16, b"GRAY"))),
    "profile of 4 billion tags": lambda: in_jpeg(profile(corrupted(128, b"\xff" * 4))),
    "profile whose tags lie outside": lambda: in_jpeg(profile(corrupted(136, b"\xff" * 8))),
    "profile in piece 0 of 0": lambda: in_jpeg(profile(PROFILE, 0, 0)),
    "profile in piece 255 of 1": lambda: in_jpeg(profile(PROFILE, 255, 1)),
    "profile in 60 equal pieces": lambda: in_jpeg(*[profile(bytes(60_000))] * 60),
    "profile in words": lambda: in_png((b"iCCP", b"a\0\0" + b"not packed")),
    "EXIF in a PNG twice": lambda: in_png((b"eXIf", b"II"), (b"eXIf", b"MM")),
    "text without a keyword": lambda: in_png((b"tEXt", b"")),
    "text in a strange script": lambda: in_png((b"iTXt", b"\xff\xfe\0\0\0\xff\0\xff\0\xff")),
}
FAULTY: Mapping[str, Make] = {
    "profile in the PNG of method 9": partial(in_png, (b"iCCP", b"a\0\x09" + zlib.compress(PROFILE))),
    "profile of 3 MB in a PNG": partial(in_png, (b"iCCP", b"a\0\0" + zlib.compress(PROFILE + bytes(3_000_000)))),
}
CASES = [
    *images("personal metadata", {name: (COMPLETED, make) for name, make in TELLING.items()}),
    *images("false metadata", {name: (COMPLETED, make) for name, make in LYING.items()}),
    *images("false metadata", {name: (FAILED_CORRUPT, make) for name, make in FAULTY.items()}),
]
