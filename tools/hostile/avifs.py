"""AVIFs whose boxes are false, repeated or missing (ISO/IEC 14496-12, 23008-12)."""

import struct
from functools import partial

from PIL import Image

from tests.avif_files import Coded, avif, sequence
from tests.pictures import encoded
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, TOO_LARGE, Table, images
from tools.hostile.files import PICTURE, claiming

HONEST = encoded(PICTURE, "AVIF")
ANIMATED = encoded(PICTURE, "AVIF", save_all=True, append_images=[Image.new("RGB", PICTURE.size)] * 3)

LARGE = Image.new("RGB", (4_000, 3_000), "teal")
HIDDEN = 3_000


def frames(hidden: int = HIDDEN) -> bytes:
    """Return the frames of an item or a sample, of which the last is shown."""
    coded = Coded.of(LARGE)
    return coded.sequence() + coded.hidden * hidden + coded.shown


def patched(name: bytes, offset: int, replacement: bytes, data: bytes = HONEST) -> bytes:
    """Replace bytes of a box; `offset` counts from its name."""
    at = data.index(name) + offset
    return data[:at] + replacement + data[at + len(replacement) :]


def box(name: bytes, data: bytes = b"") -> bytes:
    """Return a box."""
    return struct.pack(">I", len(data) + 8) + name + data


def nested(depth: int) -> bytes:
    """Return boxes in boxes."""
    data = b""
    for _ in range(depth):
        data = box(b"meta", b"\0\0\0\0" + data)
    return HONEST[:32] + data


def described(count: int) -> bytes:
    """Return a picture of one item, with items of EXIF that are all of the file."""
    parts = {name: HONEST.index(name) - 4 for name in (b"meta", b"iloc", b"iinf", b"mdat")}
    old = {name: HONEST[at : at + int.from_bytes(HONEST[at : at + 4])] for name, at in parts.items()}
    entries = (box(b"infe", struct.pack(">IHH4sB", 2 << 24, 2 + number, 0, b"Exif", 0)) for number in range(count))
    infos = box(b"iinf", bytes(4) + struct.pack(">H", 1 + count) + old[b"iinf"][14:] + b"".join(entries))
    start = 8 + parts[b"mdat"] + len(infos) - len(old[b"iinf"]) + 14 * (1 + count) + 16 - len(old[b"iloc"])
    extents = [(1, start, len(old[b"mdat"]) - 8), *((2 + number, 0, 0) for number in range(count))]
    places = b"".join(struct.pack(">HHHII", item, 0, 1, at, length) for item, at, length in extents)
    located = box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", 1 + count) + places)
    meta = old[b"meta"][8:].replace(old[b"iloc"], located).replace(old[b"iinf"], infos)
    return HONEST[: parts[b"meta"]] + box(b"meta", meta) + old[b"mdat"] + box(b"free", bytes(3 << 20))


TABLE: Table = {
    "of 65,535 x 65,535 in a header": (TOO_LARGE, partial(claiming, "AVIF", 65_535, 65_535)),
    "of 4 G x 4 G in a header": (TOO_LARGE, partial(claiming, "AVIF", 2**32 - 1, 2**32 - 1)),
    "of another size than its picture": (COMPLETED, partial(claiming, "AVIF", 640, 480)),
    "of no width": (CORRUPT, partial(patched, b"ispe", 8, bytes(4))),
    "of 12 MP": (COMPLETED, lambda: encoded(Image.new("RGB", (4_000, 3_000)), "AVIF", speed=10)),
    "without a picture": (FAILED_CORRUPT, lambda: HONEST[: HONEST.index(b"mdat") + 4]),
    "with a picture of zeros": (FAILED_CORRUPT, lambda: HONEST[: HONEST.index(b"mdat") + 4] + bytes(len(HONEST))),
    "with a picture of noise": (FAILED_CORRUPT, partial(patched, b"mdat", 12, b"\xff" * 200)),
    "with a box of 4 GB": (FAILED_CORRUPT, partial(patched, b"meta", -4, b"\xff" * 4)),
    "with a box of no length": (CORRUPT, partial(patched, b"meta", -4, b"\0\0\0\2")),
    "with a place beyond its end": (FAILED_CORRUPT, partial(patched, b"iloc", 16, b"\xff" * 8)),
    "with a strange codec": (FAILED_CORRUPT, partial(patched, b"av01", 0, b"hvc1")),
    "with 10,000 boxes in boxes": (CORRUPT, partial(nested, 10_000)),
    "with 400,000 empty boxes": (COMPLETED, lambda: HONEST + box(b"free") * 400_000),
    "with a tail": (COMPLETED, lambda: HONEST + box(b"free", b"marker-of-the-source")),
    "of four pictures": (COMPLETED, lambda: ANIMATED),
    "of 4 G pictures": (FAILED_CORRUPT, partial(patched, b"stsz", 12, b"\xff" * 4, ANIMATED)),
    "of 3,000 hidden pictures": (FAILED_CORRUPT, lambda: avif(frames(), LARGE.size)),
    "of 3,000 hidden pictures of a stated pixel": (FAILED_CORRUPT, lambda: avif(frames(), (1, 1))),
    "of 3,000 hidden pictures of alpha": (FAILED_CORRUPT, lambda: avif(frames(), LARGE.size, alpha=frames())),
    "of frames with 3,000 hidden ones": (FAILED_CORRUPT, lambda: sequence(LARGE, [frames(), frames()])),
    "of 12 MP that are stated to be a pixel": (COMPLETED, lambda: avif(frames(0), (1, 1))),
    "with 900 times all of it as EXIF": (COMPLETED, partial(described, 900)),
    "cut in half": (CORRUPT, lambda: HONEST[: len(HONEST) // 2]),
}
CASES = [*images("AVIFs", TABLE)]
