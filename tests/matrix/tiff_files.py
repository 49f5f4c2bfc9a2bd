"""TIFFs: those that tifffile writes, in all combinations, and those that it does not write, made by hand.

The right values come from the arrays that the files are made of. Tolerances: 1 where samples are brought to eight bits
(16 bits may be cut or rounded); 2 where two of them are multiplied: inks with black, colours with alpha; JPEG of
quality 100 and conversions of colour have their own.
"""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import tifffile

from tests.matrix.case import Case, File, Pixels, Samples, rgba, to_eight_bits, turned
from tests.matrix.jpeg_files import lossless
from tests.matrix.pictures import (
    HEIGHT,
    WIDTH,
    cmyk_to_rgb,
    lab_to_srgb,
    rgb_to_ycbcr,
    samples,
    smooth,
    ycbcr_to_rgb,
)
from tests.matrix.tiff_writer import (
    BITS,
    BYTE,
    COLORMAP,
    COMPRESSION,
    EXTRA_SAMPLES,
    LONG,
    ORIENTATION,
    ROWS,
    SAMPLE_FORMAT,
    SHORT,
    SUBFILE,
    UNDEFINED,
    Page,
    Tag,
    jpeg,
    page,
    tiff,
)

WHITE, BLACK, RGB, PALETTE, INKS, YCBCR, LAB, ICC_LAB, ITU_LAB = 0, 1, 2, 3, 5, 6, 8, 9, 10
COLORS = {"white": 1, "grey": 1, "rgb": 3, "cmyk": 4}
PHOTOMETRICS = {"white": "miniswhite", "grey": "minisblack", "rgb": "rgb", "cmyk": "separated"}
NUMBERS = {"white": WHITE, "grey": BLACK, "rgb": RGB, "cmyk": INKS}
EXTRAS = {"": None, "unspecified": 0, "associated": 1, "unassociated": 2}
# What is packed how; the strips have several rows, and the last of them fewer.
PACKED: dict[str, dict[str, Any]] = {
    "plain": {},
    "deflate": {"compression": "zlib"},
    "predictor": {"compression": "zlib", "predictor": True},
}
LAYOUTS: dict[str, dict[str, Any]] = {"strips": {"rowsperstrip": 7}, "tiles": {"tile": (16, 16)}}
ORDERS = {"le": "<", "be": ">"}
FEW = (("strips", "le"), ("tiles", "be"))

CMYK_ALPHA, CMYK_EXTRA = "CMYK with (an )?alpha", "16-bit CMYK with (an )?extra"
FLOAT, SIGNED, LAB_NAMED, WIDE = "floating.point", "signed", r"L\*?a\*?b", r"\b32.bits?\b"


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _by_tifffile()
    yield from _palettes_by_tifffile()
    yield from _other_numbers()
    yield from _bits()
    yield from _compressions()
    yield from _fax()
    yield from _jpegs()
    yield from _colors()
    yield from _orientations()
    yield from _pages()
    yield from _unusual_tags()


def right(stored: Samples, kind: str, bits: int, extra: int | None = None) -> Pixels:
    """Give the right picture of stored samples (H, W, colors and one extra)."""
    values = to_eight_bits(stored, bits)
    colors, alpha = values[..., : COLORS[kind]], None
    if extra in {1, 2}:
        alpha = values[..., -1]
    if extra == 1:
        colors = np.minimum(255, colors * 255 / np.maximum(values[..., -1:], 1))
    if kind == "cmyk":
        colors = cmyk_to_rgb(colors)
    if kind == "white":
        colors = 255 - colors
    return rgba(colors[..., 0] if colors.shape[-1] == 1 else colors, alpha)


def _tolerance(kind: str, extra: int | None) -> int:
    return 2 if extra or kind == "cmyk" else 1


