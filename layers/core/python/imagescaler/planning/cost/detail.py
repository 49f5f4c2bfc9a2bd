"""How much there is to see in a picture, as far as its header tells: the more, the longer a new file of it takes.

What is fine and what is flat was found with the photographs and drawings that the model is fitted to.
"""

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size
from imagescaler.planning.cost.header import USUAL_SAMPLES, Header

# Bytes for each pixel of a photograph with fine detail; of files that keep every pixel, for each sample of color.
FINE = {
    Format.JPEG: 0.21,
    Format.PNG: 0.56,
    Format.WEBP: 0.14,
    Format.AVIF: 0.11,
    Format.GIF: 0.67,
    Format.TIFF: 0.78,
}
# A TIFF is deflated without a filter, so that few bytes less are much less to see; an AVIF needs next to none for what
# is smooth.
POWER = {Format.TIFF: 3.0, Format.AVIF: 0.75}
KEEPS_EVERY_SAMPLE = {Format.PNG, Format.GIF, Format.TIFF}
# A JPEG takes so much more bytes where its steps are smaller than those of quality 85.
USUAL_QUANTIZER, FINER = 17.3, 0.6
# It takes more bytes, too, where more of the color is kept than is usual; beyond that of 4:2:2 there is little to keep.
MOST_SAMPLES = 2
# A lossy WebP says in so many bytes how it predicts each block; the better its quality, the more other bytes it has.
# Of a large picture there is not room for all that could be said of it (RFC 6386, 9.1: nineteen bits hold the size).
FINE_PREDICTION, BLOCK_PIXELS = 4.0, 256
MOST_PREDICTION_BYTES = 2**18
FINE_LOSSLESS_WEBP = 0.48
COLORS = 3
FLAT = 0.25
# Of a photograph that is neither very fine nor very smooth.
TYPICAL = 0.5
# What looks smooth may have edges; a drawing whose edges are hard, as those of letters, is as much as a photograph.
LEAST, HARD = 0.25, 2.5


def detail_of(header: Header) -> float:
    """Give how much there is to see, up to 1, a photograph with fine detail.

    >>> detail_of(Header(Format.PNG, (1000, 1000), 1_680_000)), detail_of(Header(Format.PNG, (1000, 1000), 840_000))
    (1.0, 0.5)
    """
    if header.is_raw:
        return 1.0
    if header.edges is not None:
        return min(LEAST + HARD * header.edges, 1.0)
    fineness: float = _fineness(header) ** POWER.get(header.format, 1)
    return min(max(fineness, LEAST), 1.0)


def is_flat(header: Header) -> bool:
    """Say whether it is a drawing rather than a photograph: one that loses nothing, and is small all the same."""
    keeps_all = header.format in KEEPS_EVERY_SAMPLE or header.is_lossless
    return keeps_all and not header.is_raw and _fineness(header) < FLAT


def typical_bytes(form: Format, size: Size) -> int:
    """Give the bytes of a photograph that is neither very fine nor very smooth.

    >>> detail_of(Header(Format.JPEG, (1000, 1000), typical_bytes(Format.JPEG, (1000, 1000))))
    0.5
    """
    samples = COLORS if form in KEEPS_EVERY_SAMPLE else 1
    fineness: float = TYPICAL ** (1 / POWER.get(form, 1))
    return round(size[0] * size[1] * samples * FINE[form] * fineness)


def _fineness(header: Header) -> float:
    """Compare bytes with those of a photograph with fine detail."""
    pixels = header.stored[0] * header.stored[1] * header.frames
    if 0 < header.prediction_bytes < MOST_PREDICTION_BYTES:
        return header.prediction_bytes / (pixels / BLOCK_PIXELS) / FINE_PREDICTION
    samples = pixels * min(header.pixels.file_bytes, COLORS)
    if header.is_lossless:
        return header.bytes / samples / FINE_LOSSLESS_WEBP
    if header.format in KEEPS_EVERY_SAMPLE:
        return header.bytes / samples / FINE[header.format]
    finer = (header.quantizer / USUAL_QUANTIZER) ** FINER if header.quantizer else 1
    more = min(header.samples, MOST_SAMPLES) / USUAL_SAMPLES
    return header.bytes / pixels / FINE[header.format] * finer / more
