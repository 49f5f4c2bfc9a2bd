"""How a WebP that stands still holds its picture (RFC 9649, 2.5 to 2.7, and RFC 6386, 9.1)."""

from dataclasses import dataclass
from typing import Self

FIRST_CHUNK, CHUNK_HEADER = 12, 8
# Profile, animation, alpha and what nobody knows may come before the picture; real files have some of these.
MAX_CHUNKS = 100
LOSSY, LOSSLESS = b"VP8 ", b"VP8L"
# The first three bytes of a frame hold, above five flags, the size of its first partition.
TAG_BYTES, FLAG_BITS = 3, 5


@dataclass(frozen=True, slots=True)
class WebpHeader:
    """Whether each pixel is kept; if not, in how many bytes the file says how each block of 16 x 16 is predicted."""

    is_lossless: bool = False
    prediction_bytes: int = 0

    @classmethod
    def of(cls, image: bytes) -> Self | None:
        r"""Read it; None where no picture is found: in an animation, or in a file that is cut off.

        >>> WebpHeader.of(b"RIFF....WEBPVP8 ....\xf0\x82\x34")
        WebpHeader(is_lossless=False, prediction_bytes=107543)
        """
        at = FIRST_CHUNK
        for _ in range(MAX_CHUNKS):
            kind, size = image[at : at + 4], int.from_bytes(image[at + 4 : at + CHUNK_HEADER], "little")
            if kind == LOSSLESS:
                return cls(is_lossless=True)
            if kind == LOSSY:
                tag = image[at + CHUNK_HEADER : at + CHUNK_HEADER + TAG_BYTES]
                return cls(prediction_bytes=int.from_bytes(tag, "little") >> FLAG_BITS)
            at += CHUNK_HEADER + size + size % 2
        return None
