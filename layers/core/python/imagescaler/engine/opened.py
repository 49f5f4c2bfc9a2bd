"""What an opened image says of itself before it is decoded, for the prediction of what it costs."""

from collections.abc import Sequence
from dataclasses import replace
from operator import mul
from statistics import fmean

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.task.source import Source
from imagescaler.engine.pixels.transparency import covered_part
from imagescaler.planning.cost.detail import is_flat
from imagescaler.planning.cost.header import USUAL_SAMPLES, Header, pixels_of
from imagescaler.probe.png_edges import hard_edges
from imagescaler.probe.webp import WebpHeader


def header_of(image: Image.Image, source: Source, data: bytes) -> Header:
    """Describe an image that was measured, opened and not yet decoded."""
    form, info = source.format, image.info
    webp = (WebpHeader.of(data) if form is Format.WEBP else None) or WebpHeader()
    header = Header(
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
        samples=_samples(image),
        prediction_bytes=webp.prediction_bytes,
    )
    is_drawn = form is Format.PNG and source.frames == 1 and is_flat(header)
    return replace(header, edges=hard_edges(data)) if is_drawn else header


def _quantizer(image: Image.Image) -> float:
    """Give the mean of the steps in which a JPEG counts its brightness (ITU-T T.81, B.2.4.1); 0 for other files."""
    tables = getattr(image, "quantization", None)
    return fmean(next(iter(tables.values()))) if tables else 0


def _samples(image: Image.Image) -> float:
    """Give a JPEG's samples for each pixel, from the sampling factors of its components (ITU-T T.81, A.1.1)."""
    components: Sequence[Sequence[int]] | None = getattr(image, "layer", None)
    if not components:
        return USUAL_SAMPLES
    across, down = ([component[axis] for component in components] for axis in (1, 2))
    samples: int = sum(map(mul, across, down))
    return samples / (max(across) * max(down))
