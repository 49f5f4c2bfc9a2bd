"""HEICs as phones write them: a grid of tiles, turned, with a thumbnail and a gain map (ISO/IEC 23008-12)."""

import struct
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image

from tests.bits import bits_of, bytes_of

TILE = 512
GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap\0"
PICTURE_PARAMETERS, PICTURE_SLICES = 34, 32  # types of units: one, and the first beyond those of slices
START_CODE = b"\0\0\0\1"  # before each unit of a stream of HEVC (H.265, annex B)


def box(kind: bytes, content: bytes, version: int | None = None, flags: int = 0) -> bytes:
    """Return a box, with a version and flags if it has them."""
    head = b"" if version is None else bytes([version]) + flags.to_bytes(3)
    return struct.pack(">I4s", 8 + len(head) + len(content), kind) + head + content


def boxes(data: bytes) -> dict[bytes, bytes]:
    """Return the contents of boxes in a row by their kinds, of which each occurs once."""
    found, at = {}, 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found[kind], at = data[at + 8 : at + size], at + size
    return found


def places(contents: list[bytes], start: int) -> bytes:
    """Return the box that says where the items' contents are, one behind the other (14496-12, 8.11.3)."""
    located = b""
    for number, content in enumerate(contents, 1):
        located += struct.pack(">HHHII", number, 0, 1, start, len(content))
        start += len(content)
    return box(b"iloc", b"\x44\0" + struct.pack(">H", len(contents)) + located, 0)


@dataclass(frozen=True, slots=True)
class Coded:
    """A picture as HEVC: the box of its parameters, and the units of its data with their lengths."""

    parameters: bytes
    data: bytes

    @classmethod
    def of(cls, image: Image.Image, bits: int = 8) -> "Coded":
        """Code an image, with its chroma at half the resolution."""
        if bits > 8:
            deep = (np.asarray(image).astype(np.uint16) << 8) + np.asarray(image)
            file = pillow_heif.from_bytes("RGB;16", image.size, deep.tobytes())
        else:
            file = pillow_heif.from_pillow(image)
        buffer = BytesIO()
        file.save(buffer, quality=92, chroma=420, matrix_coefficients=6, full_range_flag=1)
        whole = boxes(buffer.getvalue())
        properties = boxes(boxes(boxes(whole[b"meta"][4:])[b"iprp"])[b"ipco"])
        return cls(properties[b"hvcC"], whole[b"mdat"])

    @property
    def units(self) -> list[bytes]:
        """The units of the parameters and those of the data."""
        units, at = [], 23
        for _ in range(self.parameters[22]):
            (count,) = struct.unpack_from(">H", self.parameters, at + 1)
            at += 3
            for _ in range(count):
                (size,) = struct.unpack_from(">H", self.parameters, at)
                units.append(self.parameters[at + 2 : at + 2 + size])
                at += 2 + size
        at = 0
        while at < len(self.data):
            (size,) = struct.unpack_from(">I", self.data, at)
            units.append(self.data[at + 4 : at + 4 + size])
            at += 4 + size
        return units

    @property
    def stream(self) -> bytes:
        """The picture as a stream, which decoders of video read."""
        return b"".join(START_CODE + unit for unit in self.units)

    def hiding(self, count: int) -> "Coded":
        """Return the picture behind itself, so many times, as pictures that are not put out (H.265, 7.4.7.1)."""
        [parameters] = [each for each in self.units if kind_of(each) == PICTURE_PARAMETERS]
        [shown] = [each for each in self.units if kind_of(each) < PICTURE_SLICES]
        slices = with_output_flag(shown, is_shown=False), with_output_flag(shown, is_shown=True)
        data = [struct.pack(">I", len(each)) + each for each in slices]
        old, new = (struct.pack(">H", len(each)) + each for each in (parameters, with_output_flags(parameters)))
        return Coded(self.parameters.replace(old, new), data[0] * count + data[1])


