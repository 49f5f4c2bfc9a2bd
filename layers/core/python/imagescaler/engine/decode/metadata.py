"""ICC profile, EXIF and XMP: what a file embeds beside its pixels."""

from dataclasses import dataclass, replace
from typing import Any, Self

from PIL import ExifTags, Image

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Metadata, Options
from imagescaler.engine.decode.xmp import without_stale

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


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """ICC profile, EXIF and XMP of a file, each None if the file has none."""

    profile: bytes | None = None
    exif: Image.Exif | None = None
    xmp: bytes | None = None

    @property
    def exif_bytes(self) -> bytes | None:
        """EXIF as it is stored in a file."""
        return self.exif.tobytes() if self.exif else None

    def selected(self, options: Options, orientation: int, size: Size) -> Self:
        """Return what a result of this size embeds.

        Orientation, EXIF's number of the source, is kept only if the result is not auto-oriented.
        """
        match options.metadata:
            case Metadata.NONE:
                return type(self)(self.profile)
            case Metadata.COPYRIGHT:
                return type(self)(self.profile, _copied(self.exif, COPYRIGHT))
        exif = _copied(self.exif, DESCRIPTIVE)
        for folder in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            if self.exif is not None and exif is not None and (tags := dict[int, Any](self.exif.get_ifd(folder))):
                tags |= zip(SIZES, size, strict=True) if SIZES[0] in tags else {}
                exif.get_ifd(folder).update(tags)
        if not options.auto_orient and orientation != 1:
            exif = exif or Image.Exif()
            exif[ExifTags.Base.Orientation] = orientation
        return replace(self, exif=exif, xmp=without_stale(self.xmp) if self.xmp else None)


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
    """Read EXIF and XMP of an opened image; damaged EXIF counts as none."""
    xmp = image.info.get("xmp")
    xmp = xmp.encode() if isinstance(xmp, str) else xmp
    try:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)
        exif.get_ifd(ExifTags.IFD.GPSInfo)
        exif.tobytes()
    except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
        return EmbeddedMetadata(None, None, xmp)
    return EmbeddedMetadata(None, exif or None, xmp)


def _copied(exif: Image.Exif | None, tags: frozenset[int]) -> Image.Exif | None:
    copy = Image.Exif()
    copy.update({tag: value for tag, value in (exif or {}).items() if tag in tags})
    return copy if len(copy) or exif else None
