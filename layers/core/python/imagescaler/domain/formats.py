"""The image formats: one row for each, with every fact that the code outside the codecs needs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

SMALL_AVIF_PIXELS = 1_000_000  # up to here an AVIF is encoded with more care, which takes four times as long


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatInfo:
    """Facts about a format.

    `signature` matches the first bytes of a file; a format in ISO boxes is recognized by its `brands`, too (ISO/IEC
    14496-12, 4.3). `subtype` is that of the media type where it is not the name. `becomes` is the format of results
    where none is asked for, of a format that is only read. `default_quality` is 1 to 100, and None for a format that is
    always lossless. `browsers_since` is the year from which every major browser shows the format, 0 if they always did,
    and None if not all do.
    """

    signature: re.Pattern[bytes]
    extension: str
    aliases: tuple[str, ...] = ()  # other names for a client's convenience
    subtype: str = ""
    becomes: str = ""
    brands: frozenset[bytes] = frozenset()
    alpha: bool = True
    animation: bool = False
    default_quality: int | None = None
    lossless: bool = True  # as Pillow writes it
    deep: bool = False  # more than eight bits a sample
    deep_source: bool = False  # the same, of a format that is written with eight
    progressive: bool = False
    palette: bool = False  # where it is a choice: a GIF always has one
    metadata: bool = True  # EXIF, XMP and an ICC profile
    profile: bool = True  # False if results cannot keep a profile
    orientation_in_header: bool = True  # False where only the whole file has it
    shrinks_on_load: bool = False  # decodes at 1/2, 1/4 and 1/8 of each side
    large_decoder: bool = False  # takes 16 bytes a pixel while it decodes, where others take 8 or 9
    browsers_since: int | None = None


class Format(StrEnum):
    """An image format that is read; not all are written."""

    info: FormatInfo

    def __new__(cls, name: str, *row: FormatInfo) -> Self:  # noqa: D102 - row has one item; Format("png") has none
        member = str.__new__(cls, name)
        member._value_, (member.info,) = name, row
        return member

    JPEG = (
        "jpeg",
        FormatInfo(
            signature=re.compile(rb"\xff\xd8\xff"),
            extension="jpg",
            aliases=("jpg",),
            alpha=False,
            default_quality=80,
            lossless=False,
            progressive=True,
            shrinks_on_load=True,
            browsers_since=0,
        ),
    )
    PNG = (
        "png",
        FormatInfo(
            signature=re.compile(rb"\x89PNG\r\n\x1a\n"),
            extension="png",
            animation=True,
            deep=True,
            palette=True,
            orientation_in_header=False,
            browsers_since=0,
        ),
    )
    WEBP = (
        "webp",
        FormatInfo(
            signature=re.compile(rb"RIFF....WEBP", re.DOTALL),
            extension="webp",
            animation=True,
            default_quality=80,
            orientation_in_header=False,
            large_decoder=True,
            browsers_since=2020,
        ),
    )
    AVIF = (
        "avif",
        FormatInfo(
            signature=re.compile(rb"....ftyp", re.DOTALL),
            extension="avif",
            brands=frozenset({b"avif", b"avis"}),
            animation=True,
            default_quality=60,
            lossless=False,
            browsers_since=2024,
        ),
    )
    JXL = (
        "jxl",
        FormatInfo(
            signature=re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"),
            extension="jxl",
            default_quality=80,
            deep_source=True,
            profile=False,
            large_decoder=True,
        ),
    )
    GIF = (
        "gif",
        FormatInfo(
            signature=re.compile(rb"GIF8[79]a"),
            extension="gif",
            animation=True,
            metadata=False,
            profile=False,
            browsers_since=0,
        ),
    )
    TIFF = (
        "tiff",
        FormatInfo(signature=re.compile(rb"II[*+]\0|MM\0[*+]"), extension="tiff", aliases=("tif",), deep=True),
    )
    BMP = (
        "bmp",
        FormatInfo(
            signature=re.compile(rb"BM.{4}", re.DOTALL),
            extension="bmp",
            aliases=("x-ms-bmp", "x-bmp"),
            becomes="png",
            metadata=False,
        ),
    )
    ICO = (
        "ico",
        FormatInfo(
            signature=re.compile(rb"\0\0[\x01\x02]\0[^\0]"),  # or a cursor
            extension="ico",
            aliases=("x-icon",),
            subtype="vnd.microsoft.icon",
            becomes="png",
            metadata=False,
        ),
    )
    HEIC = (
        "heic",
        FormatInfo(
            signature=re.compile(rb"....ftyp", re.DOTALL),
            extension="heic",
            aliases=("heif",),
            brands=frozenset({b"heic", b"heix", b"heim", b"heis"}),
            becomes="jpeg",
        ),
    )

    @classmethod
    def of_media_type(cls, text: str) -> Self | None:
        """Return the format of a media type, also of a usual wrong one; None if it is not an accepted format's.

        >>> Format.of_media_type("image/JPG"), Format.of_media_type("image/svg+xml")
        (<Format.JPEG: 'jpeg'>, None)
        """
        kind, _, name = text.lower().partition("/")
        named = (each for each in cls if name in {each.value, each.info.subtype, *each.info.aliases})
        return next(named, None) if kind == "image" else None

    @property
    def media_type(self) -> str:
        """IANA media type.

        >>> Format.WEBP.media_type
        'image/webp'
        """
        return f"image/{self.info.subtype or self.value}"

    @property
    def result(self) -> "Format":
        """Format of results if none is asked for.

        >>> Format.WEBP.result, Format.HEIC.result
        (<Format.WEBP: 'webp'>, <Format.JPEG: 'jpeg'>)
        """
        return Format(self.info.becomes or self.value)

    @property
    def extension(self) -> str:
        """Usual extension of a file's name, without the dot."""
        return self.info.extension

    @property
    def has_alpha(self) -> bool:
        """True if pixels may be transparent."""
        return self.info.alpha

    @property
    def has_frames(self) -> bool:
        """True if a file may hold an animation."""
        return self.info.animation

    @property
    def default_quality(self) -> int | None:
        """Quality where none is given, 1 to 100; None for a format that is always lossless."""
        return self.info.default_quality

    @property
    def is_lossy(self) -> bool:
        """True if a lower quality makes the usual file smaller."""
        return self.info.default_quality is not None

    @property
    def can_be_lossless(self) -> bool:
        """True if a file can keep every pixel, as Pillow writes it."""
        return self.info.lossless

    @property
    def keeps_depth(self) -> bool:
        """True if a file may have more than eight bits a sample."""
        return self.info.deep


RESULT_FORMATS = tuple(each for each in Format if not each.info.becomes)


def listed(formats: Iterable[Format], conjunction: str = "and") -> str:
    """List the values of formats in a sentence.

    >>> listed([Format.PNG]), listed(each for each in Format if each.is_lossy)
    ('png', 'jpeg, webp, avif and jxl')
    """
    *others, last = formats
    return f"{', '.join(others)} {conjunction} {last}" if others else str(last)
