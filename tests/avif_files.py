"""AVIFs whose items hold other frames than one that is shown (AV1 specification, 5.9; ISO/IEC 23008-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from tests.bits import bits_of, bytes_of
from tests.heic_files import box, heif

DELIMITER, SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1 << 4 | 2, 1 << 3 | 2, 3 << 3 | 2, 6 << 3 | 2
SIDE_BITS = 15  # with those that a hidden key frame has besides, they are whole bytes


def unit(head: int, content: bytes = b"") -> bytes:
    """Return a unit with its length in as many bytes as it takes."""
    length, left = [len(content) & 127], len(content) >> 7
    while left:
        length[-1] |= 128
        length.append(left & 127)
        left >>= 7
    return bytes([head, *length]) + content


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        head, at, size, shift = data[at], at + 1, 0, 0
        while True:
            size |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                break
        yield head, data[at : at + size]
        at += size


@dataclass(frozen=True, slots=True)
class Coded:
    """A picture of one color as AV1: a shown key frame, and the bits of the header of its sequence."""

    size: tuple[int, int]
    sequence_bits: str
    frame: bytes

    @classmethod
    def of(cls, image: Image.Image) -> "Coded":
        """Code an image as the first one of a sequence, whose headers are not reduced."""
        buffer = BytesIO()
        image.save(buffer, "AVIF", quality=30, speed=10, save_all=True, append_images=[image])
        data = buffer.getvalue()
        units = list(_units(data[data.index(b"mdat") + 4 :]))
        sequence = next(content for head, content in units if head == SEQUENCE_HEADER)
        return cls(image.size, bits_of(sequence).rstrip("0"), next(content for head, content in units if head == FRAME))

    def sequence(self, size: tuple[int, int] | None = None) -> bytes:
        """Return the unit of the sequence's header, with sides of 15 bits, which may state another size."""
        level = 5 + 2 + 5 + 12
        at = level + 5 + (int(self.sequence_bits[level : level + 5], 2) > 7)
        after = at + 8 + sum(int(self.sequence_bits[each : each + 4], 2) + 1 for each in (at, at + 4))
        sides = "".join(f"{side - 1:0{SIDE_BITS}b}" for side in size or self.size)
        stated = f"{SIDE_BITS - 1:04b}" * 2 + sides
        return unit(SEQUENCE_HEADER, bytes_of(self.sequence_bits[:at] + stated + self.sequence_bits[after:]))

    @property
    def shown(self) -> bytes:
        """The unit of the frame."""
        return unit(FRAME, self.frame)

    @property
    def hidden(self) -> bytes:
        """The unit of the frame that is not shown, but kept for all references, and states its size itself."""
        bits = bits_of(self.frame)
        # `disable_cdf_update`, `allow_screen_content_tools` and, if these are allowed, `force_integer_mv`
        tools = bits[4 : 7 if bits[5] == "1" else 6]
        at = 4 + len(tools)
        order, sides = bits[at + 1 : at + 8], "".join(f"{side - 1:0{SIDE_BITS}b}" for side in self.size)
        return unit(FRAME, bytes_of("0000" + "11" + tools + "1" + order + 8 * "1" + sides + bits[at + 8 :]))

    @property
    def earlier(self) -> bytes:
        """The unit that shows a frame that was hidden."""
        return unit(FRAME_HEADER, b"\x88")


def avif(data: bytes, size: tuple[int, int], alpha: bytes = b"") -> bytes:
    """Return a file of an item that states a size, with another one for its alpha."""
    return heif(b"avif", b"av01", box(b"av1C", b"\x81\x0c\x0c\0"), data, size, alpha)


def sequence(image: Image.Image, samples: list[bytes]) -> bytes:
    """Return a file of two frames, whose samples are replaced."""
    buffer = BytesIO()
    image.save(buffer, "AVIF", quality=30, speed=10, save_all=True, append_images=[image])
    data, content = bytearray(buffer.getvalue()), b"".join(samples)
    struct.pack_into(">II", data, data.index(b"stsz") + 16, *(len(each) for each in samples))
    struct.pack_into(">I", data, data.index(b"stco") + 12, len(data) + 8)
    return bytes(data) + box(b"mdat", content)
