"""PNGs: all types of colour, what lets something through, what says which colours are meant, damage, animations.

Tolerances: 1 where sixteen bits become eight, 2 where such are weighed by alpha or colours are converted, which is done
in integers; what an HDR picture becomes in SDR is a matter of taste, so that its white need only be nearly white.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

import numpy as np

from tests.matrix.case import CUT_OFF, Case, File, Pixels, Samples, rgba, to_eight_bits, turned
from tests.matrix.icc import matrix_profile
from tests.matrix.pictures import (
    BT2020_XY,
    P3_XY,
    SRGB_XY,
    inside_srgb,
    samples,
    to_light,
    to_srgb,
)
from tests.matrix.tiff_writer import BYTE, LONG, SHORT, packs
from tests.pictures import chunk

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
NAMES = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey-alpha", RGB_ALPHA: "rgb-alpha"}
# The first row and column of each pass of Adam7, and its steps (PNG, third edition, 8.1).
PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = chunk(b"IEND", b"")


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _kinds()
    yield from _transparent_colors()
    yield from _meant_colors()
    yield from _orientations()
    yield from _damage()
    yield from _animations()


def scanlines(stored: Samples, depth: int, *, is_interlaced: bool = False) -> bytes:
    """Pack and filter samples (H, W, C): the filters take turns."""
    if not is_interlaced:
        return _filtered(stored, depth)
    parts = (stored[top::down, left::across] for top, left, down, across in PASSES)
    return b"".join(_filtered(part, depth) for part in parts if part.size)


def _filtered(stored: Samples, depth: int) -> bytes:
    rows = np.frombuffer(packs(stored, depth, ">"), np.uint8).reshape(len(stored), -1).astype(np.int64)
    step = max(depth * stored.shape[2] // 8, 1)
    lines = []
    for number, row in enumerate(rows):
        above = rows[number - 1] if number else np.zeros_like(row)
        left = np.concatenate([np.zeros(step, np.int64), row])[: len(row)]
        corner = np.concatenate([np.zeros(step, np.int64), above])[: len(row)]
        guess = left + above - corner
        distances = np.stack([abs(guess - left), abs(guess - above), abs(guess - corner)])
        paeth = np.choose(distances.argmin(axis=0), [left, above, corner])
        kind = number % 5
        predicted = [np.zeros_like(row), left, above, (left + above) // 2, paeth][kind]
        lines.append(bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes())
    return b"".join(lines)


def header(stored: Samples, depth: int, color: int, *, is_interlaced: bool = False) -> bytes:
    """Make the first chunk."""
    height, width, _ = stored.shape
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(is_interlaced)))


def png(
    stored: Samples, depth: int, color: int, *before: bytes, after: Sequence[bytes] = (), is_interlaced: bool = False
) -> bytes:
    """Write a PNG of samples (H, W, C), with chunks before and after the pixels."""
    pixels = chunk(b"IDAT", zlib.compress(scanlines(stored, depth, is_interlaced=is_interlaced)))
    first = header(stored, depth, color, is_interlaced=is_interlaced)
    return b"".join((SIGNATURE, first, *before, pixels, *after, END))


def palette(size: int) -> Pixels:
    """Make a palette (size, 3)."""
    return np.random.default_rng([4, size]).integers(0, 256, (size, 3)).astype(np.uint8)


def shown(stored: Samples, depth: int, color: int) -> Pixels:
    """Give the right picture of samples."""
    if color == PALETTE:
        return rgba(palette(2**depth)[stored[..., 0]])
    values = to_eight_bits(stored, depth)
    alpha = values[..., -1] if color in {GREY_ALPHA, RGB_ALPHA} else None
    return rgba(values[..., 0] if color in {GREY, GREY_ALPHA} else values[..., :3], alpha)


def _palette_chunks(depth: int, color: int) -> list[bytes]:
    return [chunk(b"PLTE", palette(2**depth).tobytes())] if color == PALETTE else []


def _kinds() -> Iterator[Case]:
    """Give types of colour x depths x interlace, and what says nothing about the pixels."""
    kinds = [(color, depth) for color, depths in DEPTHS.items() for depth in depths]
    for (color, depth), is_interlaced in product(kinds, (False, True)):
        name = f"png/{NAMES[color]}{depth}{'-interlaced' if is_interlaced else ''}"
        yield Case(name, partial(_plain, color, depth, is_interlaced=is_interlaced))
    for color, depth in kinds:
        bits = {GREY: 1, RGB: 3, PALETTE: 3, GREY_ALPHA: 2, RGB_ALPHA: 4}[color]
        significant = bytes([min(depth, 5)] * bits)
        back = {PALETTE: b"\0", GREY: b"\0\1", GREY_ALPHA: b"\0\1"}.get(color, b"\0\1\0\1\0\1")
        yield Case(f"png/{NAMES[color]}{depth}-sbit", partial(_plain, color, depth, chunk(b"sBIT", significant)))
        yield Case(f"png/{NAMES[color]}{depth}-bkgd", partial(_plain, color, depth, after_palette=chunk(b"bKGD", back)))
    yield Case("png/palette-short", _short_palette)
    yield Case("png/rgb8-suggested-palette", partial(_plain, RGB, 8, chunk(b"PLTE", bytes(30))))
    yield Case("png/one-pixel-interlaced", partial(_tiny, 1, 1))
    yield Case("png/narrow-interlaced", partial(_tiny, 3, 20))


def _plain(color: int, depth: int, *before: bytes, after_palette: bytes = b"", is_interlaced: bool = False) -> File:
    stored = samples(CHANNELS[color], depth)
    chunks = [*before, *_palette_chunks(depth, color), after_palette]
    deep = stored[..., 0].astype(np.uint16) if color == GREY and depth == 16 else None
    data = png(stored, depth, color, *chunks, is_interlaced=is_interlaced)
    return File(data, shown(stored, depth, color), 2 if depth == 16 and CHANNELS[color] in {2, 4} else 1, deep)


def _tiny(width: int, height: int) -> File:
    stored = samples(3, 8)[:height, :width]
    return File(png(stored, 8, RGB, is_interlaced=True), shown(stored, 8, RGB))


def _short_palette() -> File:
    """Make a palette of fewer colours than the depth allows, all of which are in it."""
    stored = samples(1, 8) % np.uint8(20)
    return File(
        png(stored, 8, PALETTE, chunk(b"PLTE", palette(256)[:20].tobytes())), rgba(palette(256)[stored[..., 0]])
    )


def _transparent_colors() -> Iterator[Case]:
    """Give a transparent colour of each depth, which counts as it is stored, not as it looks at eight bits."""
    for (color, depths), is_interlaced in product(((GREY, DEPTHS[GREY]), (RGB, DEPTHS[RGB])), (False, True)):
        for depth in depths:
            name = f"png/{NAMES[color]}{depth}-transparent-color{'-interlaced' if is_interlaced else ''}"
            yield Case(name, partial(_transparent_color, color, depth, is_interlaced=is_interlaced))
    yield Case("png/grey16-transparent-color-near", partial(_near_color, GREY))
    yield Case("png/rgb16-transparent-color-near", partial(_near_color, RGB))
    for depth, part in product(DEPTHS[PALETTE], ("all", "some")):
        yield Case(f"png/palette{depth}-alphas-of-{part}", partial(_palette_alphas, depth, part))


def _transparent_color(color: int, depth: int, *, is_interlaced: bool) -> File:
    stored = samples(CHANNELS[color], depth)
    stored[5:9, 5:9] = transparent = stored[3, 7]
    see_through = (stored == transparent).all(axis=-1)
    picture = shown(stored, depth, color)
    picture[..., 3] = np.where(see_through, 0, 255)
    data = png(stored, depth, color, chunk(b"tRNS", transparent.astype(">u2").tobytes()), is_interlaced=is_interlaced)
    return File(data, picture)


def _near_color(color: int) -> File:
    """Make a colour transparent that differs from another one in the lower byte alone."""
    stored = samples(CHANNELS[color], 16)
    stored[5:9, 5:9] = 0x1234
    stored[5:9, 9:12] = 0x1235
    picture = shown(stored, 16, color)
    picture[5:9, 5:9, 3] = 0
    return File(png(stored, 16, color, chunk(b"tRNS", b"\x12\x34" * CHANNELS[color])), picture)


def _palette_alphas(depth: int, part: str) -> File:
    stored = samples(1, depth)
    count = 2**depth if part == "all" else max(2**depth // 3, 1)
    alphas = np.full(2**depth, 255, np.uint8)
    alphas[:count] = np.random.default_rng(depth).integers(1, 256, count)
    data = png(stored, depth, PALETTE, *_palette_chunks(depth, PALETTE), chunk(b"tRNS", alphas[:count].tobytes()))
    picture = shown(stored, depth, PALETTE)
    picture[..., 3] = alphas[stored[..., 0]]
    return File(data, picture)


def gamma(value: int) -> bytes:
    """Say by which power samples stand for light, in 1/100,000."""
    return chunk(b"gAMA", struct.pack(">I", value))


def primaries(chromaticities: tuple[float, ...]) -> bytes:
    """Say which white and primaries are meant."""
    return chunk(b"cHRM", struct.pack(">8I", *(round(100_000 * each) for each in chromaticities)))


def coding(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    """Say by code points which colours are meant (ITU-T H.273)."""
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


def profile(data: bytes) -> bytes:
    """Embed a profile."""
    return chunk(b"iCCP", b"a profile\0\0" + zlib.compress(data))


PERCEPTUAL = chunk(b"sRGB", b"\0")


def power(exponent: float) -> Callable[[Samples], Samples]:
    """Give what makes light of samples by a power."""
    return lambda encoded: encoded**exponent


def bt709(encoded: Samples) -> Samples:
    """Undo the curve of BT.709 and BT.2020."""
    return np.where(encoded < 0.081, encoded / 4.5, ((encoded + 0.099) / 1.099) ** (1 / 0.45))


def _meant_colors() -> Iterator[Case]:
    """Give what says which colours are meant: cICP goes ahead of iCCP, that of sRGB, that of gAMA with cHRM (4.3)."""
    p3 = matrix_profile(P3_XY, 2.2)
    linear, usual = power(1.0), power(2.2)
    # chunks, what makes light of samples (None: they are sRGB), primaries
    meanings: dict[str, tuple[list[bytes], Callable[[Samples], Samples] | None, tuple[float, ...]]] = {
        "srgb": ([PERCEPTUAL], None, SRGB_XY),
        "gama-linear": ([gamma(100_000)], linear, SRGB_XY),
        "gama-linear-chrm-srgb": ([gamma(100_000), primaries(SRGB_XY)], linear, SRGB_XY),
        "chrm-srgb-gama-linear": ([primaries(SRGB_XY), gamma(100_000)], linear, SRGB_XY),
        "gama-1.8": ([gamma(55_556)], power(1.8), SRGB_XY),
        "gama-linear-chrm-p3": ([gamma(100_000), primaries(P3_XY)], linear, P3_XY),
        "gama-2.2-chrm-p3": ([gamma(45_455), primaries(P3_XY)], usual, P3_XY),
        "gama-2.2-chrm-bt2020": ([gamma(45_455), primaries(BT2020_XY)], usual, BT2020_XY),
        "gama-zero": ([gamma(0)], None, SRGB_XY),
        "gama-short": ([chunk(b"gAMA", b"\0\1")], None, SRGB_XY),
        "chrm-alone": ([primaries(P3_XY)], None, SRGB_XY),
        "gama-linear-chrm-zero": ([gamma(100_000), primaries((0.0,) * 8)], linear, SRGB_XY),
        "srgb-gama-linear": ([PERCEPTUAL, gamma(100_000), primaries(P3_XY)], None, SRGB_XY),
        "iccp-p3": ([profile(p3)], usual, P3_XY),
        "iccp-p3-gama-linear": ([gamma(100_000), primaries(SRGB_XY), profile(p3)], usual, P3_XY),
        "iccp-broken": ([profile(b"no profile")], None, SRGB_XY),
        "iccp-not-compressed": ([chunk(b"iCCP", b"a profile\0\0no zlib")], None, SRGB_XY),
        "iccp-grey-in-colors": ([profile(matrix_profile(None, 1.0))], None, SRGB_XY),
        "cicp-srgb": ([coding(1, 13)], None, SRGB_XY),
        "cicp-p3": ([coding(12, 13)], to_light, P3_XY),
        "cicp-p3-before-iccp": ([coding(12, 13), profile(matrix_profile(SRGB_XY, 1.0))], to_light, P3_XY),
        "cicp-p3-behind-iccp": ([profile(matrix_profile(SRGB_XY, 1.0)), coding(12, 13)], to_light, P3_XY),
        "cicp-srgb-before-gama": ([coding(1, 13), gamma(100_000), primaries(P3_XY)], None, SRGB_XY),
        "cicp-p3-srgb": ([coding(12, 13), PERCEPTUAL], to_light, P3_XY),
        "cicp-linear": ([coding(1, 8)], linear, SRGB_XY),
        "cicp-p3-linear": ([coding(12, 8)], linear, P3_XY),
        "cicp-gamma-2.2": ([coding(1, 4)], usual, SRGB_XY),
        "cicp-gamma-2.8": ([coding(1, 5)], power(2.8), SRGB_XY),
        "cicp-bt709-curve": ([coding(1, 1)], bt709, SRGB_XY),
        "cicp-bt2020-curve": ([coding(9, 14)], bt709, BT2020_XY),
        "cicp-bt2020-srgb-curve": ([coding(9, 13)], to_light, BT2020_XY),
        "cicp-unspecified": ([coding(2, 2)], None, SRGB_XY),
        "cicp-matrix-not-zero": ([coding(12, 13, matrix=1)], None, SRGB_XY),
        "cicp-short": ([chunk(b"cICP", b"\x0c\x0d")], None, SRGB_XY),
    }
    for name, (chunks, curve, xy) in meanings.items():
        yield Case(f"png/meaning-{name}", partial(_meant, chunks, curve, xy, RGB, 8))
    for name, color, depth in (
        ("rgb16", RGB, 16),
        ("rgb-alpha8", RGB_ALPHA, 8),
        ("palette8", PALETTE, 8),
        ("grey8", GREY, 8),
        ("grey16", GREY, 16),
        ("grey-alpha8", GREY_ALPHA, 8),
    ):
        yield Case(
            f"png/meaning-gama-linear-of-{name}", partial(_meant, [gamma(100_000)], linear, SRGB_XY, color, depth)
        )
        if color in {RGB, RGB_ALPHA, PALETTE}:
            made = partial(_meant, [coding(12, 13)], to_light, P3_XY, color, depth)
            yield Case(f"png/meaning-cicp-p3-of-{name}", made)
    grey_profile, dark = [profile(matrix_profile(None, 1.8))], power(1.8)
    yield Case("png/meaning-iccp-grey", partial(_meant, grey_profile, dark, SRGB_XY, GREY, 8))
    yield Case("png/meaning-iccp-grey-of-grey-alpha8", partial(_meant, grey_profile, dark, SRGB_XY, GREY_ALPHA, 8))
    yield Case("png/meaning-iccp-grey-of-grey16", partial(_meant, grey_profile, dark, SRGB_XY, GREY, 16))
    steep = [profile(matrix_profile(None, 1.0))]
    yield Case("png/meaning-iccp-grey-linear", partial(_meant, steep, linear, SRGB_XY, GREY, 8))
    yield Case("png/meaning-iccp-rgb-of-grey8", partial(_meant, [profile(p3)], None, SRGB_XY, GREY, 8))
    yield Case("png/meaning-gama-2.2-is-nearly-srgb", partial(_nearly_srgb, [gamma(45_455)]))
    yield Case(
        "png/meaning-gama-2.2-chrm-srgb-is-nearly-srgb", partial(_nearly_srgb, [gamma(45_455), primaries(SRGB_XY)])
    )
    yield Case("png/meaning-cicp-pq", partial(_hdr, coding(9, 16), 148, 100), r"\bPQ\b|HDR")
    yield Case("png/meaning-cicp-hlg", partial(_hdr, coding(9, 18), 191, 55), r"\bHLG\b|HDR")
    yield Case("png/meaning-cicp-narrow", _narrow, "range")


def _meant(
    chunks: list[bytes], curve: Callable[[Samples], Samples] | None, xy: tuple[float, ...], color: int, depth: int
) -> File:
    """Write colours that sRGB has, as another space says them."""
    channels = CHANNELS[color]
    bits = depth if color != PALETTE else 8
    stored = samples(channels, depth)
    table = palette(256)
    if curve and xy != SRGB_XY:  # what is beyond sRGB is clipped by some and compressed by others
        count = 3
        light = inside_srgb(0.05 + 0.8 * (table if color == PALETTE else samples(count, 8))[..., :3] / 255, xy)
        encoded = np.rint(light ** (1 / 2.2) * (2**bits - 1)).astype(stored.dtype)
        table = encoded.astype(np.uint8) if color == PALETTE else table
        stored = stored if color == PALETTE else np.concatenate([encoded, stored[..., 3:]], axis=-1)
    whole = table[stored[..., 0]] if color == PALETTE else stored
    has_alpha = color in {GREY_ALPHA, RGB_ALPHA}
    values = to_eight_bits(whole, bits) / 255
    colors = values[..., :-1] if has_alpha else values
    colors = np.repeat(colors, 3, axis=-1) if colors.shape[-1] == 1 else colors
    meant = 255 * colors if curve is None else to_srgb(curve(colors), xy)
    picture = rgba(meant, 255 * values[..., -1] if has_alpha else None)
    more = [chunk(b"PLTE", table.tobytes())] if color == PALETTE else []
    return File(png(stored, depth, color, *chunks, *more), picture, 1 if curve is None else 2)


def _nearly_srgb(chunks: list[bytes]) -> File:
    """Say the power that writers mean sRGB by: who takes it for sRGB and who computes it differ in the dark by 7."""
    stored = samples(3, 8)
    return File(png(stored, 8, RGB, *chunks), shown(stored, 8, RGB), 8)


def _hdr(said: bytes, white: int, tolerance: int) -> File:
    """Write black and the white of paper in an HDR (ITU-R BT.2408); its code, taken for sRGB, would be a grey."""
    stored = np.zeros((24, 32, 3), np.uint8)
    stored[:, 16:] = white
    return File(png(stored, 8, RGB, said), rgba(np.where(stored, 255, 0)), tolerance)


def _narrow() -> File:
    stored = np.clip(samples(3, 8), 16, 235)
    wide = (stored.astype(np.float64) - 16) * 255 / 219
    return File(png(stored, 8, RGB, coding(1, 13, full=0)), rgba(wide), 2)


def exif(orientation: int, kind: int = SHORT, order: str = ">") -> bytes:
    """Make EXIF that has an orientation alone, as a TIFF without pixels."""
    value = {BYTE: "B3x", SHORT: "H2x", LONG: "I"}[kind]
    head = b"MM" if order == ">" else b"II"
    return head + struct.pack(f"{order}HIHHHI{value}I", 42, 8, 1, 0x0112, kind, 1, orientation, 0)


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""


def _orientations() -> Iterator[Case]:
    for orientation in range(1, 9):
        yield Case(f"png/orientation{orientation}", partial(_lying, orientation, chunk(b"eXIf", exif(orientation))))
        yield Case(
            f"png/orientation{orientation}-behind", partial(_lying, orientation, b"", chunk(b"eXIf", exif(orientation)))
        )
    for name, kind in (("byte", BYTE), ("long", LONG)):
        for order in ("<", ">"):
            block = chunk(b"eXIf", exif(6, kind, order))
            yield Case(f"png/orientation6-{name}-{'le' if order == '<' else 'be'}", partial(_lying, 6, block))
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    yield Case("png/orientation-in-xmp-means-nothing", partial(_lying, 1, text))
    yield Case("png/orientation3-and-6-in-xmp", partial(_lying, 3, chunk(b"eXIf", exif(3)) + text))
    yield Case("png/orientation-broken-exif", partial(_lying, 1, chunk(b"eXIf", b"MM\0*\0\0\0")))
    raw = b"\nexif\n      34\n" + (b"Exif\0\0" + exif(6)).hex().encode()
    yield Case("png/orientation-in-raw-profile", partial(_either, chunk(b"tEXt", b"Raw profile type exif\0" + raw)))


def _lying(orientation: int, before: bytes, after: bytes = b"") -> File:
    stored = samples(3, 8)
    return File(png(stored, 8, RGB, before, after=[after]), turned(shown(stored, 8, RGB), orientation))


def _either(before: bytes) -> File:
    """Say it as ImageMagick did before there was a chunk for it: whether that counts is not agreed on; here it does."""
    return _lying(6, before)


def _damage() -> Iterator[Case]:
    """Give damage that costs no pixel."""
    text, stamp = chunk(b"tEXt", b"Comment\0hello"), chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1))
    private, time = chunk(b"prVt", b"private"), chunk(b"tIME", bytes([7, 208, 1, 1, 0, 0, 0]))
    broken = chunk(b"zTXt", b"Comment\0\0no zlib")
    lying = chunk(b"eXIf", exif(1))
    for name, good in {"text": text, "phys": stamp, "private": private, "time": time, "exif": lying}.items():
        bad = good[:-1] + bytes([good[-1] ^ 1])
        yield Case(f"png/damage-crc-{name}-before", partial(_lying, 1, bad))
        yield Case(f"png/damage-crc-{name}-behind", partial(_lying, 1, b"", bad))
        longer = struct.pack(">I", int.from_bytes(good[:4]) + 3) + good[4:]
        yield Case(f"png/damage-longer-{name}-before", partial(_lying, 1, longer))
        shorter = struct.pack(">I", int.from_bytes(good[:4]) - 2) + good[4:]
        yield Case(f"png/damage-shorter-{name}-before", partial(_lying, 1, shorter))
    yield Case("png/damage-text-not-compressed", partial(_lying, 1, broken))
    yield Case("png/damage-text-not-compressed-behind", partial(_lying, 1, b"", broken))
    bad = gamma(45_455)
    yield Case("png/damage-crc-gama", partial(_lying, 1, bad[:-1] + bytes([bad[-1] ^ 1])))
    yield Case("png/damage-no-end", partial(_cut, 12))
    yield Case("png/damage-half-an-end", partial(_cut, 5))
    yield Case("png/damage-rubbish-behind", partial(_cut, 0, b"rubbish" * 10))
    yield Case("png/damage-end-crc", partial(_cut, 1, b"\0"))
    yield Case("png/damage-two-headers-of-text", partial(_lying, 1, text + text, text))
    yield Case("png/damage-many-pieces", _in_many_pieces)
    yield Case("png/damage-cut-pixels", partial(_cut, 400), CUT_OFF)


def _cut(count: int, more: bytes = b"") -> File:
    file = _lying(1, b"")
    return File(file.data[: len(file.data) - count] + more, None if count == 400 else file.picture)


def _in_many_pieces() -> File:
    stored = samples(3, 8)
    data = zlib.compress(scanlines(stored, 8))
    pieces = [chunk(b"IDAT", data[at : at + 10]) for at in range(0, len(data), 10)]
    whole = b"".join((SIGNATURE, header(stored, 8, RGB), chunk(b"IDAT", b""), *pieces, chunk(b"IDAT", b""), END))
    return File(whole, shown(stored, 8, RGB))


# Frames as (left, top, width, height, disposal, blend).
FRAMES = ((0, 0, 37, 29, 0, 0), (5, 3, 20, 15, 1, 1), (10, 8, 12, 14, 2, 1), (0, 0, 9, 9, 0, 0), (20, 20, 17, 9, 1, 0))


def _animations() -> Iterator[Case]:
    for color, depth in (
        (RGB, 8),
        (RGB_ALPHA, 8),
        (GREY, 8),
        (GREY_ALPHA, 8),
        (PALETTE, 8),
        (RGB, 16),
        (RGB_ALPHA, 16),
    ):
        yield Case(f"png/animation-{NAMES[color]}{depth}", partial(_animated, color, depth))
    yield Case("png/animation-hidden-first", partial(_animated, RGB_ALPHA, 8, is_first_hidden=True))
    for name in (
        "count",
        "number",
        "beyond",
        "no-data",
        "short-control",
        "control-behind-pixels",
        "zero-frames",
        "bad-pixels",
    ):
        yield Case(f"png/animation-broken-{name}", partial(_broken_animation, name))


def _control(number: int, frame: Sequence[int]) -> bytes:
    left, top, width, height, disposal, blend = frame
    return chunk(b"fcTL", struct.pack(">5IHHBB", number, width, height, left, top, 1, 10, disposal, blend))


def _animated(color: int, depth: int, *, is_first_hidden: bool = False) -> File:
    canvas = np.zeros((29, 37, 4), np.float64)
    shown_frames, chunks, number = [], [], 0
    hidden = samples(CHANNELS[color], depth, seed=99)
    for count, frame in enumerate(FRAMES):
        left, top, width, height, disposal, blend = frame
        stored = samples(CHANNELS[color], depth, seed=count)[:height, :width]
        data = zlib.compress(scanlines(stored, depth))
        chunks.append(_control(number, frame))
        number += 1
        if count == 0 and not is_first_hidden:
            chunks.append(chunk(b"IDAT", data))
        else:
            chunks.append(chunk(b"fdAT", struct.pack(">I", number) + data))
            number += 1
        area = np.s_[top : top + height, left : left + width]
        before, patch = canvas.copy(), shown(stored, depth, color).astype(np.float64)
        canvas[area] = over(patch, canvas[area]) if blend else patch
        shown_frames.append(np.rint(canvas).astype(np.uint8))
        if disposal == 1:
            canvas[area] = 0
        elif disposal == 2:
            canvas = before
    still = hidden if is_first_hidden else samples(CHANNELS[color], depth, seed=0)
    control = chunk(b"acTL", struct.pack(">II", len(FRAMES), 0))
    first = [chunk(b"IDAT", zlib.compress(scanlines(hidden, depth)))] if is_first_hidden else []
    data = b"".join(
        (SIGNATURE, header(still, depth, color), control, *_palette_chunks(depth, color), *first, *chunks, END)
    )
    return File(data, shown(still, depth, color), 3, frames=tuple(shown_frames))


def over(patch: Samples, under: Samples) -> Samples:
    """Lay a patch over what is there (W3C Compositing, 9.1.4), all in 0 to 255."""
    alpha, below = patch[..., 3:] / 255, under[..., 3:] / 255
    together = alpha + below * (1 - alpha)
    colors = patch[..., :3] * alpha + under[..., :3] * below * (1 - alpha)
    return np.concatenate([colors / np.where(together, together, 1), 255 * together], axis=-1)


def _broken_animation(name: str) -> File:
    """Break an animation: the picture for those that show none is left."""
    stored, other = samples(3, 8), samples(3, 8, seed=2)
    pixels, frame = zlib.compress(scanlines(stored, 8)), zlib.compress(scanlines(other, 8))
    count = {"count": 7, "zero-frames": 0}.get(name, 2)
    control = chunk(b"acTL", struct.pack(">II", count, 0))
    area = (30, 20, 37, 29, 0, 0) if name == "beyond" else (0, 0, 37, 29, 0, 0)
    second = _control(9 if name == "number" else 1, area)
    if name == "short-control":
        second = chunk(b"fcTL", struct.pack(">I", 1))
    data = chunk(b"fdAT", struct.pack(">I", 2) + (b"no zlib" if name == "bad-pixels" else frame))
    parts = [
        SIGNATURE,
        header(stored, 8, RGB),
        b"" if name == "control-behind-pixels" else control,
        _control(0, (0, 0, 37, 29, 0, 0)),
        chunk(b"IDAT", pixels),
        control if name == "control-behind-pixels" else b"",
        second,
        b"" if name == "no-data" else data,
        END,
    ]
    picture = shown(stored, 8, RGB)
    return File(b"".join(parts), picture, frames=(picture,))
