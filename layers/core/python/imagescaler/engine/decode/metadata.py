"""What a file says beside its pixels: EXIF and XMP, of which the result gets what was asked for."""

from dataclasses import dataclass, replace
from typing import Any, Self

from PIL import ExifTags, Image

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Metadata, Options

COPYRIGHT = frozenset({ExifTags.Base.Artist, ExifTags.Base.Copyright})
# What describes the picture; the rest describes how the source file stores it, which is no longer true.
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
    """EXIF and XMP; `orientation` is the number that EXIF gives, where the result is not turned by it."""

    exif: Image.Exif | None = None
    xmp: bytes | None = None

    def chosen(self, options: Options, orientation: int, size: Size) -> Self:
        """Give what a result of this size carries; it says how the picture lies only if that was left as it was."""
        match options.metadata:
            case Metadata.NONE:
                return type(self)()
            case Metadata.COPYRIGHT:
                return type(self)(_copied(self.exif, COPYRIGHT))
        exif = _copied(self.exif, DESCRIPTIVE)
        for folder in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            if self.exif is not None and exif is not None and (tags := dict[int, Any](self.exif.get_ifd(folder))):
                tags |= zip(SIZES, size, strict=True) if SIZES[0] in tags else {}
                exif.get_ifd(folder).update(tags)
        if not options.auto_orient and orientation != 1:
            exif = exif or Image.Exif()
            exif[ExifTags.Base.Orientation] = orientation
        return replace(self, exif=exif)


NO_METADATA = EmbeddedMetadata()


def read_metadata(image: Image.Image) -> EmbeddedMetadata:
    """Read EXIF and XMP of a loaded image; what is damaged is not there."""
    xmp = image.info.get("xmp")
    try:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)
        exif.get_ifd(ExifTags.IFD.GPSInfo)
        exif.tobytes()
    except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
        return EmbeddedMetadata(None, _bytes(xmp))
    return EmbeddedMetadata(exif or None, _bytes(xmp))


def _bytes(text: bytes | str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text


def _copied(exif: Image.Exif | None, tags: frozenset[int]) -> Image.Exif | None:
    copy = Image.Exif()
    copy.update({tag: value for tag, value in (exif or {}).items() if tag in tags})
    return copy if len(copy) or exif else None
