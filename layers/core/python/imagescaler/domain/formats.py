"""The image formats that are read and written."""

from enum import StrEnum

SMALL_AVIF_PIXELS = 1_000_000  # up to here an AVIF is encoded with more care, which takes four times as long


class Format(StrEnum):
    """An image format that is read and written."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    GIF = "gif"
    TIFF = "tiff"

    @property
    def media_type(self) -> str:
        """Give the IANA media type.

        >>> Format.WEBP.media_type
        'image/webp'
        """
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """Give the usual end of a file's name, without the dot."""
        return "jpg" if self is Format.JPEG else self.value

    @property
    def has_alpha(self) -> bool:
        """Say whether something may show through."""
        return self is not Format.JPEG

    @property
    def has_frames(self) -> bool:
        """Say whether a file may hold an animation."""
        return self in {Format.GIF, Format.WEBP, Format.PNG, Format.AVIF}

    @property
    def header_tells_orientation(self) -> bool:
        """Say whether it is known without reading the whole file how the picture lies; a GIF never does."""
        return self not in {Format.PNG, Format.WEBP}

    @property
    def is_lossy(self) -> bool:
        """Say whether the usual file of this format is smaller for a lower quality."""
        return self in {Format.JPEG, Format.WEBP, Format.AVIF}

    @property
    def can_be_lossless(self) -> bool:
        """Say whether a file can keep every pixel; an AVIF could, but not as Pillow writes it."""
        return self not in {Format.JPEG, Format.AVIF}

    @property
    def keeps_depth(self) -> bool:
        """Say whether a file may hold more than eight bits of a sample."""
        return self in {Format.PNG, Format.TIFF}
