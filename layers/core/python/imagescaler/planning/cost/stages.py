"""What is in memory at once, stage by stage: the amounts with which the model's bytes are multiplied."""

from collections.abc import Iterator, Sequence

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import MEGA
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.output import Output, Shape, area
from imagescaler.planning.cost.work import Amounts

# A picture of Pillow's has four bytes for a pixel of colors, or of floats; the resampler's are like them.
BYTES = 4
KEEPS_COLORS = {Format.WEBP}
KNOWN = "bytes"


def stages(header: Header, shrink: int, outputs: Sequence[Output]) -> Iterator[Amounts]:
    """Give what is in use in each stage: decoding, and for each result resampling, finishing and encoding.

    `bytes` are known by construction. The other amounts are pixels or samples: what a codec takes for each is measured,
    and what it takes for no picture at all, in megabytes.
    """
    pixels = area(header.stored)
    decoded = pixels / shrink**2 * header.pixels.held_bytes
    yield {KNOWN: header.bytes + decoded, f"decode {header.decoder()}": pixels}
    known = decoded + header.bytes * any(output.is_animated for output in outputs)
    for output in outputs:
        shape, made = Shape.of(output.plan, shrink), area(output.plan.size)
        kept = {f"keep {header.decoder(animated=output.is_animated)}": pixels}
        yield {KNOWN: known + _resampling(header, shape, output), **kept, **_light(header, shape, output)}
        yield {KNOWN: known + _finishing(header, shape, output), **kept}
        samples, by = output.samples(header.pixels, KEEPS_COLORS), output.encoder
        yield {KNOWN: known + made * _bytes(header), **kept, f"begin {by}": MEGA, f"encode {by}": samples}


def _resampling(header: Header, shape: Shape, output: Output) -> float:
    """Give the bytes of copies of what is used, premultiplied or in linear light, and of what is made of it."""
    used, window, size = area(shape.used), area(shape.window), _bytes(header)
    copies = used * size if output.options.crop or output.options.trim is not None else 0
    if header.pixels.has_alpha:
        copies += used * BYTES
    if not shape.is_resized:
        return copies
    return copies + (shape.window[0] * shape.seen[1] + window) * size


def _light(header: Header, shape: Shape, output: Output) -> Amounts:
    """Give the samples that are converted to linear light, as floats, and those that are converted back."""
    if not (output.options.linear and shape.is_resized):
        return {}
    return {
        "to light": area(shape.used) * header.pixels.channels,
        "from light": area(shape.window) * header.pixels.channels,
    }


def _finishing(header: Header, shape: Shape, output: Output) -> float:
    """Give the bytes of the copies before encoding: laid on a canvas, filtered, stripped of what the file carried."""
    copies = 2 + (output.options.blur is not None or output.options.sharpen is not None)
    return copies * max(area(shape.window), area(output.plan.size)) * _bytes(header)


def _bytes(header: Header) -> int:
    return 1 if header.pixels.channels == 1 and not header.pixels.is_deep else BYTES
