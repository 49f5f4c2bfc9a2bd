"""A PNG's pixels inflated by ISA-L, in half of zlib's time, and given to Pillow as blocks that it only copies."""

from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakMethod

from isal import isal_zlib
from PIL import Image, PngImagePlugin

from imagescaler.probe.formats.png import DATA
from imagescaler.probe.png_chunks import END, SIGNATURE

# A denser file spends more time on inflating than on the copies; flat drawings are inflated faster by zlib alone.
MIN_SHARE = 1 / 8  # of the bytes of its pixels
HEADER = b"\x78\x01"  # of a zlib stream (RFC 1950, 2.2)
DAMAGE: Any = isal_zlib.error  # which its stub declares as an instance
RAW = -15  # a stream without header and checksum: a wrong checksum of the stream alone costs no pixel
STORED = b"\x00"  # a block that is not the last one and not compressed (RFC 1951, 3.2.4)
MAX_STORED, MAX_READ, MAX_INFLATED = 2**16 - 1, 2**16, 2**20  # bytes


def inflate_faster(image: Image.Image, data: bytes) -> None:
    """Have an opened PNG inflated by ISA-L when it is decoded, if that is worth it.

    Where checksums of chunks are wrong, that of the stream decides whether pixels are, and zlib checks it.
    """
    pixels = image.width * image.height * len(image.getbands())
    if not isinstance(image, PngImagePlugin.PngImageFile) or len(data) < pixels * MIN_SHARE:
        return
    if _has_right_checksums(memoryview(data)):
        method = WeakMethod(image.load_read)  # else the image refers to itself, and stays in memory for longer

        def read(size: int) -> bytes:
            """Read compressed pixels as Pillow's plugin does."""
            bound = method()
            assert bound
            return bound(size)

        blocks = _stored_blocks(read)
        image.load_read = lambda _size: next(blocks, b"")  # type: ignore[assignment, method-assign]


def _has_right_checksums(data: memoryview) -> bool:
    """True if no chunk of pixels has a wrong checksum (PNG, third edition, 5.3)."""
    at, kind = len(SIGNATURE), b""
    while kind != END and at < len(data):
        kind, end = bytes(data[at + 4 : at + 8]), at + 8 + int.from_bytes(data[at : at + 4])
        if kind == DATA and isal_zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4]):
            return False
        at = end + 4
    return True


def _stored_blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield a zlib stream of stored blocks with the content of the one that `read` returns, at most a mebibyte at once.

    Raises OSError for a damaged stream, as Pillow does.
    """
    header = b""
    while len(header) < len(HEADER):  # chunks may have one byte
        header += (part := read(len(HEADER) - len(header)))
        if not part:
            return
    yield HEADER
    inflater = isal_zlib.decompressobj(RAW)
    while not inflater.eof:
        compressed = inflater.unconsumed_tail or read(MAX_READ)
        try:
            inflated = inflater.decompress(compressed, MAX_INFLATED)
        except DAMAGE as error:
            message = "the compressed pixels are damaged"
            raise OSError(message) from error
        if not inflated and not compressed:
            return
        if inflated:
            yield b"".join(_stored(memoryview(inflated)))


def _stored(content: memoryview) -> Iterator[bytes | memoryview]:
    for start in range(0, len(content), MAX_STORED):
        part = content[start : start + MAX_STORED]
        yield STORED + len(part).to_bytes(2, "little") + (len(part) ^ MAX_STORED).to_bytes(2, "little")
        yield part