def stored_samples(kind: str, bits: int, extra: int | None) -> Samples:
    """Make samples; alpha is a quarter at least, and premultiplied colors are not above it."""
    count = COLORS[kind]
    made = samples(count + (extra is not None), bits)
    if extra in {1, 2}:
        most = 2**bits - 1
        made[..., -1] = np.maximum(made[..., -1], most // 4)
    if extra == 1:
        made[..., :-1] = made[..., :-1].astype(np.float64) * made[..., -1:] / (2**bits - 1)
    return made


def _by_tifffile() -> Iterator[Case]:
    """Give kind x bits x extra sample x planes x packing x layout x byte order."""
    for (kind, colors), bits, extra, planar in product(COLORS.items(), (8, 16), EXTRAS, (1, 2)):
        if (kind == "white" and extra) or (planar == 2 and colors == 1 and not extra):
            continue
        if kind == "cmyk" and extra == "associated":
            continue
        refusal = CMYK_ALPHA if kind == "cmyk" and extra == "unassociated" else ""
        if (kind, bits, extra, planar) == ("cmyk", 16, "unspecified", 1):
            refusal = CMYK_EXTRA
        for packing, layout, order in product(PACKED, LAYOUTS, ORDERS):
            name = "-".join(
                filter(None, (f"tiff/{kind}{bits}", extra, "planes" if planar == 2 else "", packing, layout, order))
            )
            make = partial(_written_by_tifffile, kind, bits, EXTRAS[extra], planar, packing, layout, ORDERS[order])
            yield Case(name, make, refusal)
        for big_order in ORDERS if (packing, layout) == ("predictor", "tiles") else ():
            name = "-".join(filter(None, (f"tiff/big-{kind}{bits}", extra, "planes" if planar == 2 else "", big_order)))
            make = partial(
                _written_by_tifffile,
                kind,
                bits,
                EXTRAS[extra],
                planar,
                "plain",
                "strips",
                ORDERS[big_order],
                is_big=True,
            )
            yield Case(name, make, refusal)


def _written_by_tifffile(
    kind: str, bits: int, extra: int | None, planar: int, packing: str, layout: str, order: str, *, is_big: bool = False
) -> File:
    stored = stored_samples(kind, bits, extra)
    data = by_tifffile(
        stored,
        planar,
        order,
        is_big=is_big,
        photometric=PHOTOMETRICS[kind],
        extrasamples=None if extra is None else [extra],
        **PACKED[packing],
        **LAYOUTS[layout],
    )
    deep = None
    if bits == 16 and COLORS[kind] == 1 and extra is None:
        deep = stored[..., 0] if kind == "grey" else 65535 - stored[..., 0]
    return File(data, right(stored, kind, bits, extra), _tolerance(kind, extra), deep)


def by_tifffile(stored: Samples, planar: int, order: str, *, is_big: bool = False, **options: Any) -> bytes:
    """Write samples (H, W, S) by tifffile."""
    count = stored.shape[-1]
    array = stored[..., 0] if count == 1 else np.moveaxis(stored, -1, 0) if planar == 2 else stored
    config: dict[str, Any] = {} if count == 1 else {"planarconfig": planar}
    buffer = BytesIO()
    tifffile.imwrite(
        buffer,
        np.ascontiguousarray(array),
        byteorder="<" if order == "<" else ">",
        bigtiff=is_big,
        metadata=None,
        **config,
        **options,
    )
    return buffer.getvalue()


def _palettes_by_tifffile() -> Iterator[Case]:
    for is_small, packing, layout, order in product((False, True), PACKED, LAYOUTS, ORDERS):
        values = "values8" if is_small else "values16"
        make = partial(_palette_by_tifffile, packing, layout, ORDERS[order], is_small=is_small)
        yield Case(f"tiff/palette8-{values}-{packing}-{layout}-{order}", make)


def _palette(size: int, *, is_small: bool) -> Samples:
    """Make a palette (3, size) of values up to 255, as some write them, or up to 65535."""
    colors = np.random.default_rng([3, size]).integers(0, 256, (3, size)).astype(np.uint16)
    colors[:, :2] = [[255, 0]] * 3
    return colors if is_small else colors * 257


def _palette_by_tifffile(packing: str, layout: str, order: str, *, is_small: bool) -> File:
    numbers, colors = samples(1, 8), _palette(256, is_small=is_small)
    data = by_tifffile(numbers, 1, order, photometric="palette", colormap=colors, **PACKED[packing], **LAYOUTS[layout])
    return File(data, rgba((colors % 256)[:, numbers[..., 0]].transpose(1, 2, 0)))


def _other_numbers() -> Iterator[Case]:
    """Give floating point, signed samples, and those of 32 and 64 bits, of which none has a range that is agreed on."""
    kinds = {
        "float16": ("f2", FLOAT),
        "float32": ("f4", FLOAT),
        "float64": ("f8", FLOAT),
        "signed8": ("i1", SIGNED),
        "signed16": ("i2", SIGNED),
        "signed32": ("i4", f"{SIGNED}|{WIDE}"),
        "unsigned32": ("u4", WIDE),
        "unsigned64": ("u8", r"\b64.bits?\b"),
    }
    for (name, (dtype, refusal)), color, planar, packing in product(kinds.items(), ("grey", "rgb"), (1, 2), PACKED):
        if (planar == 2 and color == "grey") or (packing == "predictor" and dtype == "u8"):
            continue  # tifffile has no predictor for those
        for layout, order in FEW:
            planes = "-planes" if planar == 2 else ""
            make = partial(_other_number, dtype, color, planar, packing, layout, ORDERS[order])
            yield Case(f"tiff/{color}-{name}{planes}-{packing}-{layout}-{order}", make, refusal)


def _other_number(dtype: str, color: str, planar: int, packing: str, layout: str, order: str) -> File:
    unit = to_eight_bits(samples(COLORS[color], 16), 16) / 255
    kind = np.dtype(dtype)
    if kind.kind == "f":
        stored: Samples = unit.astype(kind)
    else:
        bounds = np.iinfo(kind)
        stored = (unit * float(bounds.max) * 0.9 + (1 - unit) * float(bounds.min) * 0.9).astype(kind)
    if kind.kind == "f" and packing == "predictor":  # of which tifffile needs another package
        made = page(
            stored,
            NUMBERS[color],
            8 * kind.itemsize,
            order=order,
            compression=8,
            planar=planar,
            predictor=3,
            tile=(16, 16) if layout == "tiles" else None,
            tags={SAMPLE_FORMAT: (SHORT, [3] * stored.shape[-1])},
        )
        return File(tiff([made], order), None)
    options = PACKED[packing] | LAYOUTS[layout]
    return File(by_tifffile(stored, planar, order, photometric=PHOTOMETRICS[color], **options), None)


def by_hand(
    kind: str,
    bits: int,
    order: str = "<",
    *,
    extra: int | None = None,
    is_big: bool = False,
    tags: dict[int, Tag | None] | None = None,
    **options: Any,
) -> File:
    """Write a page of random samples by hand."""
    stored = stored_samples(kind, bits, extra)
    added = {} if extra is None else {EXTRA_SAMPLES: (SHORT, [extra])}
    made = page(stored, NUMBERS[kind], bits, order=order, tags={**added, **(tags or {})}, **options)
    deep = None
    if bits > 8 and COLORS[kind] == 1 and extra is None:
        grey = np.rint(to_eight_bits(stored[..., 0], bits) * 257).astype(np.uint16)
        deep = grey if kind == "grey" else 65535 - grey
    return File(tiff([made], order, is_big=is_big), right(stored, kind, bits, extra), _tolerance(kind, extra), deep)


def _bits() -> Iterator[Case]:
    """Give bits that are no bytes, of grey, colors and palettes, in both orders of bytes and of bits."""
    names = (("plain", 1), ("lzw", 5))
    for kind, bits, (packing, number), order in product(("white", "grey"), (1, 2, 4, 6, 10, 12, 14), names, ORDERS):
        refusal = rf"\b{bits}.bits?\b" if bits not in {1, 2, 4, 8, 16} else ""
        make = partial(by_hand, kind, bits, ORDERS[order], compression=number)
        yield Case(f"tiff/{kind}{bits}-{packing}-strips-{order}", make, refusal)
        if order == "le" and bits in {1, 2, 4, 12}:
            make = partial(by_hand, kind, bits, compression=number, tile=(16, 16))
            yield Case(f"tiff/{kind}{bits}-{packing}-tiles-{order}", make, refusal)
    for kind, bits, (packing, number), order in product(("white", "grey"), (1, 2, 4, 8), names, ORDERS):
        make = partial(by_hand, kind, bits, ORDERS[order], compression=number, fill_order=2)
        yield Case(f"tiff/{kind}{bits}-lowfirst-{packing}-{order}", make)
    for packing, number in names:
        make = partial(by_hand, "rgb", 8, compression=number, fill_order=2)
        yield Case(f"tiff/rgb8-lowfirst-{packing}", make)
    for kind, bits, planar in product(("rgb", "cmyk"), (1, 2, 4, 10, 12, 14), (1, 2)):
        planes = "-planes" if planar == 2 else ""
        make = partial(by_hand, kind, bits, compression=5, planar=planar)
        yield Case(f"tiff/{kind}{bits}{planes}-lzw-strips-le", make, rf"\b{bits}.bits?\b")
    for bits, is_small, (packing, number), order in product((1, 2, 4), (False, True), names, ORDERS):
        values = "values8" if is_small else "values16"
        make = partial(_palette_by_hand, bits, number, ORDERS[order], is_small=is_small)
        yield Case(f"tiff/palette{bits}-{values}-{packing}-{order}", make)
    yield Case("tiff/palette16-index", partial(_palette_by_hand, 16, 5, "<", is_small=False), r"palette|\b16.bits?\b")
    for extra, planar in product((0, 2), (1, 2)):
        planes = "-planes" if planar == 2 else ""
        make = partial(_palette_by_hand, 8, 1, "<", is_small=False, extra=extra, planar=planar)
        yield Case(
            f"tiff/palette8-{'unspecified' if extra == 0 else 'unassociated'}{planes}", make, "palette with (an )?alpha"
        )


def _palette_by_hand(
    bits: int, compression: int, order: str, *, is_small: bool, extra: int | None = None, planar: int = 1
) -> File:
    numbers, colors = samples(1 if extra is None else 2, bits), _palette(2**bits, is_small=is_small)
    tags: dict[int, Tag | None] = {COLORMAP: (SHORT, colors.ravel().tolist())}
    if extra is not None:
        tags[EXTRA_SAMPLES] = (SHORT, [extra])
    made = page(numbers, PALETTE, bits, order=order, compression=compression, planar=planar, tags=tags)
    shown = (colors % 256)[:, numbers[..., 0]].transpose(1, 2, 0)
    return File(tiff([made], order), rgba(shown, numbers[..., 1] if extra == 2 else None))


def _compressions() -> Iterator[Case]:
    """Give what tifffile needs another package for."""
    numbers = {"packbits": 32773, "lzw": 5, "old-deflate": 32946, "lzma": 34925, "zstd": 50000}
    kinds = (("grey", 8, None), ("grey", 16, None), ("white", 16, None), ("rgb", 8, None), ("rgb", 16, None))
    more = (("rgb", 8, 2), ("rgb", 16, 1), ("cmyk", 8, None), ("cmyk", 16, None), ("grey", 8, 2), ("grey", 16, 2))
    for (name, number), (kind, bits, extra), planar in product(numbers.items(), kinds + more, (1, 2)):
        if planar == 2 and COLORS[kind] == 1 and extra is None:
            continue
        planes = "-planes" if planar == 2 else ""
        alpha = {None: "", 1: "-associated", 2: "-unassociated"}[extra]
        for (layout, order), predictor in product(FEW, (1, 2) if name in {"lzw", "zstd"} else (1,)):
            make = partial(
                by_hand,
                kind,
                bits,
                ORDERS[order],
                extra=extra,
                compression=number,
                planar=planar,
                predictor=predictor,
                tile=(16, 16) if layout == "tiles" else None,
            )
            predicted = "-predictor" if predictor == 2 else ""
            yield Case(f"tiff/{kind}{bits}{alpha}{planes}-{name}{predicted}-{layout}-{order}", make)
    unknown = {
        "webp": (50001, "WebP"),
        "lerc": (34887, "LERC"),
        "jpegxl": (50002, "JPEG ?XL"),
        "jpegxl-dng": (52546, "JPEG ?XL"),
        "jpeg2000": (34712, "JPEG ?2000"),
        "jbig": (34661, "JBIG"),
        "pixarlog": (32909, "Pixar"),
        "next": (32766, "NeXT"),
        "thunderscan": (32809, "Thunder"),
        "loglluv": (34676, "LogL|SGI"),
        "loglluv24": (34677, "LogL|SGI"),
        "unassigned": (60123, "60123"),
    }
    for name, (number, refusal) in unknown.items():
        bits = 4 if name == "thunderscan" else 2 if name == "next" else 8
        for kind in ("grey", "rgb"):
            make = partial(_unknown_compression, kind, bits, number)
            yield Case(f"tiff/{kind}8-{name}", make, refusal)


def _unknown_compression(kind: str, bits: int, number: int) -> File:
    file = by_hand(kind, bits, encode=lambda block: bytes(block.tobytes()), tags={COMPRESSION: (SHORT, [number])})
    return File(file.data, None)


def _fax() -> Iterator[Case]:
    """Give facsimile, as libtiff writes it through Pillow: black or white is zero."""
    for name, is_white in product(("tiff_ccitt", "group3", "group4"), (False, True)):
        yield Case(f"tiff/fax-{name}-{'white' if is_white else 'black'}", partial(_faxed, name, is_white=is_white))


def _faxed(compression: str, *, is_white: bool) -> File:
    from PIL import Image

    bits = samples(1, 1)[..., 0] * np.uint8(255)
    buffer = BytesIO()
    Image.fromarray(bits).convert("1").save(
        buffer, "TIFF", compression=compression, tiffinfo={262: 0 if is_white else 1}
    )
    return File(buffer.getvalue(), rgba(bits))


def _jpegs() -> Iterator[Case]:
    """Give JPEG inside TIFF: the new way (7) and the old one (6), and kinds that no browser shows."""
    for kind, planar, layout in product(("grey", "rgb", "ycbcr", "ycbcr-420", "cmyk"), (1, 2), LAYOUTS):
        if planar == 2 and kind in {"grey", "ycbcr-420"}:
            continue
        planes = "-planes" if planar == 2 else ""
        yield Case(f"tiff/jpeg-{kind}{planes}-{layout}", partial(_jpeg_inside, kind, planar, layout), "planes|JPEG")
    yield Case("tiff/jpeg-old", _old_jpeg, "old.*JPEG")
    yield Case("tiff/jpeg-arithmetic", partial(_foreign_jpeg_inside, 0xC9, 8), "arithmetic")
    yield Case("tiff/jpeg-lossless", _lossless_jpeg_inside, "lossless")
    yield Case("tiff/jpeg-12bit", partial(_foreign_jpeg_inside, 0xC1, 12), r"\b12.bits?\b")


def _jpeg_inside(kind: str, planar: int, layout: str) -> File:
    color, _, sampling = kind.partition("-")
    rgb = smooth({"grey": 1, "cmyk": 4}.get(color, 3))
    stored = (
        np.clip(np.rint(rgb_to_ycbcr(rgb.astype(np.float64))), 0, 255).astype(np.uint8) if color == "ycbcr" else rgb
    )
    mode = "L" if planar == 2 else {"grey": "L", "rgb": "RGB", "ycbcr": "YCbCr", "cmyk": "CMYK"}[color]
    options: dict[str, Any] = {"subsampling": 2} if sampling else {}
    if mode == "RGB":
        options["keep_rgb"] = True
    # Pillow inverts inks, as its marker of Adobe says; TIFF knows nothing of that
    stored_by_codec = 255 - stored if mode == "CMYK" else stored
    number = {"grey": BLACK, "rgb": RGB, "ycbcr": YCBCR, "cmyk": INKS}[color]
    # TIFF 6.0, section 21: without the tag, the sampling is 2 x 2
    tags: dict[int, Tag | None] = {530: (SHORT, [2, 2] if sampling else [1, 1])} if color == "ycbcr" else {}
    tile, rows = ((16, 16), 7) if layout == "tiles" else (None, 16)
    made = page(
        stored_by_codec,
        number,
        8,
        compression=7,
        planar=planar,
        tile=tile,
        rows=rows,
        encode=_without_application_data(jpeg(mode, **options)),
        tags=tags,
    )
    shown = cmyk_to_rgb(rgb.astype(np.float64)) if color == "cmyk" else rgb
    return File(tiff([made]), rgba(shown[..., 0] if color == "grey" else shown), 8 if sampling else 4)


def _without_application_data(encode: Any) -> Any:
    """Leave out JFIF and Adobe's marker, as the note on JPEG in TIFF wants it."""

    def bare(block: Samples) -> bytes:
        data: bytes = encode(block)
        at, kept = 2, data[:2]
        while data[at + 1] != 0xDA:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
            kept += data[at:end] if not 0xE0 <= data[at + 1] <= 0xEF else b""
            at = end
        return kept + data[at:]

    return bare


def _old_jpeg() -> File:
    """Write a JPEG in the old way (TIFF 6.0, section 22): a whole file, to which a tag points."""
    rgb = smooth(3)
    made = page(
        rgb,
        YCBCR,
        8,
        compression=6,
        rows=HEIGHT,
        encode=jpeg("RGB"),
        tags={512: (SHORT, [1]), 530: (SHORT, [1, 1])},
    )
    [whole] = made.segments
    data = tiff([Page({**made.tags, 513: (LONG, [8]), 514: (LONG, [len(whole)])}, made.segments)])
    assert data.find(whole) == 8
    return File(data, rgba(rgb), 4)


def _lossless_jpeg_inside() -> File:
    """Write JPEGs without loss into a TIFF, as cameras do in DNG."""
    grey = samples(1, 8)
    made = page(grey, BLACK, 8, compression=7, rows=16, encode=lambda block: lossless(block[..., 0], 8))
    return File(tiff([made]), rgba(grey[..., 0]))


def _foreign_jpeg_inside(marker: int, precision: int) -> File:
    """Write a JPEG into a TIFF whose frame says that it is coded in another way."""
    data = jpeg("L")(smooth(1))
    at = data.find(b"\xff\xc0")
    changed = data[:at] + bytes([0xFF, marker, *data[at + 2 : at + 4], precision]) + data[at + 5 :]
    bits: dict[int, Tag | None] = {BITS: (SHORT, [precision])}
    made = page(smooth(1), BLACK, 8, compression=7, rows=HEIGHT, encode=lambda block: changed, tags=bits)
    return File(tiff([made]), None)


def _colors() -> Iterator[Case]:
    """Give YCbCr and L*a*b*."""
    for layout, planar in product(LAYOUTS, (1, 2)):
        planes = "-planes" if planar == 2 else ""
        for packing, number in (("plain", 1), ("lzw", 5)):
            yield Case(
                f"tiff/ycbcr8{planes}-{packing}-{layout}", partial(_ycbcr, planar, layout, number), "YCbCr.*plane"
            )
        for name, number, bits in (("lab", LAB, 8), ("icclab", ICC_LAB, 8), ("lab", LAB, 16), ("icclab", ICC_LAB, 16)):
            make = partial(_lab, number, bits, planar, layout)
            yield Case(
                f"tiff/{name}{bits}{planes}-{layout}", make, LAB_NAMED if bits == 16 or number == ICC_LAB else ""
            )
    yield Case("tiff/ycbcr8-subsampled-plain", _subsampled_ycbcr, "YCbCr.*subsampl|subsampl.*YCbCr")
    yield Case("tiff/itulab8", partial(_lab, ITU_LAB, 8, 1, "strips"), LAB_NAMED)


def _ycbcr(planar: int, layout: str, compression: int) -> File:
    stored = np.clip(np.rint(rgb_to_ycbcr(samples(3, 8).astype(np.float64))), 0, 255).astype(np.uint8)
    made = page(
        stored,
        YCBCR,
        8,
        compression=compression,
        planar=planar,
        tile=(16, 16) if layout == "tiles" else None,
        tags={530: (SHORT, [1, 1])},
    )
    return File(tiff([made]), rgba(ycbcr_to_rgb(stored.astype(np.float64))), 2)


def _subsampled_ycbcr() -> File:
    """Write what is not compressed with chroma of half the sides: four of Y, one of Cb, one of Cr (TIFF 6.0, 21)."""
    y, chroma = smooth(1)[:28, :36, 0], smooth(2, 2)[:14, :18]
    units = y.reshape(14, 2, 18, 2).transpose(0, 2, 1, 3).reshape(14, 18, 4)
    block = np.concatenate([units, chroma], axis=2)
    whole = smooth(3)[:28, :36]
    made = page(whole, YCBCR, 8, rows=28, encode=lambda each: block.tobytes(), tags={530: (SHORT, [2, 2])})
    wide = chroma.repeat(2, axis=0).repeat(2, axis=1)
    stored = np.concatenate([y[..., None], wide], axis=2)
    return File(tiff([made]), rgba(ycbcr_to_rgb(stored.astype(np.float64))), 12)


def _lab(number: int, bits: int, planar: int, layout: str) -> File:
    """Write L*a*b* of colors that sRGB has; a and b are signed in CIELab, and 128 or 32768 is their zero in ICCLab."""
    rng = np.random.default_rng(8)
    lab = np.stack([rng.uniform(30, 80, (HEIGHT, WIDTH)), *rng.uniform(-20, 20, (2, HEIGHT, WIDTH))], axis=-1)
    scale = 1 if bits == 8 else 256
    # CIELab of 16 bits: L up to 65535; ICCLab of 16 bits: L of 100 is 65280 (TIFF 6.0, 23; ICC.1:2001, annex A)
    most = 255 if bits == 8 else 65280 if number == ICC_LAB else 65535
    lightness, ab = np.rint(lab[..., :1] * most / 100), np.rint(lab[..., 1:] * scale)
    meant = np.concatenate([lightness * 100 / most, ab / scale], axis=-1)
    offset = 0 if number == LAB else 128 * scale
    stored = np.concatenate([lightness, (ab + offset) % 2**bits], axis=-1).astype(np.uint8 if bits == 8 else np.uint16)
    made = page(stored, number, bits, planar=planar, tile=(16, 16) if layout == "tiles" else None)
    return File(tiff([made]), rgba(lab_to_srgb(meant)) if number != ITU_LAB else None, 3)


def _orientations() -> Iterator[Case]:
    """Give how pictures lie: strips, tiles, planes, JPEG; and the number in other types than SHORT."""
    for orientation, layout in product(range(1, 9), ("strips", "tiles", "planes", "jpeg")):
        yield Case(f"tiff/orientation{orientation}-{layout}", partial(_lying, orientation, layout))
    for name, kind in (("byte", BYTE), ("long", LONG)):
        yield Case(f"tiff/orientation6-{name}", partial(_lying, 6, "strips", kind))
        yield Case(f"tiff/orientation6-{name}-be", partial(_lying, 6, "strips", kind, ">"))
    for number in (0, 9, 77):
        yield Case(f"tiff/orientation{number}-means-nothing", partial(_lying, number, "strips"))


def _lying(orientation: int, layout: str, kind: int = SHORT, order: str = "<") -> File:
    tags: dict[int, Tag | None] = {ORIENTATION: (kind, [orientation])}
    if layout == "jpeg":
        rgb = smooth(3)
        encode = _without_application_data(jpeg("RGB", keep_rgb=True))
        made = page(rgb, RGB, 8, compression=7, rows=16, encode=encode, tags=tags)
        return File(tiff([made]), turned(rgba(rgb), orientation), 4)
    layouts: dict[str, dict[str, Any]] = {"tiles": {"tile": (16, 16)}, "planes": {"planar": 2}}
    options = layouts.get(layout, {})
    file = by_hand("rgb", 8, order, tags=tags, **options)
    assert file.picture is not None
    return File(file.data, turned(file.picture, orientation))


def _pages() -> Iterator[Case]:
    """Give files of several pages: the first that is no thumbnail is shown."""
    yield from (Case(f"tiff/pages-{name}", partial(_several_pages, name)) for name in PAGES)


PAGES = (
    "two",
    "thumbnail-first",
    "thumbnail-last",
    "thumbnail-with-subifd",
    "pyramid",
    "mask-last",
    "big-thumbnail-first",
)


def _several_pages(name: str) -> File:
    stored, small = samples(3, 8), samples(3, 8, seed=2)[:8, :10]
    reduced: dict[int, Tag | None] = {SUBFILE: (LONG, [1])}
    main, thumbnail = page(stored, RGB, 8), page(small, RGB, 8, tags=reduced)
    pages = {
        "two": [main, page(samples(3, 8, seed=3), RGB, 8)],
        "thumbnail-first": [thumbnail, main],
        "big-thumbnail-first": [thumbnail, main],
        "thumbnail-last": [main, thumbnail],
        "thumbnail-with-subifd": [page(small, RGB, 8, tags=reduced, below=[main])],
        "pyramid": [page(stored, RGB, 8, tile=(16, 16)), thumbnail, page(small[:4, :5], RGB, 8, tags=reduced)],
        "mask-last": [main, page(samples(1, 1), 4, 1, tags={SUBFILE: (LONG, [4])})],
    }[name]
    return File(tiff(pages, is_big=name.startswith("big")), rgba(stored))


def _extra_samples(count: int, bits: int, planar: int, order: str, extras: tuple[int, ...]) -> File:
    stored = samples(count, bits)
    tags: dict[int, Tag | None] = {EXTRA_SAMPLES: (SHORT, extras)} if extras else {}
    color, channels = (RGB, 3) if count > 3 else (BLACK, 1)
    made = page(stored, color, bits, order=order, planar=planar, tags=tags)
    values = to_eight_bits(stored, bits)
    shown = values[..., :3] if color == RGB else values[..., 0]
    return File(tiff([made], order), rgba(shown, values[..., channels]), 2)


def _unusual_tags() -> Iterator[Case]:
    """Give what writers leave out or write in other types."""
    for bits, planar, (name, order) in product((8, 16), (1, 2), ORDERS.items()):
        for kind, count, extras in (
            ("rgb-fourth", 4, ()),
            ("rgb-alpha-more", 5, (2, 0)),
            ("grey-alpha-more", 3, (2, 0)),
        ):
            make = partial(_extra_samples, count, bits, planar, order, extras)
            refusal = "RGB with alpha" if kind == "rgb-alpha-more" and (bits, planar) != (8, 1) else ""
            yield Case(f"tiff/{kind}{bits}{'-planes' if planar == 2 else ''}-{name}", make, refusal)
    changes: dict[str, dict[int, Tag | None]] = {
        "no-rows-per-strip": {ROWS: None},
        "rows-beyond": {ROWS: (LONG, [2**32 - 1])},
        "one-bits-for-all": {BITS: (SHORT, [8])},
        "no-planar": {284: None},
        "sizes-long": {256: (LONG, [WIDTH]), 257: (LONG, [HEIGHT])},
        "sample-format-void": {SAMPLE_FORMAT: (SHORT, [4, 4, 4])},
        "sample-formats": {SAMPLE_FORMAT: (SHORT, [1, 1, 1])},
        "unknown-tags": {65000: (UNDEFINED, [1, 2, 3]), 65001: (SHORT, [7])},
        "broken-profile": {34675: (UNDEFINED, list(b"no profile"))},
    }
    for name, tags in changes.items():
        rows: dict[str, Any] = {"rows": HEIGHT} if "rows" in name else {}
        yield Case(f"tiff/rgb8-{name}", partial(by_hand, "rgb", 8, tags=tags, **rows))
        yield Case(f"tiff/rgb8-{name}-lzw", partial(by_hand, "rgb", 8, compression=5, tags=tags, **rows))
    for kind, bits in (("grey", 1), ("grey", 8), ("grey", 16), ("rgb", 8)):
        for name, order in ORDERS.items():
            yield Case(f"tiff/big-{kind}{bits}-by-hand-{name}", partial(by_hand, kind, bits, order, is_big=True))
