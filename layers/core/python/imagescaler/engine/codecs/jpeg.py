"""JPEG (ITU-T T.81)."""

import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from itertools import islice, product
from typing import Any, NamedTuple

from PIL import Image, features

from imagescaler.domain.errors import CorruptImage, TooManyScans, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.pixels.modes import COLOR_MODES, GREY_MODES
from imagescaler.engine.salvage.jpeg import salvage
from imagescaler.probe.formats.jpeg import FRAMES, read_size, segments

# A marker that begins a segment (B.1.1): not a stuffed zero byte, a restart or a fill byte, and none of the reserved
# ones below 0xC0, which a decoder skips when it looks for a restart.
MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
SCAN, END, COEFFICIENTS = re.compile(rb"\xff\xda"), bytes([0xFF, END_OF_IMAGE]), 64
MAX_SCANS = 1_000  # that are searched; what looks like one may be in the data, or behind them
NOISE = bytes(range(7, 251, 3))  # any bytes without a marker
# Frames by which a file is refused (table B.1, and ITU-T T.87 for JPEG-LS): no browser shows them. A scan of arithmetic
# coding costs the decoding of every coefficient even without data, so that 3 KB can take a minute.
REFUSED_FRAMES = {
    0xC3: "lossless",
    0xC8: "of a reserved process",
    0xC9: "arithmetic-coded",
    0xCA: "arithmetic-coded",
    0xCB: "lossless and arithmetic-coded",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xDE), "hierarchical"),
    **dict.fromkeys((0xCD, 0xCE, 0xCF), "hierarchical and arithmetic-coded"),
    0xF7: "a JPEG-LS",
}
ACCEPTED_FRAMES, BITS, MOST_BITS, ACCEPTED_COMPONENTS = {0xC0, 0xC1, 0xC2}, 8, 16, {1, 3, 4}
# Frames that end with a scan of all their components (table B.1, A.2.3): a decoder reads no further.
SEQUENTIAL = {0xC0, 0xC1}
# Where the headers of frame and scan, behind their markers, count the components (B.2.2, B.2.3).
COMPONENTS_OF_FRAME, COMPONENTS_OF_SCAN, SHORTEST_FRAME, BITS_OF_FRAME = 7, 2, 8, 2
LONGEST_FRAME, MOST_SAMPLES = SHORTEST_FRAME + 3 * max(ACCEPTED_COMPONENTS), 4
# Pillow walks in Python over each segment and each fill byte; real files have some hundreds.
MAX_STEPS = 100_000


UNLIMITED = Limits(max_jpeg_scans=MAX_STEPS, max_jpeg_scan_pixels=2**63)  # of a file that was checked


class Work(NamedTuple):
    """Steps of walking over the segments, and the pixels that all scans decode."""

    steps: int
    pixels: int


def check_structure(data: bytes, limits: Limits) -> None:
    """Count the scans, without those of thumbnails, which lie inside segments and are skipped with them.

    Raises TooManyScans, CorruptImage if the file is in pieces, and UnsupportedImageFormat with the name of a variety
    that is not accepted.
    """
    walk(data, limits)


def walk(data: bytes, limits: Limits, steps: int = 0) -> Work:
    """Check the structure, and return the work of walking over it, added to `steps`, and that of decoding it.

    The limit on the work of walking holds for the sum.
    """
    scans, position, components, pixels = 0, 2, 0, 0
    while (marker := MARKER.search(data, position)) and (kind := data[marker.end() - 1]) != END_OF_IMAGE:
        steps += 1 if scans else 1 + marker.start() - position
        scans += kind == START_OF_SCAN
        if variety := refused_variety(kind, data[marker.end() : marker.end() + LONGEST_FRAME]):
            raise UnsupportedImageFormat(
                f"The JPEG is {variety}; accepted are baseline and progressive ones of 8 bits per sample."
            )
        if scans > limits.max_jpeg_scans:
            most = limits.max_jpeg_scans
            raise TooManyScans(f"The JPEG has more than {most} scans, and each repeats the work of decoding.")
        if scans * pixels > limits.max_jpeg_scan_pixels:
            raise TooManyScans.of(scans * pixels, limits.max_jpeg_scan_pixels)
        if steps > MAX_STEPS:
            raise CorruptImage(f"The JPEG is in more than {MAX_STEPS:,} pieces.")
        segment = data[marker.end() : marker.end() + SHORTEST_FRAME]
        if kind in SEQUENTIAL:
            components = segment[COMPONENTS_OF_FRAME]
        if kind in ACCEPTED_FRAMES:
            pixels = max(pixels, _decoded_pixels(data[marker.end() : marker.end() + LONGEST_FRAME]))
        if kind == START_OF_SCAN and segment[COMPONENTS_OF_SCAN] == components:
            break
        position = marker.end() + int.from_bytes(segment[:2])
    return Work(steps, scans * pixels)


