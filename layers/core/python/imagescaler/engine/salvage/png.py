"""What is left of a damaged PNG: its chunks up to where it is cut off (PNG, third edition, 5.3)."""

import re
import zlib
from collections.abc import Iterator

from PIL import Image

from imagescaler.engine.salvage.salvage import Grid, Salvage
from imagescaler.probe.formats.png import ANIMATION, CONTROL, DATA, FRAME_DATA
from imagescaler.probe.png_chunks import END, MAX_CHUNKS, SIGNATURE, chunk

Chunk = tuple[bytes, bytes]
KIND = re.compile(rb"[A-Za-z]{4}")
ANCILLARY, HEADER, EXIF = 0x20, b"IHDR", b"eXIf"
OF_ANIMATIONS, PIXELS = {ANIMATION, CONTROL, FRAME_DATA}, {DATA, FRAME_DATA}
# Of Adam7 (8.2), from the sixth pass to the first.
ADAM7: tuple[Grid, ...] = ((1, 2), (2, 2), (2, 4), (4, 4), (4, 8), (8, 8))


def salvage(data: bytes, _most_bytes: int) -> Salvage:
    """Keep the chunks that are there with right checksums, and as many frames of an animation as have pixels.

    EXIF comes before the pixels, since nothing behind them is read if they are damaged.
    """
    found = sorted(_with_frames(list(_chunks(data))), key=lambda each: {HEADER: 0, EXIF: 1}.get(each[0], 2))
    kept = b"".join((SIGNATURE, *(chunk(*each) for each in found), chunk(END, b"")))
    return Salvage.of(kept, grids=grids)


def grids(image: Image.Image) -> tuple[Grid, ...]:
    """Return the distances of pixels of an opened image after each pass but the last."""
    return ADAM7 if image.info.get("interlace") else ()


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks up to the end, and what is there of the pixels of one that is cut off."""
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 8 + length
        if kind == END or not KIND.fullmatch(kind):
            return
        content, is_cut = data[at + 8 : end], end + 4 > len(data)
        is_intact = zlib.crc32(content, zlib.crc32(kind)) == int.from_bytes(data[end : end + 4])
        if kind in PIXELS or (not is_cut and (is_intact or not kind[0] & ANCILLARY or kind in OF_ANIMATIONS)):
            yield kind, content
        if is_cut:
            return
        at = end + 4


def _with_frames(found: list[Chunk]) -> list[Chunk]:
    """Announce the frames that have pixels, and remove the others; an animation of one is none."""
    controls = [place for place, (kind, _) in enumerate(found) if kind == CONTROL]
    if controls and not any(kind in PIXELS for kind, _ in found[controls[-1] :]):
        found = found[: controls.pop()]
    if len(controls) < 2:  # noqa: PLR2004 - see above
        return [each for each in found if each[0] not in OF_ANIMATIONS]
    frames = len(controls).to_bytes(4)
    return [(kind, frames + content[4:] if kind == ANIMATION else content) for kind, content in found]
