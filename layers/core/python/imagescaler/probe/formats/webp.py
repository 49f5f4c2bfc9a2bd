"""WebP: timeline of an animated one (RFC 9649, 2.7)."""

from fractions import Fraction

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.format_probe import FormatProbe, size_by_imagesize
from imagescaler.probe.timeline import Timeline

FIRST_CHUNK, FLAGS, IS_ANIMATED, HAS_ALPHA = 12, 20, 0x02, 0x10
MAX_CHUNKS = 1_000_000
FRAME_HEADER = 16  # RFC 9649, 2.7.1.2
LARGEST_SIDE = 2**14 - 1  # RFC 6386, 9.1


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size; above the 14 bits of a lossy picture's sides are two by which a player may enlarge it."""
    (width, height), turn = size_by_imagesize(image)
    most = LARGEST_SIDE if image[FIRST_CHUNK : FIRST_CHUNK + 4] == b"VP8 " else -1
    return (width & most, height & most), turn


def repair(image: bytes) -> bytes:
    """Return a still image whose chunks are whole with their size in its header, and the padding of the last one."""
    at, stated = FIRST_CHUNK, 8 + int.from_bytes(image[4:8], "little")
    if FIRST_CHUNK < stated <= len(image) or is_animated(image):
        return image
    for _ in range(MAX_CHUNKS):
        size = int.from_bytes(image[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
        if at >= len(image):
            break
    if at - size % 2 > len(image) or at < len(image):
        return image
    return image[:4] + (at - 8).to_bytes(4, "little") + image[8:].ljust(at - 8, b"\0")


def is_animated(image: bytes) -> bool:
    """True if the file is extended and has the flag for animations; raises IndexError if it is cut off."""
    return image[FIRST_CHUNK : FIRST_CHUNK + 4] == b"VP8X" and bool(image[FLAGS] & IS_ANIMATED)


def read_timeline(image: bytes, most: int) -> Timeline | None:
    """Read the timeline; raises ValueError if the file is cut off or has too many chunks."""
    if not is_animated(image):
        return None
    durations_ms: list[Fraction] = []
    plays, at = 0, FIRST_CHUNK
    end = 8 + int.from_bytes(image[4:8], "little")
    for _ in range(MAX_CHUNKS):
        if at >= end or len(durations_ms) == most:
            return Timeline(tuple(durations_ms), plays)
        kind, size, content = image[at : at + 4], int.from_bytes(image[at + 4 : at + 8], "little"), at + 8
        if kind == b"ANIM":
            plays = int.from_bytes(image[content + 4 : content + 6], "little")
        elif kind == b"ANMF":
            durations_ms.append(Fraction(int.from_bytes(image[content + 12 : content + 15], "little")))
        at = content + size + size % 2
        if content + size > len(image):
            break
    message = "the file is cut off, or in too many pieces"
    raise ValueError(message)


def is_lossless(image: bytes) -> bool:
    """True if the pixels of a file, of all its frames, are lossless (RFC 9649, 3); False if it is cut off."""
    kinds, at = set[bytes](), FIRST_CHUNK
    for _ in range(MAX_CHUNKS):
        kind, size = image[at : at + 4], int.from_bytes(image[at + 4 : at + 8], "little")
        kinds.add(kind)
        # The chunks of a frame are read one by one, like those of a still image.
        at += 8 + FRAME_HEADER if kind == b"ANMF" else 8 + size + size % 2
        if at >= len(image):
            break
    return b"VP8L" in kinds and b"VP8 " not in kinds


def with_alpha_flag(image: bytes) -> bytes:
    """Return an extended file with the flag for alpha set; any other file is returned as it is.

    libwebp sets the flag only if a frame has alpha, and not if opaque frames leave a part of the canvas uncovered.
    """
    if image[FIRST_CHUNK : FIRST_CHUNK + 4] != b"VP8X":
        return image
    return image[:FLAGS] + bytes([image[FLAGS] | HAS_ALPHA]) + image[FLAGS + 1 :]


PROBE = FormatProbe(read_size, read_timeline, repair)
