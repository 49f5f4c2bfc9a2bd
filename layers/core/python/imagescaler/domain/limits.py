"""Limits that protect the service from hostile images."""

from dataclasses import dataclass, fields, replace
from typing import Self

from imagescaler.domain.errors import (
    FormatDisabled,
    ImageTooLarge,
    ResultTooLarge,
    ResultTtlTooLong,
    SourceTooLarge,
    TargetForbidden,
    TooManyFrames,
    TooManyRenditions,
    UnsupportedImageFormat,
    UrlForbidden,
)
from imagescaler.domain.formats import RESULT_FORMATS, Format, listed
from imagescaler.domain.object_url import ObjectUrl

MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on sources and results. The environment variable of each is its name in capitals.

    `target_buckets` are buckets, or prefixes of them, that results may be written to, such as "photos,archive/small".
    `disabled_formats` are names with commas between them, such as "heic,ico".

    >>> Limits(max_source_side=0)
    Traceback (most recent call last):
    ValueError: max_source_side must be at least 1
    """

    max_source_bytes: int = 50 * MEGA
    max_source_pixels: int = 100 * MEGA
    max_large_decoder_pixels: int = 64 * MEGA  # of formats that are so marked: FormatInfo.large_decoder
    max_watermark_pixels: int = 16 * MEGA
    max_source_side: int = 30_000
    max_target_pixels: int = 50 * MEGA
    max_target_side: int = 16_383
    max_result_bytes: int = 50 * MEGA  # as max_source_bytes, so that a result can be a source
    max_jpeg_scans: int = 100
    max_jpeg_scan_pixels: int = 2_000 * MEGA  # of all scans together
    max_png_chunks: int = 20_000
    max_renditions: int = 12
    max_frames: int = 1_000
    max_result_ttl_s: int = 604_800
    max_animation_pixels: int = 250 * MEGA  # of all frames together, both of the source and of the result
    disabled_formats: str = ""
    target_buckets: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type is int and getattr(self, field.name) < 1:
                message = f"{field.name} must be at least 1"
                raise ValueError(message)
        if unknown := self._disabled - set(Format):
            message = f"disabled_formats: there is no format {', '.join(sorted(unknown))}"
            raise ValueError(message)

    @property
    def _disabled(self) -> set[str]:
        return {name.strip().lower() for name in self.disabled_formats.split(",")} - {""}

    def check_format(self, fmt: Format | None) -> None:
        """Raise UnsupportedImageFormat if a format is disabled.

        >>> Limits(disabled_formats="heic, ico").check_format(Format.HEIC)
        Traceback (most recent call last):
        imagescaler.domain.errors.UnsupportedImageFormat: This service does not accept HEIC.
        """
        if fmt in self._disabled:
            raise UnsupportedImageFormat(f"This service does not accept {fmt.name}.")

    def check_output_format(self, fmt: Format) -> None:
        """Raise FormatDisabled if results cannot have a format because it is disabled."""
        if fmt in self._disabled:
            raise FormatDisabled(f"This service does not write {fmt.name}.")

    def check_bytes(self, size: int) -> None:
        """Raise SourceTooLarge if a file has too many bytes."""
        if size > self.max_source_bytes:
            raise SourceTooLarge(
                f"The file has {size:,} bytes; the limit is {self.max_source_bytes:,}. Send a smaller one."
            )

    def check_renditions(self, count: int) -> None:
        """Raise TooManyRenditions if one image is to become too many results."""
        if count > self.max_renditions:
            raise TooManyRenditions(
                f"The request asks for {count:,} renditions; the limit is {self.max_renditions:,}. "
                "Send several requests."
            )

    def check_source(self, fmt: Format | None, size: tuple[int, int]) -> None:
        """Raise UnsupportedImageFormat for a disabled format, ImageTooLarge for too many pixels or too long a side."""
        self.check_format(fmt)
        width, height = size
        is_large = fmt is not None and fmt.info.large_decoder
        most = min(self.max_source_pixels, self.max_large_decoder_pixels) if is_large else self.max_source_pixels
        if width * height > most or max(size) > self.max_source_side:
            raise ImageTooLarge(
                f"The image is {width} x {height}; "
                f"the limits are {most:,} pixels and {self.max_source_side:,} for a side."
            )

    @property
    def of_watermarks(self) -> Self:
        """The limits of watermarks as sources: they are held beside the source."""
        return replace(self, max_source_pixels=min(self.max_source_pixels, self.max_watermark_pixels))

    def check_result(self, fmt: Format, size: int) -> None:
        """Raise ResultTooLarge if a result has too many bytes."""
        if size > self.max_result_bytes:
            lossy = listed((each for each in RESULT_FORMATS if each.is_lossy), "or")
            raise ResultTooLarge(
                f"The {fmt.name} has {size:,} bytes; the limit is {self.max_result_bytes:,}. "
                f"Ask for fewer pixels, or for {lossy} with max_bytes."
            )

    def check_result_ttl(self, ttl_s: int | None) -> None:
        """Raise ResultTtlTooLong if a result is to be kept for too many seconds.

        >>> Limits(max_result_ttl_s=3_600).check_result_ttl(7_200)
        Traceback (most recent call last):
        imagescaler.domain.errors.ResultTtlTooLong: result_ttl_s is 7,200; the limit is 3,600.
        """
        if ttl_s is not None and ttl_s > self.max_result_ttl_s:
            raise ResultTtlTooLong(f"result_ttl_s is {ttl_s:,}; the limit is {self.max_result_ttl_s:,}.")

    def check_target(self, target_url: str | None) -> None:
        """Raise TargetForbidden if a result may not be written to a target.

        >>> Limits(target_buckets="photos/small").check_target("s3://photos/large/")
        Traceback (most recent call last):
        imagescaler.domain.errors.TargetForbidden: The service does not write results to s3://photos/large/.
        """
        if target_url is None:
            return
        try:
            is_allowed = ObjectUrl.parse(target_url).is_in_any(self.target_buckets)
        except UrlForbidden as error:
            raise TargetForbidden(str(error)) from error
        if not is_allowed:
            raise TargetForbidden(f"The service does not write results to {target_url}.")

    def check_frames(self, frames: int, size: tuple[int, int], what: str = "animation") -> None:
        """Raise TooManyFrames if an animation has too many frames, of this size, or too many pixels in all of them."""
        width, height = size
        if frames > 1 and (frames > self.max_frames or frames * width * height > self.max_animation_pixels):
            raise TooManyFrames(
                f"The {what} has {frames:,} frames of {width} x {height}; "
                f"the limits are {self.max_frames:,} frames and {self.max_animation_pixels:,} pixels in all of them."
            )
