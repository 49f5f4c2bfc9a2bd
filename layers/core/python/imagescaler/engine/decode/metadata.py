"""ICC profile, EXIF and XMP: what a file embeds beside its pixels."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Self

from PIL import ExifTags, Image

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Metadata, Options
from imagescaler.engine.decode.xmp import without_stale

FOLDERS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
COPYRIGHT = frozenset({ExifTags.Base.Artist, ExifTags.Base.Copyright})
# Tags that describe the picture; the others describe how the source file stores it, which the result does not.
DESCRIPTIVE = COPYRIGHT | {
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.HostComputer,
    ExifTags.Base.XResolution,
    ExifTags.Base.YResolution,
    ExifTags.Base.ResolutionUnit,
    ExifTags.Base.Rating,
    ExifTags.Base.XPTitle,
    ExifTags.Base.XPComment,
    ExifTags.Base.XPAuthor,
    ExifTags.Base.XPKeywords,
    ExifTags.Base.XPSubject,
}
SIZES = (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight)
UNREADABLE_XMP = "The XMP of the image is damaged or too large to be read: it was left out."


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """ICC profile, EXIF and XMP of a file, each None if the file has none.

    `warnings` are sentences for the client about what a result should have kept and lacks.
    """

    profile: bytes | None = None
    exif: Image.Exif | None = None
    xmp: bytes | None = None
    warnings: tuple[str, ...] = ()

    @property
    def exif_bytes(self) -> bytes | None:
        """EXIF as it is stored in a file."""
        return self.exif.tobytes() if self.exif is not None and has_tags(self.exif) else None

    def selected(self, options: Options, orientation: int, size: Size) -> Self:
        """Return what a result of this size embeds.

        Orientation, EXIF's number of the source, is kept only if the result is not auto-oriented.
        """
        match options.metadata:
            case Metadata.NONE:
                return type(self)(self.profile)
            case Metadata.COPYRIGHT:
                return type(self)(self.profile, with_tags(self.exif, COPYRIGHT))
        exif = with_tags(self.exif, DESCRIPTIVE)
        for folder in FOLDERS:
            if self.exif is not None and exif is not None and (tags := dict[int, Any](self.exif.get_ifd(folder))):
                tags |= zip(SIZES, size, strict=True) if SIZES[0] in tags else {}
                exif.get_ifd(folder).update(tags)
        if not options.auto_orient and orientation != 1:
            exif = Image.Exif() if exif is None else exif
            exif[ExifTags.Base.Orientation] = orientation
        xmp = without_stale(self.xmp) if self.xmp else None
        return replace(self, exif=exif, xmp=xmp, warnings=(UNREADABLE_XMP,) if self.xmp and not xmp else ())


NO_METADATA = EmbeddedMetadata()


def exif_of(image: Image.Image) -> bytes | None:
    """Return the EXIF of an opened image, None if it has none; in old PNGs it is written in hexadecimal digits."""
    match image.info:
        case {"exif": bytes() as exif}:
            return exif
        case {"Raw profile type exif": str() as text}:
            try:
                return bytes.fromhex("".join(text.split("\n")[3:]))
            except ValueError:
                return None
    return None


def read_metadata(image: Image.Image) -> EmbeddedMetadata:
    """Read EXIF and XMP of an opened image; damaged EXIF counts as none, as does XMP stored as numbers."""
    xmp = bytes_of(image, "xmp")
    try:
        exif = image.getexif()
        for folder in FOLDERS:
            exif.get_ifd(folder)
        exif.tobytes()
    except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
        return EmbeddedMetadata(None, None, xmp)
    return EmbeddedMetadata(None, exif if has_tags(exif) else None, xmp)


def has_tags(exif: Image.Exif) -> bool:
    """True if there are tags, be it in a folder alone, which Pillow does not count."""
    return bool(exif) or any(exif.get_ifd(folder) for folder in FOLDERS)


def with_tags(exif: Image.Exif | None, tags: AbstractSet[int]) -> Image.Exif | None:
    """Return a copy that has only these of the main tags, and no folders; None of None."""
    copy = Image.Exif()
    copy.update({tag: value for tag, value in (exif or {}).items() if tag in tags})
    return None if exif is None else copy


def without_tags(exif: Image.Exif, tags: AbstractSet[int]) -> Image.Exif:
    """Return a copy that has none of these tags."""
    copy = Image.Exif()
    copy.update({tag: value for tag, value in exif.items() if tag not in {*tags, *FOLDERS}})
    for folder in FOLDERS:
        if kept := {tag: value for tag, value in exif.get_ifd(folder).items() if tag not in tags}:
            copy.get_ifd(folder).update(kept)
    return copy


def bytes_of(image: Image.Image, name: str) -> bytes | None:
    """Return what a file embeds; None if it is neither bytes nor text, as in a TIFF whose field has another type."""
    match image.info.get(name):
        case bytes() as value:
            return value or None
        case str() as text:
            return text.encode(errors="replace")
    return None