def kind_of(unit: bytes) -> int:
    """Return the type of a unit (7.4.2.2)."""
    return unit[0] >> 1 & 0x3F


def payload(unit: bytes) -> str:
    """Return the bits of a unit behind its head, without the bytes that keep start codes out (7.3.1.1)."""
    return bits_of(unit[2:].replace(b"\0\0\3", b"\0\0"))


def with_payload(unit: bytes, bits: str) -> bytes:
    """Return a unit with another payload."""
    found = bytearray()
    for each in bytes_of(bits):
        if found[-2:] == b"\0\0" and each < 4:
            found.append(3)
        found.append(each)
    return unit[:2] + bytes(found)


def after_number(bits: str, at: int) -> int:
    """Return the place behind a number of the kind ue(v) (9.2)."""
    return 2 * bits.index("1", at) - at + 1


def with_output_flags(parameters: bytes) -> bytes:
    """Have the slices of a picture state whether it is put out, with seven reserved bits, together a byte (7.3.2.3)."""
    bits = payload(parameters)
    at = after_number(bits, after_number(bits, 0))
    assert bits[at : at + 5] == "00000"
    return with_payload(parameters, bits[: at + 1] + "1" + "111" + bits[at + 5 :])


def with_output_flag(unit: bytes, *, is_shown: bool) -> bytes:
    """Put the bits of `with_output_flags` into the first slice of a picture that refers to no other (7.3.6.1)."""
    bits = payload(unit)
    at = after_number(bits, 2)
    end = after_number(bits, at)
    return with_payload(unit, bits[:at] + 7 * "0" + bits[at:end] + str(int(is_shown)) + bits[end:])


def tiles_of(image: Image.Image) -> list[Image.Image]:
    """Return the tiles row by row; those at the edges repeat the last pixels."""
    width, height = (-(-side // TILE) * TILE for side in image.size)
    padding = ((0, height - image.height), (0, width - image.width), (0, 0))
    padded = Image.fromarray(np.pad(np.asarray(image), padding, mode="edge"))
    corners = [(left, top) for top in range(0, height, TILE) for left in range(0, width, TILE)]
    return [padded.crop((left, top, left + TILE, top + TILE)) for left, top in corners]


def phone_heic(image: Image.Image, tiles: list[Coded], quarters: int = 0, profile: bytes = b"") -> bytes:
    """Return a file of the coded tiles of an image, that is shown turned counterclockwise by so many quarters.

    Its thumbnail and its gain map are white, so that they are told from the picture.
    """
    rows, columns = -(-image.height // TILE), -(-image.width // TILE)
    white = Coded.of(Image.new("RGB", (160, 120), "white"))
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *image.size)
    contents = [*(tile.data for tile in tiles), white.data, white.data, grid]
    count = len(tiles)
    thumbnail, gain_map, shown = count + 1, count + 2, count + 3
    names = [b"hvc1"] * (count + 2) + [b"grid"]
    entries = [
        box(b"infe", struct.pack(">HH4sx", number, 0, name), 2, number != shown) for number, name in enumerate(names, 1)
    ]
    references = [
        box(b"dimg", struct.pack(f">HH{count}H", shown, count, *range(1, count + 1))),
        box(b"thmb", struct.pack(">HHH", thumbnail, 1, shown)),
        box(b"auxl", struct.pack(">HHH", gain_map, 1, shown)),
    ]
    properties = [
        box(b"hvcC", tiles[0].parameters),
        box(b"ispe", struct.pack(">II", TILE, TILE), 0),
        box(b"ispe", struct.pack(">II", *image.size), 0),
        box(b"irot", bytes([quarters])),
        box(b"colr", b"prof" + profile) if profile else box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)),
        box(b"hvcC", white.parameters),
        box(b"ispe", struct.pack(">II", 160, 120), 0),
        box(b"auxC", GAIN_MAP, 0),
    ]
    uses = [b"\x81\x02\x05"] * count + [b"\x86\x07", b"\x86\x07\x88", b"\x03\x84\x05"]
    associations = b"".join(struct.pack(">HB", number, len(use)) + use for number, use in enumerate(uses, 1))
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        return box(
            b"meta",
            box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
            + box(b"pitm", struct.pack(">H", shown), 0)
            + box(b"iinf", struct.pack(">H", len(entries)) + b"".join(entries), 0)
            + box(b"iref", b"".join(references), 0)
            + box(
                b"iprp",
                box(b"ipco", b"".join(properties)) + box(b"ipma", struct.pack(">I", len(uses)) + associations, 0),
            )
            + places(contents, start),
            0,
        )

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", b"".join(contents))