def _decoded_pixels(frame: bytes) -> int:
    """Return the pixels of the units of a frame, which are whole at its edges, too (A.2.4)."""
    count, height, width = frame[COMPONENTS_OF_FRAME], int.from_bytes(frame[3:5]), int.from_bytes(frame[5:7])
    samplings = frame[SHORTEST_FRAME + 1 :: 3][:count] if count > 1 else b"\x11"
    across, down = 8 * max(each >> 4 for each in samplings), 8 * max(each & 0xF for each in samplings)
    return width * height if 0 in (across, down) else -(-width // across) * across * -(-height // down) * down


def refused_variety(kind: int, segment: bytes) -> str | None:
    """Return what a frame is that is whole and is not accepted, None for other segments and those that are damaged."""
    if kind in REFUSED_FRAMES:
        return REFUSED_FRAMES[kind]
    if kind not in ACCEPTED_FRAMES or len(segment) < SHORTEST_FRAME:
        return None
    bits, count = segment[BITS_OF_FRAME], segment[COMPONENTS_OF_FRAME]
    if bits != BITS and 0 < bits <= MOST_BITS:
        return f"of {bits} bits per sample"
    if count not in ACCEPTED_COMPONENTS and int.from_bytes(segment[:2]) == SHORTEST_FRAME + 3 * count:
        return f"of {count} components" if count else None
    samplings = [divmod(factors, 16) for factors in segment[SHORTEST_FRAME + 1 :: 3][:count]]
    if all(0 < factor <= MOST_SAMPLES for sampling in samplings for factor in sampling):
        for factors in zip(*samplings, strict=True):
            if any(max(factors) % factor for factor in factors):
                return "subsampled by a factor that is not whole"
    return None


def lacks_end(data: bytes) -> bool:
    """True if the end of the image is missing, though the scans have every coefficient; pixels may be missing."""
    if data.endswith(END):  # as nearly all files do
        return False
    header = {segment.kind: segment for segment in segments(data)}
    frame = next((segment for kind, segment in header.items() if kind in FRAMES), None)
    if START_OF_SCAN not in header or frame is None or data.rfind(END, header[START_OF_SCAN].end) >= 0:
        return False
    return len(set(_coded(data, header[START_OF_SCAN].start))) >= COEFFICIENTS * data[frame.content + 5]


def readable(data: bytes) -> bytes:
    """Append the end of the image if it is missing."""
    return data.rstrip(b"\xff") + END if lacks_end(data) else data


def check_pixels(data: bytes) -> None:
    """Raise EOFError if pixels are missing with the end of the image.

    None is missing if it makes no difference whether the end or anything else follows; a decoder fills what is missing
    with grey.
    """
    if lacks_end(data) and _pixels(readable(data)) != _pixels(data.rstrip(b"\xff") + NOISE + END):
        message = "pixels are missing"
        raise EOFError(message)


def warnings(_sent: bytes, repaired: bytes) -> tuple[str, ...]:
    """Return a sentence if the end of the image is missing."""
    return ("The end of the JPEG is missing; none of its pixels is.",) if lacks_end(repaired) else ()


def decoded_pixels(data: bytes) -> int:
    """Return the pixels of three decodings, of which two compare what follows the last scan."""
    if not lacks_end(data):
        return 0
    (width, height), _ = read_size(data)
    return 3 * width * height


def passes(data: bytes) -> float:
    """Return the pixels that all scans decode, divided by those of the picture."""
    (width, height), _ = read_size(data)
    return walk(data, UNLIMITED).pixels / (width * height)


def _coded(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield components with numbers of those of their coefficients that the scans have to the last bit (G.1.1)."""
    for scan in islice(SCAN.finditer(data, start), MAX_SCANS):
        place = scan.end() + 2
        count = min(data[place], max(ACCEPTED_COMPONENTS))
        first, last, bits = data[place + 1 + 2 * count : place + 4 + 2 * count]
        if bits & 0xF == 0:
            yield from product(data[place + 1 : place + 1 + 2 * count : 2], range(first, last + 1))


def _pixels(data: bytes) -> bytes:
    """Return a hash of the pixels at half the sides, where most details of a progressive file still count."""
    with Image.open(BytesIO(data), formats=[CODEC.plugin]) as image:
        image.draft(None, (-(-image.width // 2), -(-image.height // 2)))
        return sha256(image.tobytes()).digest()


def parameters(_image: Image.Image, options: Options, quality: int) -> dict[str, Any]:
    """Return the encoder's settings."""
    return {"quality": quality, "subsampling": "4:2:0", "progressive": options.progressive}


CODEC = Codec(
    format=Format.JPEG,
    plugin="JPEG",
    opened_as=frozenset({"JPEG", "MPO"}),  # a phone's multi-picture file, whose first picture is a JPEG
    parameters=parameters,
    check_structure=check_structure,
    readable=readable,
    check_pixels=check_pixels,
    warnings=warnings,
    decoded_pixels=decoded_pixels,
    passes=passes,
    salvage=salvage,
    profile_modes=COLOR_MODES | GREY_MODES | {"CMYK"},
    max_profile_bytes=255 * 65_519,  # of as many segments as one byte can number (ICC.1:2022, B.4)
    versions=lambda: {"libjpeg-turbo": features.version_feature("libjpeg_turbo")},
)
