"""The orientation in EXIF (EXIF 2.32, tag 0x0112), which is a TIFF without pixels (TIFF 6.0, section 2)."""

import struct

from imagescaler.domain.geometry.turn import STEPS

HEAD = b"Exif\0\0"
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
ORIENTATION, ENTRY_BYTES, MAX_ENTRIES = 0x0112, 12, 1000
# The integers of one, two and four bytes, as struct has them, by EXIF's number of the type.
INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}


def orientation_of(exif: bytes) -> int:
    """Return the orientation, of any integer type, in the first directory; 1 if there is none or EXIF is damaged."""
    start = len(HEAD) if exif.startswith(HEAD) else 0
    order = ORDERS.get(exif[start : start + 4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, start + 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, start + directory)
        for entry in range(min(entries, MAX_ENTRIES)):
            at = start + directory + 2 + ENTRY_BYTES * entry
            tag, kind, count = struct.unpack_from(f"{order}HHI", exif, at)
            if tag == ORIENTATION and kind in INTEGERS and count == 1:
                (number,) = struct.unpack_from(order + INTEGERS[kind], exif, at + 8)
                return number if number in STEPS else 1
    except struct.error:
        pass
    return 1