def overlay(image: Image.Image, count: int) -> bytes:
    """Return a file of so many items with the same data, laid over each other (6.6.2.2)."""
    coded, shown = Coded.of(image), count + 1
    laid = struct.pack(">BB4HHH", 0, 0, 0, 0, 0, 65535, *image.size) + bytes(4 * count)
    names = [*[b"hvc1"] * count, b"iovl"]
    entries = [
        box(b"infe", struct.pack(">HH4sx", number, 0, name), 2, number != shown) for number, name in enumerate(names, 1)
    ]
    properties = box(b"hvcC", coded.parameters) + box(b"ispe", struct.pack(">II", *image.size), 0)
    uses = b"".join(struct.pack(">HB", number, 2) + b"\x81\x02" for number in range(1, shown))
    associations = struct.pack(">I", shown) + uses + struct.pack(">HB", shown, 1) + b"\x02"
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        places = [(start, len(coded.data))] * count + [(start + len(coded.data), len(laid))]
        located = b"".join(struct.pack(">HHHII", number, 0, 1, *place) for number, place in enumerate(places, 1))
        return box(
            b"meta",
            box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
            + box(b"pitm", struct.pack(">H", shown), 0)
            + box(b"iinf", struct.pack(">H", shown) + b"".join(entries), 0)
            + box(b"iref", box(b"dimg", struct.pack(f">HH{count}H", shown, count, *range(1, shown))), 0)
            + box(b"iprp", box(b"ipco", properties) + box(b"ipma", associations, 0))
            + box(b"iloc", b"\x44\0" + struct.pack(">H", shown) + located, 0),
            0,
        )

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", coded.data + laid)


def heic(coded: Coded, size: tuple[int, int]) -> bytes:
    """Return a file of one item that states a size."""
    return heif(b"heic", b"hvc1", box(b"hvcC", coded.parameters), coded.data, size)


def heif(
    brand: bytes, kind: bytes, configuration: bytes, data: bytes, size: tuple[int, int], alpha: bytes = b""
) -> bytes:
    """Return a file of an item that states a size, with another one for its alpha."""
    contents = [data, alpha] if alpha else [data]
    properties = [
        box(b"ispe", struct.pack(">II", *size), 0),
        box(b"pixi", b"\3\x08\x08\x08", 0),
        configuration,
        box(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", 0),
    ]
    uses = [b"\x01\x02\x83", b"\x01\x02\x83\x84"][: len(contents)]
    associations = b"".join(struct.pack(">HB", number, len(use)) + use for number, use in enumerate(uses, 1))
    entries = [box(b"infe", struct.pack(">HH4sx", number, 0, kind), 2) for number in range(1, 1 + len(contents))]
    head = box(b"ftyp", brand + b"\0\0\0\0mif1miaf" + brand)

    def meta(start: int) -> bytes:
        return box(
            b"meta",
            box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
            + box(b"pitm", b"\0\1", 0)
            + places(contents, start)
            + box(b"iinf", struct.pack(">H", len(entries)) + b"".join(entries), 0)
            + (box(b"iref", box(b"auxl", struct.pack(">HHH", 2, 1, 1)), 0) if alpha else b"")
            + box(
                b"iprp",
                box(b"ipco", b"".join(properties)) + box(b"ipma", struct.pack(">I", len(uses)) + associations, 0),
            ),
            0,
        )

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", b"".join(contents))
