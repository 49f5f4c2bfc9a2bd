"""The kinds of samples that TIFFs have: which are refused, and what those mean that Pillow reads as something else."""

from PIL import Image, ImageCms, TiffImagePlugin

from imagescaler.engine.pixels.modes import COLOR_MODES
from imagescaler.probe.tiff_directories import Directory

BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PLANAR = 258, 259, 262, 266, 277, 284
EXTRA_SAMPLES, SAMPLE_FORMAT, SUBSAMPLING = 338, 339, 530
SEPARATE_PLANES, LOW_BIT_FIRST = 2, 2
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, CIE_LAB, ICC_LAB, ITU_LAB = 0, 1, 2, 3, 5, 6, 8, 9, 10
LABS = {CIE_LAB, ICC_LAB}
COLORS = {
    WHITE_IS_ZERO: "grey",
    BLACK_IS_ZERO: "grey",
    RGB: "RGB",
    PALETTE: "palette",
    4: "mask",
    CMYK: "CMYK",
    YCBCR: "YCbCr",
    CIE_LAB: "L*a*b*",
    ICC_LAB: "L*a*b*",
    ITU_LAB: "L*a*b*",
    32803: "camera raw",
    32844: "LogL",
    32845: "LogLuv",
    34892: "camera raw",
}
CHANNELS = {RGB: 3, CMYK: 4, YCBCR: 3, CIE_LAB: 3, ICC_LAB: 3, ITU_LAB: 3}  # 1 of others
UNSIGNED, VOID = 1, 4
FORMATS = {2: "signed ", 3: "floating-point ", 5: "complex ", 6: "complex "}
MOST_BITS, MOST_JPEG_BITS, DEEP = 16, 8, 65535
OLD_JPEG, JPEG = 6, 7
JPEGS = {OLD_JPEG, JPEG}
# None, facsimile, LZW, JPEG, Deflate, PackBits, LZMA and Zstandard.
COMPRESSIONS = {1, 2, 3, 4, 5, OLD_JPEG, JPEG, 8, 32771, 32773, 32946, 34925, 50000}
OTHER_COMPRESSIONS = {
    32766: "NeXT",
    32809: "ThunderScan",
    32909: "PixarLog",
    34661: "JBIG",
    34676: "SGI LogLuv",
    34677: "SGI LogLuv",
    34712: "JPEG 2000",
    34887: "LERC",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
# Exact conversion takes 0.3 s per megapixel, interpolation a fifth; it is some levels off where colors are dark.
MAX_EXACT_LAB_PIXELS = 4_000_000
ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA = 1, 2
ALPHAS = {ASSOCIATED_ALPHA: "La", UNASSOCIATED_ALPHA: "LA"}

# What Pillow cannot open: colors, bits and extra samples, and the mode and raw mode in which it reads them.
# `decoded` turns these pixels into what they mean.
READ_AS: dict[tuple[int, tuple[int, ...], tuple[int, ...]], tuple[str, str]] = {
    (WHITE_IS_ZERO, (12,), ()): ("I;16", "I;12"),
    (BLACK_IS_ZERO, (12,), ()): ("I;16", "I;12"),
    # Two samples of two bytes each
    **{(BLACK_IS_ZERO, (16, 16), (extra,)): ("RGBA", "RGBA") for extra in (0, *ALPHAS)},
    # Grey, alpha, and a third that is left out
    **{(BLACK_IS_ZERO, (8, 8, 8), (alpha, 0)): ("RGB", "RGB") for alpha in ALPHAS},
    **{(BLACK_IS_ZERO, (16, 16, 16), (alpha, 0)): ("RGB", "RGB;16{order}") for alpha in ALPHAS},
    **{(lab, (8, 8, 8), ()): ("RGB", "RGB") for lab in LABS},
}
for (_color, _bits, _extras), (_mode, _raw_mode) in READ_AS.items():
    for _prefix, _order in ((b"II", "L"), (b"MM", "B")):
        key = (_prefix, _color, (UNSIGNED,), 1, _bits, _extras)
        TiffImagePlugin.OPEN_INFO[key] = _mode, _raw_mode.format(order=_order)
TiffImagePlugin.OPEN_INFO[b"MM", WHITE_IS_ZERO, (UNSIGNED,), 1, (16,), ()] = "I;16B", "I;16B"


def bits_of(page: Directory) -> tuple[int, ...]:
    """Return the bits of each sample; one number may stand for all."""
    bits = page.numbers(BITS) or (1,)
    samples = page.number(SAMPLES, 3 if page.number(COMPRESSION, 1) == OLD_JPEG else 1)
    return bits * min(samples, TiffImagePlugin.MAX_SAMPLESPERPIXEL) if len(bits) == 1 else bits[:samples]


def refused_variety(page: Directory) -> str | None:
    """Return the name of the page's variety if it is not accepted, None if it is."""
    compression = page.number(COMPRESSION, 1)
    if compression not in COMPRESSIONS:
        return f"compression by {OTHER_COMPRESSIONS.get(compression, f'method {compression}')}"
    color = YCBCR if compression == OLD_JPEG else page.number(PHOTOMETRIC, 0)
    bits, extras, fill_order = bits_of(page), page.numbers(EXTRA_SAMPLES), page.number(FILL_ORDER, 1)
    in_planes = page.number(PLANAR, 1) == SEPARATE_PLANES
    if in_planes and not any(extras):  # Pillow leaves out the planes of extra samples
        bits, extras = bits[: len(bits) - len(extras)], ()
    formats = set(page.numbers(SAMPLE_FORMAT)) - {UNSIGNED, VOID}
    key = (b"II" if page.order == "<" else b"MM", color, (UNSIGNED,), fill_order, bits, extras)
    most_bits = MOST_JPEG_BITS if compression in JPEGS else MOST_BITS
    is_subsampled = color == YCBCR and page.numbers(SUBSAMPLING) != (1, 1)
    most_extras = {BLACK_IS_ZERO: 2, PALETTE: 0}.get(color, 1)
    is_unread_in_planes = in_planes and (is_subsampled or len(extras) > most_extras)
    if key in TiffImagePlugin.OPEN_INFO and not formats and max(bits) <= most_bits and not is_unread_in_planes:
        return None
    parts = (
        *(FORMATS.get(each, "unknown ") for each in sorted(formats)),
        "/".join(str(each) for each in sorted(set(bits))),
        "-bit ",
        "JPEG of " if compression in JPEGS else "",
        COLORS.get(color, f"color space {color}"),
        " whose zero is white" if color == WHITE_IS_ZERO and len(bits) > 1 else "",
        " with alpha" if any(extras) else " with extra samples" if len(bits) > CHANNELS.get(color, 1) else "",
        " with the lowest bit first" if fill_order == LOW_BIT_FIRST else "",
        " in subsampled planes" if in_planes and is_subsampled else " in planes" if in_planes else "",
    )
    return "".join(parts)


def decoded(image: Image.Image, pixels: Image.Image) -> Image.Image:
    """Scale and invert grey of other ranges, and convert grey with alpha and L*a*b* that were read as other colors."""
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    color, bits = tags.get(PHOTOMETRIC, 0), tags.get(BITS, (1,))[0]
    if pixels.mode == "F":
        factor = DEEP / (2**bits - 1)
        return pixels.point(lambda value: value * -factor + DEEP if color == WHITE_IS_ZERO else value * factor)
    if color == BLACK_IS_ZERO and pixels.mode in COLOR_MODES:
        # Of RGBA, whose bytes are in the processor's order, the higher byte of each sample.
        grey, alpha = pixels.split()[:2] if pixels.mode == "RGB" else pixels.split()[1::2]
        mode = ALPHAS.get(tags[EXTRA_SAMPLES][0])
        return Image.merge(mode, (grey, alpha)).convert("LA") if mode else grey
    return _lab_to_srgb(pixels, is_signed=color == CIE_LAB) if color in LABS else pixels


def _lab_to_srgb(samples: Image.Image, *, is_signed: bool) -> Image.Image:
    """Convert L*a*b* of D50 (TIFF 6.0, section 23), read as RGB; 0 is stored as 128 if a* and b* are not signed."""
    lightness, *others = samples.split()
    if is_signed:
        others = [each.point(lambda value: value ^ 128) for each in others]
    lab = Image.merge("LAB", (lightness, *others))
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    is_small = lab.width * lab.height <= MAX_EXACT_LAB_PIXELS
    flags = ImageCms.Flags.NOOPTIMIZE if is_small else ImageCms.Flags.HIGHRESPRECALC
    srgb = ImageCms.profileToProfile(lab, *profiles, outputMode="RGB", flags=flags)
    assert srgb
    return srgb
