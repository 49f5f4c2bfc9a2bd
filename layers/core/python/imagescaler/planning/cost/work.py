"""What there is to do, in pixels and the like: the amounts with which the model's seconds are multiplied."""

from math import sqrt

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Turn
from imagescaler.domain.options import Gravity, Icc, Kernel
from imagescaler.planning.cost.detail import detail_of, is_flat
from imagescaler.planning.cost.header import PIXELS, Header
from imagescaler.planning.cost.output import Output, Shape, area

BY_PILLOW_ALONE = {Kernel.NEAREST, Kernel.HAMMING}
SEES_COLORS = {Format.WEBP, Format.AVIF}
# Encoders that search for longer, the more there is to see: of a picture made smaller, more in each pixel.
SEARCHES, USUALLY_SMALLER = {Format.AVIF, Format.WEBP}, 2
# Encoders that take another time for a drawing; the others take theirs with anything.
TELL_DRAWINGS = {*Format, "small avif"}
# One that takes longer, the harder the edges in a drawing are; as a small one, all take long.
TELL_EDGES = {Format.AVIF}
Amounts = dict[str, float]


def decoding(header: Header, shrink: int, frames: float = 1) -> Amounts:
    """Count what is done once for a file: bytes that are read, pixels that are decoded and converted."""
    pixels, decoder = area(header.stored) * frames, header.decoder(animated=frames > 1)
    work = {
        "task": 1.0,
        "hash": header.bytes,
        f"read {decoder}": header.bytes * frames / header.frames,
        f"decode {decoder}": pixels * header.pixels.file_bytes,
    }
    if header.format is Format.JPEG:
        work["scaled decode"] = pixels / shrink**2
    if header.pixels.converted_bytes:
        work["convert"] = pixels / shrink**2
    return work


def drawing(header: Header, shrink: int, output: Output, resampler: str) -> Amounts:
    """Count what is done for one result, in pixels; resampling is in products of a sample and a weight.

    For an animation it is done for each frame, and anew for each time that it is encoded.
    """
    options, plan, shape = output.options, output.plan, Shape.of(output.plan, shrink)
    used, window = area(shape.used), area(shape.window)
    has_color = (header.has_profile or header.pixels == PIXELS["CMYK"]) and options.icc is not Icc.KEEP
    work = {
        "result": 1.0,
        "animated palette" if output.is_animated else "palette": 1.0 if output.has_palette else 0,
        "smart": used if options.gravity is Gravity.SMART and shape.window != plan.stored_scaled else 0,
        "trim": area(header.stored) / shrink**2 if options.trim is not None else 0,
        "alpha": used if header.pixels.has_alpha else 0,
        "color": (area(shape.seen) if options.linear else window) if has_color else 0,
        "turn": window if plan.whole_turn != Turn() else 0,
        "grayscale": window if options.grayscale else 0,
        "blur": window if options.blur is not None else 0,
        "sharpen": window if options.sharpen is not None else 0,
        "lay": area(plan.size) if output.is_laid(has_alpha=header.pixels.has_alpha) else 0,
    }
    if shape.is_resized:
        work |= _resampling(header, shape, output, resampler)
    drawn = {name: amount * output.drawings for name, amount in work.items() if amount}
    return drawn | _encoding(header, output)


def _resampling(header: Header, shape: Shape, output: Output, resampler: str) -> Amounts:
    options, pixels = output.options, header.pixels
    products = shape.products(options.kernel)
    if options.linear:
        colors = pixels.channels - pixels.has_alpha
        light = {"to light": area(shape.used) * colors, "from light": area(shape.window) * colors}
        return {**light, "resample floats": products * pixels.channels}
    if pixels.is_deep:
        return {"resample floats": products}
    by = "pillow" if options.kernel in BY_PILLOW_ALONE else resampler
    return {f"resample by {by}": products * (1 if pixels.channels == 1 else 4), "resample": area(shape.seen)}


def _encoding(header: Header, output: Output) -> Amounts:
    """Count samples that are encoded, and where there is a quality once more, by how good they are to be.

    Encoders that have a quality take less for alpha; of an animation it was not measured.
    """
    times = output.encodings * output.frames
    alpha = output.alpha_samples(header.pixels) * times
    colors = output.color_samples(header.pixels, SEES_COLORS) * times
    knows_edges = header.edges is not None and output.encoder in TELL_EDGES
    flat = is_flat(header) and output.encoder in TELL_DRAWINGS and not knows_edges
    what = f"{'flat ' if flat else ''}{output.encoder}"
    if not output.has_quality:
        return {f"encode {what}": colors + alpha}
    refined = colors * output.options.quality.of(output.format) / 100
    if output.format in SEARCHES and not flat:
        refined *= min(detail_of(header) * sqrt(output.smaller / USUALLY_SMALLER), 1)
    if not alpha or output.is_animated:
        return {f"encode {what}": colors + alpha, f"refine {what}": refined}
    return {f"encode {what}": colors, f"refine {what}": refined, f"encode alpha {output.encoder}": alpha}
