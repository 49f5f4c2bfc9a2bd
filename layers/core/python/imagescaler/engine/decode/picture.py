"""A decoded picture, as it lies in its file; what is drawn from it may be several results."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import ExifTags, Image

from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.geometry.shrink_on_load import needed
from imagescaler.domain.geometry.turn import STEPS, Size, Turn
from imagescaler.domain.options import Options
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata, read_metadata
from imagescaler.engine.pixels.modes import normalized
from imagescaler.engine.pixels.orientation import turned
from imagescaler.engine.pixels.transparency import cleared_around, covered_part


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels and what is known of them; `shrink` is by how much a scaled decode made each side smaller.

    `operations` are what made pixels of the file.
    """

    image: Image.Image
    stored: Size
    orientation: int = 1
    shrink: tuple[float, float] = (1.0, 1.0)
    profile: bytes | None = None
    metadata: EmbeddedMetadata = NO_METADATA
    operations: tuple[str, ...] = ()


def orientation_of(image: Image.Image) -> int:
    """Read how a picture lies (EXIF 2.32, tag 0x0112); damaged metadata says nothing."""
    if image.format == "PNG":
        image.load()  # the metadata may follow the pixels
    try:
        number = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
        number = 1
    return number if number in STEPS else 1


def stored_size(image: Image.Image, orientation: int) -> Size:
    """Give the size that an opened image has in its file; Pillow tells a TIFF's upright one."""
    return Turn(orientation).size(image.size) if image.format == "TIFF" else image.size


def decode(
    image: Image.Image, orientation: int, wishes: Iterable[tuple[Plan, Options]], *, is_deep: bool = False
) -> Picture:
    """Decode an opened image once for all plans, a JPEG no larger than the largest of them needs.

    `is_deep` says that it has colors of sixteen bits, of which eight are read.
    """
    stored, profile = stored_size(image, orientation), image.info.get("icc_profile")
    draft = image.draft(None, needed(stored, wishes))
    metadata, covered = read_metadata(image), covered_part(image)
    image.load()
    pixels = normalized(image)
    if covered:
        pixels = cleared_around(pixels, covered)
    if image.format == "TIFF":  # Pillow has turned it upright already; here it lies as all others do
        pixels = turned(pixels, Turn(orientation).inverse)
    shrink = (stored[0] / draft[1][2], stored[1] / draft[1][3]) if draft else (1.0, 1.0)
    scaled, depth = f" 1/{shrink[0]:g}" if shrink[0] > 1 else "", ", 8 of 16 bits" if is_deep else ""
    decoding = f"decode {str(image.format).lower()}{scaled}{depth}"
    converting = [f"convert {image.mode} to {pixels.mode}"] if image.mode != pixels.mode else []
    return Picture(pixels, stored, orientation, shrink, profile, metadata, (decoding, *converting))
