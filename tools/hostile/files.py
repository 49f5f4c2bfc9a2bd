"""Small files that claim large sizes, cause repeated work, or pretend to be of another format."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.pictures import chunk, encoded, photograph, png, riff, segment

PICTURE = Image.open(BytesIO(photograph())).convert("RGB").resize((48, 32))
START_OF_SCAN, END = b"\xff\xda", b"\xff\xd9"
RESTART_AFTER_EACH_UNIT = segment(0xDD, b"\0\x01")


def claiming(form: str, width: int, height: int) -> bytes:
    """Return a file of under a kilobyte whose header claims a size."""
    match form:
        case "JPEG":
            honest = encoded(PICTURE, "JPEG", quality=20)
            at = honest.index(b"\xff\xc0") + 5
            return honest[:at] + struct.pack(">HH", height, width) + honest[at + 4 :]
        case "PNG":
            return png((width, height), 8, 2, [b""])
        case "GIF":
            return b"GIF89a" + struct.pack("<HH3xcHHHHx", width, height, b",", 0, 0, width, height) + b"\2\2D\1\0;"
        case "TIFF":
            tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1}
            entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
            return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)
        case "AVIF":
            honest = encoded(PICTURE, "AVIF", quality=20)
            at = honest.index(b"ispe") + 8
            return honest[:at] + struct.pack(">II", width, height) + honest[at + 8 :]
        case _:
            canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
            return riff((b"VP8X", canvas), (b"VP8L", b"\x2f" + bytes(20)))


def scan_bomb(scans: int) -> bytes:
    """Repeat the last scan of a progressive JPEG until it has so many."""
    data, starts = _progressive()
    return data + data[starts[-1] :] * (scans - len(starts)) + END


def hidden_scans(scans: int) -> bytes:
    """Hide scans behind a reserved marker and a false length: a decoder that looks for a restart reads on behind it."""
    data, starts = _progressive()
    header = data[starts[-1] :][: 2 + int.from_bytes(data[starts[-1] + 2 :][:2])]
    hiding = header + b"\xff\x02\xfe\xfe"
    return data[: starts[0]] + RESTART_AFTER_EACH_UNIT + data[starts[0] :] + hiding + (header + bytes(2)) * scans + END


def arithmetic(side: int, scans: int) -> bytes:
    """Return an arithmetic-coded progressive JPEG with scans of a few bytes, the slowest that was found."""
    data = bytes.fromhex("55807f8085fee87f7faa7f00fe80aafe8055b003")
    frame = segment(0xCA, b"\x08" + struct.pack(">HH", side, side) + b"\1\1\x11\0")
    first, further = (segment(0xDA, b"\1\1\0" + band + b"\0") + data for band in (b"\0\0", b"\1\x3f"))
    return b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + frame + first + further * (scans - 1) + END


def _progressive() -> tuple[bytes, list[int]]:
    data = encoded(PICTURE, "JPEG", progressive=True).removesuffix(END)
    return data, [at for at in range(len(data)) if data.startswith(START_OF_SCAN, at)]


def in_pieces(count: int) -> bytes:
    """Return a JPEG with so many empty segments before its picture."""
    return b"\xff\xd8" + segment(0xE3, b"") * count + encoded(PICTURE, "JPEG")[2:]


def padded(count: int) -> bytes:
    """Return a JPEG with so many fill bytes before its picture."""
    return b"\xff\xd8" + b"\xff" * count + encoded(PICTURE, "JPEG")[2:]


def bomb_in_text(kind: bytes) -> bytes:
    """Return a PNG whose text or profile unpacks to a hundred megabytes."""
    squeezed = zlib.compress(bytes(100_000_000), 9)
    head = {b"iTXt": b"key\0\x01\0\0\0", b"zTXt": b"key\0\0", b"iCCP": b"key\0\0"}[kind]
    return png((1, 1), 8, 2, [b"\1\2\3"], chunk(kind, head + squeezed))
