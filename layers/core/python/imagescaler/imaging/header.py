"""What an opened image says of itself before it is decoded, for the prediction of what it costs."""

from PIL import Image

from imagescaler.admission.header import Header, pixels_of
from imagescaler.formats import Format
from imagescaler.imaging.transparency import covered_part
from imagescaler.source import Source


def header_of(image: Image.Image, source: Source) -> Header:
    """Describe an image that was measured, opened and not yet decoded."""
    form = source.format
    return Header(
        form,
        source.stored,
        source.bytes,
        pixels_of(image.mode, has_transparent_color="transparency" in image.info or covered_part(image) is not None),
        is_progressive=form is Format.JPEG and bool(image.info.get("progressive")),
        is_raw=form is Format.TIFF and image.info.get("compression") == "raw",
        has_profile=bool(image.info.get("icc_profile")),
        frames=source.frames,
    )
