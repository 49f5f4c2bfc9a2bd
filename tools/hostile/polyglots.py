"""Files of two formats at once: the signature alone counts, and nothing of the other file is in the result."""

from PIL import Image

from tests.pictures import chunk, encoded, png, riff, segment
from tools.hostile.bombs import flat_webp
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, STRANGE, Table, images
from tools.hostile.files import PICTURE, claiming, scan_bomb

JPEG, PNG = encoded(PICTURE, "JPEG"), encoded(PICTURE)
SCRIPT = b"<script>alert('marker-of-the-source')</script><?php system('id'); ?>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def phone(bomb: bytes) -> bytes:
    """Return a multi-picture file whose second picture is something else."""
    two = encoded(PICTURE, "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    return two[: two.rindex(b"\xff\xd8")] + bomb


TABLE: Table = {
    "JPEG with a script in a comment": (COMPLETED, lambda: JPEG[:2] + segment(0xFE, SCRIPT) + JPEG[2:]),
    "JPEG with a script behind it": (COMPLETED, lambda: JPEG + SCRIPT),
    "JPEG that is JavaScript too": (COMPLETED, lambda: JPEG[:2] + b"\xff\xe0\x2f\x2a" + bytes(0x2F28) + JPEG[20:]),
    "JPEG with a ZIP behind it": (COMPLETED, lambda: JPEG + b"PK\x03\x04" + bytes(999)),
    "JPEG with a bomb behind it": (COMPLETED, lambda: JPEG + scan_bomb(2_000)),
    "JPEG with a bomb as its thumbnail": (
        COMPLETED,
        lambda: JPEG[:2] + segment(0xE1, b"Exif\0\0" + scan_bomb(2_000)[:60_000]) + JPEG[2:],
    ),
    "JPEG whose second picture is a bomb": (COMPLETED, lambda: phone(scan_bomb(2_000))),
    "JPEG whose second picture claims 4 GP": (COMPLETED, lambda: phone(claiming("JPEG", 65_535, 65_535))),
    "PNG with a script in a text": (COMPLETED, lambda: png((1, 1), 8, 2, [b"\1\2\3"], chunk(b"tEXt", b"a\0" + SCRIPT))),
    "PNG with a script behind it": (COMPLETED, lambda: PNG + SCRIPT),
    "PNG with a virus' test": (COMPLETED, lambda: PNG + EICAR),
    "WebP with a script in a chunk": (
        COMPLETED,
        lambda: riff((b"VP8X", bytes(10)), (b"EXIF", SCRIPT), (b"VP8L", flat_webp(1, 1)[20:])),
    ),
    "JPEG behind a signature of PNG": (CORRUPT, lambda: b"\x89PNG\r\n\x1a\n" + JPEG),
    "PNG behind a signature of JPEG": (CORRUPT, lambda: b"\xff\xd8\xff" + PNG),
    "PNG behind a signature of WebP": (CORRUPT, lambda: b"RIFF\xff\0\0\0WEBP" + PNG),
    "JPEG behind the words of a GIF": (COMPLETED, lambda: b"GI" + JPEG),
    "JPEG in a PDF": (STRANGE, lambda: b"%PDF-1.7\n" + JPEG),
    "JPEG behind a mark of UTF-8": (COMPLETED, lambda: b"\xef\xbb\xbf" + JPEG),
    "JPEG behind a line end": (COMPLETED, lambda: b"\r\n" + JPEG),
    "PNG whose line ends were changed": (STRANGE, lambda: PNG.replace(b"\r\n", b"\n")),
    "PNG as text": (STRANGE, lambda: PNG.decode("latin-1").encode()),
    "JPEG in base64": (STRANGE, lambda: b"data:image/jpeg;base64,/9j/4AAQSkZJRg=="),
    "frame of a JPEG in a PNG": (FAILED_CORRUPT, lambda: PNG[:33] + JPEG[2:]),
}
CASES = [*images("polyglots", TABLE)]
