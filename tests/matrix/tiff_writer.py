"""Writes TIFFs (TIFF 6.0, BigTIFF) of any tags, bits, planes, tiles and compressions; tifffile does not write all."""

import lzma
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image

from tests.matrix.case import Samples

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 1, 2, 3, 4, 5, 7, 16
CODES = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "I", UNDEFINED: "B", LONG8: "Q"}
SUBFILE, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 254, 322, 323, 324, 325
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS, STRIP_COUNTS, PLANAR = 273, 274, 277, 278, 279, 284
PREDICTOR, COLORMAP, SUB_IFDS, EXTRA_SAMPLES, SAMPLE_FORMAT = 317, 320, 330, 338, 339
Tag = tuple[int, Sequence[int]]
Encode = Callable[[Samples], bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """A directory: tags, and strips or tiles, compressed; `below` are directories that it points to (SubIFDs)."""

    tags: Mapping[int, Tag]
    segments: Sequence[bytes]
    is_tiled: bool = False
    below: Sequence["Page"] = field(default=())


def page(
    samples: Samples,
    photometric: int,
    bits: int,
    *,
    order: str = "<",
    compression: int = 1,
    planar: int = 1,
    predictor: int = 1,
    tile: tuple[int, int] | None = None,
    rows: int = 7,
    encode: Encode | None = None,
    fill_order: int = 1,
    tags: Mapping[int, Tag | None] | None = None,
    below: Sequence[Page] = (),
) -> Page:
    """Make a page of samples (H, W, S); `tags` are added, take the place of others, or take them out (None)."""
    height, width, count = samples.shape
    compress = COMPRESSIONS[compression] if encode is None else bytes
    packed = encode or (lambda block: packs(block, bits, order, predictor))
    blocks = list(_blocks(samples, planar, tile, rows))
    segments = [reversed_bits(each, fill_order) for each in (compress(packed(block)) for block in blocks)]
    own: dict[int, Tag | None] = {
        WIDTH: (SHORT, [width]),
        LENGTH: (SHORT, [height]),
        BITS: (SHORT, [bits] * count),
        COMPRESSION: (SHORT, [compression]),
        PHOTOMETRIC: (SHORT, [photometric]),
        SAMPLES: (SHORT, [count]),
        PLANAR: (SHORT, [planar]),
    }
    own |= {TILE_WIDTH: (SHORT, [tile[1]]), TILE_LENGTH: (SHORT, [tile[0]])} if tile else {ROWS: (SHORT, [rows])}
    own |= {PREDICTOR: (SHORT, [predictor])} if predictor > 1 else {}
    own |= {FILL_ORDER: (SHORT, [fill_order])} if fill_order > 1 else {}
    own |= tags or {}
    return Page({tag: value for tag, value in own.items() if value}, segments, bool(tile), below)


def _blocks(samples: Samples, planar: int, tile: tuple[int, int] | None, rows: int) -> Iterator[Samples]:
    height, width, count = samples.shape
    planes = [samples] if planar == 1 else [samples[..., each : each + 1] for each in range(count)]
    for plane in planes:
        if tile is None:
            yield from (plane[top : top + rows] for top in range(0, height, rows))
            continue
        down, across = tile
        padded = np.pad(plane, ((0, -height % down), (0, -width % across), (0, 0)), "edge")
        for top in range(0, height, down):
            yield from (padded[top : top + down, left : left + across] for left in range(0, width, across))


def packs(block: Samples, bits: int, order: str, predictor: int = 1) -> bytes:
    """Pack samples, each row from a byte on; samples of other than whole bytes have their highest bit first."""
    if predictor == 2:
        block = np.concatenate([block[:, :1], np.diff(block, axis=1)], axis=1)  # modulo the type's range
    if block.dtype.kind == "f" and predictor == 3:
        return _float_predicted(block)
    if bits in {8, 16, 32, 64}:
        return block.astype(block.dtype.newbyteorder("<" if order == "<" else ">")).tobytes()
    rows = block.reshape(len(block), -1)
    high_first = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(high_first.reshape(len(block), -1).astype(np.uint8), axis=1).tobytes()


def _float_predicted(block: Samples) -> bytes:
    """Sort bytes by significance, then give differences (Adobe Photoshop TIFF Technical Note 3)."""
    big = block.astype(block.dtype.newbyteorder(">"))
    height, width, count = block.shape
    size = block.dtype.itemsize
    planes = np.frombuffer(big.tobytes(), np.uint8).reshape(height, width * count, size).transpose(0, 2, 1)
    flat = planes.reshape(height, -1)
    differences = flat.copy()
    differences[:, count:] = flat[:, count:] - flat[:, :-count]
    return differences.tobytes()


def reversed_bits(data: bytes, fill_order: int) -> bytes:
    """Exchange the highest and the lowest bit of each byte, and so on, where the fill order is 2."""
    if fill_order == 1:
        return data
    return np.packbits(np.unpackbits(np.frombuffer(data, np.uint8)).reshape(-1, 8)[:, ::-1]).tobytes()


def packbits(data: bytes) -> bytes:
    """Compress by PackBits, as literals (TIFF 6.0, section 9)."""
    pieces = (data[at : at + 128] for at in range(0, len(data), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


def lzw(data: bytes) -> bytes:
    """Compress by LZW, as literals of nine bits, and clear the table before codes grow (TIFF 6.0, section 13)."""
    codes: list[int] = []
    for at in range(0, len(data), 200):
        codes += [256, *data[at : at + 200]]
    bits = "".join(f"{code:09b}" for code in (*codes, 257))
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def zstd(data: bytes) -> bytes:
    """Wrap in a frame of Zstandard, as one block that is not compressed (RFC 8878, 3.1.1)."""
    header = bytes.fromhex("28b52ffd") + b"\xa0" + struct.pack("<I", len(data))
    return header + (1 | len(data) << 3).to_bytes(3, "little") + data


COMPRESSIONS: Mapping[int, Callable[[bytes], bytes]] = {
    1: bytes,
    5: lzw,
    8: zlib.compress,
    32773: packbits,
    32946: zlib.compress,
    34925: lzma.compress,
    50000: zstd,
}


def jpeg(mode: str, **options: object) -> Encode:
    """Make of a block of eight bits a JPEG of its own, which needs no tables elsewhere."""

    def encode(block: Samples) -> bytes:
        buffer = BytesIO()
        image = Image.frombytes(mode, (block.shape[1], block.shape[0]), block.tobytes())
        image.save(buffer, "JPEG", **{"quality": 100, "subsampling": 0, **options})
        return buffer.getvalue()

    return encode


def tiff(pages: Sequence[Page], order: str = "<", *, is_big: bool = False) -> bytes:
    """Write a file of pages."""
    head = b"II" if order == "<" else b"MM"
    word, number = ("Q", LONG8) if is_big else ("I", LONG)
    body = bytearray(
        head + struct.pack(f"{order}HHHQ", 43, 8, 0, 0) if is_big else head + struct.pack(f"{order}HI", 42, 0)
    )
    at_link = len(body) - struct.calcsize(word)
    for each in pages:
        at_link = _write(body, each, order, word, number, at_link)
    return bytes(body)


def _write(body: bytearray, each: Page, order: str, word: str, number: int, at_link: int) -> int:
    """Write a page behind what is there, link it, and give the place of the link to the next."""
    tags = dict(each.tags)
    offsets = []
    for segment in each.segments:
        body += b"\0" * (len(body) % 2)
        offsets.append(len(body))
        body += segment
    below = [_write_below(body, other, order, word, number) for other in each.below]
    places, counts = (TILE_OFFSETS, TILE_COUNTS) if each.is_tiled else (STRIP_OFFSETS, STRIP_COUNTS)
    tags.setdefault(places, (number, offsets))
    tags.setdefault(counts, (number, [len(segment) for segment in each.segments]))
    if below:
        tags[SUB_IFDS] = (number, below)
    wide = struct.calcsize(word)
    entries = bytearray()
    for tag, (kind, values) in sorted(tags.items()):
        content = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
        if len(content) > wide:
            body += b"\0" * (len(body) % 2)
            place = len(body)
            body += content
            content = struct.pack(order + word, place)
        count = len(values) // 2 if kind == RATIONAL else len(values)
        entries += struct.pack(f"{order}HH{word}", tag, kind, count) + content.ljust(wide, b"\0")
    body += b"\0" * (len(body) % 2)
    struct.pack_into(order + word, body, at_link, len(body))
    body += struct.pack(order + ("Q" if wide == 8 else "H"), len(tags)) + entries
    body += bytes(wide)
    return len(body) - wide


def _write_below(body: bytearray, each: Page, order: str, word: str, number: int) -> int:
    """Write a page that another points to, and give its place."""
    at = len(body)
    body += bytes(struct.calcsize(word))
    _write(body, each, order, word, number, at)
    place: int = struct.unpack_from(order + word, body, at)[0]
    return place
