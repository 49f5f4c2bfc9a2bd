"""What an opened image says of itself before it is decoded, for the prediction of what it costs."""

from statistics import fmean

from PIL import Image

from imagescaler.admission.header import Header, pixels_of
from imagescaler.formats import Format
from imagescaler.header.webp import WebpHeader
from imagescaler.imaging.transparency import covered_part
from imagescaler.task.source import Source


def header_of(image: Image.Image, source: Source, data: bytes) -> Header:
    """Describe an image that was measured, opened and not yet decoded."""
    form, info = source.format, image.info
    webp = (WebpHeader.of(data) if form is Format.WEBP else None) or WebpHeader()
    return Header(
        form,
        source.stored,
        source.bytes,
        pixels_of(image.mode, has_transparent_color="transparency" in info or covered_part(image) is not None),
        is_progressive=form is Format.JPEG and bool(info.get("progressive")),
        is_raw=form is Format.TIFF and info.get("compression") == "raw",
        is_lossless=webp.is_lossless,
        has_profile=bool(info.get("icc_profile")),
        frames=source.frames,
        quantizer=_quantizer(image),
        prediction_bytes=webp.prediction_bytes,
    )


def _quantizer(image: Image.Image) -> float:
    """Give the mean of the steps in which a JPEG counts its brightness (ITU-T T.81, B.2.4.1); 0 for other files."""
    tables = getattr(image, "quantization", None)
    return fmean(next(iter(tables.values()))) if tables else 0
