"""AVIFs: boxes that say which part is shown, how it lies and which colours are meant; alpha, grey, sequences.

The pictures are smooth, of quality 100 and of the sampling 4:4:4: what is lost are 4 of 255 at most, and twice as much
where colours are converted. The boxes are changed in files that Pillow writes.
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

from tests.matrix.case import CUT_OFF, Case, File, Pixels, Samples, rgba, turned
from tests.matrix.icc import matrix_profile
from tests.matrix.pictures import (
    BT2020_XY,
    HEIGHT,
    P3_XY,
    SRGB_XY,
    WIDTH,
    inside_srgb,
    rgb_to_ycbcr,
    smooth,
    to_light,
    to_srgb,
    ycbcr_to_rgb,
)
from tests.matrix.png_files import XMP, bt709, exif, power

TOLERANCE, CONVERTED = 4, 5
# The turn that a file asks for, anticlockwise by quarters, then the axis of a mirror, as one of EXIF's numbers.
TURNS = {
    (0, None): 1,
    (1, None): 8,
    (2, None): 3,
    (3, None): 6,
    (0, 0): 4,
    (0, 1): 2,
    (1, 0): 5,
    (1, 1): 7,
    (2, 0): 2,
    (2, 1): 4,
    (3, 0): 7,
    (3, 1): 5,
}


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _kinds()
    yield from _turns()
    yield from _apertures()
    yield from _meant_colors()
    yield from _sequences()


def avif(pixels: Pixels, mode: str = "RGB", **options: Any) -> bytes:
    """Write samples."""
    buffer = BytesIO()
    image = Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())
    image.save(buffer, "AVIF", **{"quality": 100, "subsampling": "4:4:4", "speed": 10, **options})
    return buffer.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    """Make a box."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take a row of boxes apart."""
    at, found = 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return found


def with_properties(
    data: bytes, *properties: bytes, without: frozenset[bytes] = frozenset(), unused: tuple[bytes, ...] = ()
) -> bytes:
    """Give the first item more properties, all essential, in place of those of the kinds that go; add unused ones."""
    parts = boxes(data)
    meta = dict(parts)[b"meta"]
    inner = boxes(meta[4:])
    [ipco, ipma] = boxes(dict(inner)[b"iprp"])
    kept = boxes(ipco[1])
    first_new = len(kept) + 1
    # version 0, flags 0: one byte per association; the first item's are extended
    content = ipma[1]
    assert content[:4] == bytes(4)
    entries, at, changed = int.from_bytes(content[4:8]), 8, b""
    for number in range(entries):
        item, count = content[at : at + 2], content[at + 2]
        own = list(content[at + 3 : at + 3 + count])
        own = [each for each in own if kept[(each & 0x7F) - 1][0] not in without]
        if number == 0:
            own += [0x80 | (first_new + each) for each in range(len(properties))]
        changed += item + bytes([len(own), *own])
        at += 3 + count
    iprp = box(b"ipco", ipco[1] + b"".join((*properties, *unused))) + box(b"ipma", content[:8] + changed)
    growth = len(iprp) - len(dict(inner)[b"iprp"])
    rebuilt = []
    for kind, content in inner:
        changed_content = {b"iprp": iprp, b"iloc": _moved(content, growth) if kind == b"iloc" else b""}
        rebuilt.append(box(kind, changed_content.get(kind, content)))
    return b"".join(box(kind, meta[:4] + b"".join(rebuilt) if kind == b"meta" else content) for kind, content in parts)


def _moved(iloc: bytes, growth: int) -> bytes:
    """Move the places of all items (ISO/IEC 14496-12, 8.11.3, version 0, with offsets and lengths of four bytes)."""
    assert iloc[0] == 0
    assert iloc[4:6] == b"\x44\0"
    moved, at = bytearray(iloc), 8
    for _ in range(int.from_bytes(iloc[6:8])):
        extents = int.from_bytes(iloc[at + 4 : at + 6])
        at += 6
        for _ in range(extents):
            struct.pack_into(">I", moved, at, int.from_bytes(iloc[at : at + 4]) + growth)
            at += 8
    return bytes(moved)


def _kinds() -> Iterator[Case]:
    colors, grey = smooth(3), smooth(1)
    yield Case("avif/rgb", lambda: File(avif(colors), rgba(colors), TOLERANCE))
    yield Case("avif/rgb-420", lambda: File(avif(colors, subsampling="4:2:0"), rgba(colors), 12))
    yield Case("avif/rgb-422", lambda: File(avif(colors, subsampling="4:2:2"), rgba(colors), 12))
    yield Case("avif/rgb-limited", lambda: File(avif(colors, range="limited"), rgba(colors), TOLERANCE))
    yield Case("avif/grey", lambda: File(avif(grey, "L", subsampling="4:0:0"), rgba(grey[..., 0]), TOLERANCE))
    yield Case(
        "avif/grey-limited",
        lambda: File(avif(grey, "L", subsampling="4:0:0", range="limited"), rgba(grey[..., 0]), TOLERANCE),
    )
    yield Case("avif/alpha", partial(_with_alpha))
    yield Case("avif/alpha-premultiplied", partial(_with_alpha, alpha_premultiplied=True))
    yield Case("avif/cut-pixels", lambda: File(avif(colors)[:-600], None), CUT_OFF)
    yield Case("avif/rubbish-behind", lambda: File(avif(colors) + box(b"free", bytes(50)), rgba(colors), TOLERANCE))
    yield Case("avif/other-size-of-thumbnail", lambda: _unused_size(colors))


def _unused_size(colors: Pixels) -> File:
    """Add a size that belongs to no item: a reader that takes the largest of all is mistaken."""
    ispe = box(b"ispe", bytes(4) + struct.pack(">II", 500, 400))
    return File(with_properties(avif(colors), unused=(ispe,)), rgba(colors), TOLERANCE)


def _with_alpha(**options: Any) -> File:
    colors = smooth(3)
    alpha = np.clip(smooth(1, 3).astype(int), 128, 255).astype(np.uint8)
    pixels = np.concatenate([colors, alpha], axis=2)
    return File(avif(pixels, "RGBA", **options), pixels, 2 * TOLERANCE)


def _turns() -> Iterator[Case]:
    """Give turns and mirrors, as HEIF says them; EXIF means nothing, where it says otherwise."""
    for (angle, axis), orientation in TURNS.items():
        name = f"avif/irot{angle}" + ("" if axis is None else f"-imir{axis}")
        yield Case(name, partial(_turned, angle, axis, orientation))
    for orientation in range(1, 9):
        yield Case(f"avif/orientation{orientation}-by-writer", partial(_lying, orientation, exif=exif(orientation)))
    yield Case("avif/orientation-in-xmp-means-nothing", partial(_lying, 1, xmp=XMP))
    yield Case("avif/orientation-in-exif-alone", _in_exif_alone)


def _turned(angle: int, axis: int | None, orientation: int) -> File:
    colors = smooth(3)
    properties = [box(b"irot", bytes([angle]))] if angle else []
    properties += [] if axis is None else [box(b"imir", bytes([axis]))]
    return File(with_properties(avif(colors), *properties), turned(rgba(colors), orientation), TOLERANCE)


def _lying(orientation: int, **options: Any) -> File:
    colors = smooth(3)
    return File(avif(colors, **options), turned(rgba(colors), orientation), TOLERANCE)


def _in_exif_alone() -> File:
    """Say it in EXIF and not by boxes: HEIF ignores that (ISO/IEC 23008-12, annex A), but some readers do not."""
    colors = smooth(3)
    data = with_properties(avif(colors, exif=exif(6)), without=frozenset({b"irot", b"imir"}))
    return File(data, rgba(colors), TOLERANCE, other=turned(rgba(colors), 6))


def _apertures() -> Iterator[Case]:
    """Give clean apertures: which part of the picture is shown (ISO/IEC 14496-12, 12.1.4)."""
    for name, (left, top, width, height) in {
        "middle": (8, 5, 20, 18),
        "corner": (0, 0, 20, 18),
        "far-corner": (17, 11, 20, 18),
        "rows": (0, 4, 37, 20),
        "all": (0, 0, 37, 29),
        "odd": (3, 2, 21, 17),
    }.items():
        yield Case(f"avif/clap-{name}", partial(_clipped, left, top, width, height), "clean aperture|clap")
        for angle in (1, 3):
            make = partial(_clipped, left, top, width, height, angle)
            yield Case(f"avif/clap-{name}-irot{angle}", make, "clean aperture|clap")
    yield Case("avif/clap-beyond", partial(_clipped, 30, 20, 20, 18), "clean aperture|clap")


def _clipped(left: int, top: int, width: int, height: int, angle: int = 0) -> File:
    colors = smooth(3)
    # centres, as fractions: of the part, less that of the whole
    across, down = 2 * left + width - WIDTH, 2 * top + height - HEIGHT
    clap = box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, across, 2, down, 2))
    properties = [clap, *([box(b"irot", bytes([angle]))] if angle else [])]
    orientation = {0: 1, 1: 8, 3: 6}[angle]
    whole = turned(rgba(colors), orientation)
    part = turned(rgba(colors[top : top + height, left : left + width]), orientation)
    is_inside = left + width <= WIDTH and top + height <= HEIGHT
    return File(with_properties(avif(colors), *properties), part if is_inside else whole, TOLERANCE)


def _spread(pixels: Pixels) -> Samples:
    """Make light of smooth pixels, of strong colours."""
    return np.clip(0.5 + 1.2 * (pixels / 255 - 0.5), 0.1, 0.9)


def nclx(primaries: int, transfer: int, matrix: int, *, is_full: bool = True) -> bytes:
    """Say by code points which colours are meant (ITU-T H.273)."""
    return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80 * is_full))


COLOR = frozenset({b"colr"})


def _meant_colors() -> Iterator[Case]:
    """Give what says which colours are meant: a profile goes ahead of code points, which say the matrix in any case."""
    for name, (number, red, blue) in {
        "bt709": (1, 0.2126, 0.0722),
        "bt601": (6, 0.299, 0.114),
        "bt2020": (9, 0.2627, 0.0593),
    }.items():
        yield Case(f"avif/matrix-{name}", partial(_other_matrix, number, red, blue))
    yield Case("avif/range-limited-of-full", _other_range)
    linear, usual = power(1.0), power(2.2)
    meanings: dict[str, tuple[int, int, Callable[[Samples], Samples] | None, tuple[float, ...]]] = {
        "srgb": (1, 13, None, SRGB_XY),
        "unspecified": (2, 2, None, SRGB_XY),
        "p3": (12, 13, to_light, P3_XY),
        "p3-gamma-2.2": (12, 4, usual, P3_XY),
        "bt2020": (9, 14, bt709, BT2020_XY),
        "bt2020-srgb-curve": (9, 13, to_light, BT2020_XY),
        "linear": (1, 8, linear, SRGB_XY),
        "gamma-2.8": (1, 5, power(2.8), SRGB_XY),
    }
    for name, (primaries, transfer, curve, xy) in meanings.items():
        yield Case(f"avif/nclx-{name}", partial(_meant, nclx(primaries, transfer, 6), curve, xy))
    # most AVIFs of video tools say the curve of BT.709 and mean what a browser shows, which is that of sRGB
    yield Case("avif/nclx-bt709", _nearly_srgb)
    yield Case("avif/nclx-p3-and-profile", _profile_first)
    yield Case("avif/nclx-pq", partial(_hdr, 16, 148, 100), r"\bPQ\b|HDR")
    yield Case("avif/nclx-hlg", partial(_hdr, 18, 191, 55), r"\bHLG\b|HDR")
    for name, is_grey_picture, is_grey_profile in (
        ("rgb-profile", False, False),
        ("grey-profile-of-grey", True, True),
        ("grey-profile-of-colors", False, True),
        ("rgb-profile-of-grey", True, False),
    ):
        yield Case(f"avif/{name}", partial(_profiled, is_grey_picture=is_grey_picture, is_grey_profile=is_grey_profile))


def _other_matrix(number: int, red: float, blue: float) -> File:
    """Take what was made by one matrix as made by another."""
    colors = smooth(3)
    ycbcr = np.clip(np.rint(rgb_to_ycbcr(colors.astype(np.float64))), 0, 255)
    data = with_properties(avif(colors), nclx(1, 13, number), without=COLOR)
    return File(data, rgba(ycbcr_to_rgb(ycbcr, red, blue)), 2 * TOLERANCE)


def _other_range() -> File:
    """Take what has the full range as limited to 16 to 235, and chroma to 240."""
    colors = (smooth(3) // 3 + 80).astype(np.uint8)
    ycbcr = np.rint(rgb_to_ycbcr(colors.astype(np.float64)))
    wide = (ycbcr - [16, 128, 128]) * [255 / 219, 255 / 224, 255 / 224] + [0, 128, 128]
    data = with_properties(avif(colors), nclx(1, 13, 6, is_full=False), without=COLOR)
    return File(data, rgba(ycbcr_to_rgb(wide)), 2 * TOLERANCE)


def _meant(said: bytes, curve: Callable[[Samples], Samples] | None, xy: tuple[float, ...]) -> File:
    stored = smooth(3)
    if curve and xy != SRGB_XY:
        stored = np.rint(255 * inside_srgb(_spread(stored), xy) ** (1 / 2.2)).astype(np.uint8)
    shown = 255.0 * (stored / 255) if curve is None else to_srgb(curve(stored / 255), xy)
    return File(
        with_properties(avif(stored), said, without=COLOR), rgba(shown), TOLERANCE if curve is None else CONVERTED
    )


def _nearly_srgb() -> File:
    stored = smooth(3)
    computed = rgba(to_srgb(bt709(stored / 255), SRGB_XY))
    return File(with_properties(avif(stored), nclx(1, 1, 6), without=COLOR), rgba(stored), TOLERANCE, other=computed)


def _profile_first() -> File:
    stored = np.rint(255 * inside_srgb(_spread(smooth(3)), P3_XY) ** (1 / 2.2)).astype(np.uint8)
    profile = box(b"colr", b"prof" + matrix_profile(P3_XY, 2.2))
    data = with_properties(avif(stored), nclx(1, 8, 6), profile, without=COLOR)
    return File(data, rgba(to_srgb((stored / 255) ** 2.2, P3_XY)), CONVERTED)


def _hdr(transfer: int, white: int, tolerance: int) -> File:
    stored = np.zeros((32, 32, 3), np.uint8)
    stored[:, 16:] = white
    data = with_properties(avif(stored), nclx(9, transfer, 6), without=COLOR)
    return File(data, rgba(np.where(stored, 255, 0)), tolerance)


def _profiled(*, is_grey_picture: bool, is_grey_profile: bool) -> File:
    """Embed a profile; one that does not fit the pixels says nothing."""
    stored = smooth(1 if is_grey_picture else 3)
    if not is_grey_picture and not is_grey_profile:
        stored = np.rint(255 * inside_srgb(_spread(stored), P3_XY) ** (1 / 2.2)).astype(np.uint8)
    options: dict[str, Any] = {"subsampling": "4:0:0"} if is_grey_picture else {}
    profile = matrix_profile(None if is_grey_profile else P3_XY, 1.8 if is_grey_profile else 2.2)
    data = avif(stored, "L" if is_grey_picture else "RGB", icc_profile=profile, **options)
    if is_grey_picture and is_grey_profile:
        shown = to_srgb(np.repeat((stored / 255) ** 1.8, 3, axis=2), SRGB_XY)
        return File(data, rgba(shown), 2 * TOLERANCE)
    if is_grey_picture:  # which a reader that makes RGB of grey may convert
        computed = to_srgb(np.repeat((stored / 255) ** 2.2, 3, axis=2), P3_XY)
        return File(data, rgba(stored[..., 0]), TOLERANCE, other=rgba(computed))
    shown = stored if is_grey_profile else to_srgb((stored / 255) ** 2.2, P3_XY)
    return File(data, rgba(shown), TOLERANCE if is_grey_profile else CONVERTED)


def _sequences() -> Iterator[Case]:
    for count, has_alpha in product((2, 3), (False, True)):
        yield Case(
            f"avif/sequence-{count}{'-alpha' if has_alpha else ''}", partial(_sequence, count, has_alpha=has_alpha)
        )
    yield Case("avif/sequence-strange-edit-list", _strange_edit_list)


def _frames(count: int, *, has_alpha: bool) -> list[Pixels]:
    alpha = np.full((HEIGHT, WIDTH, 1), 200, np.uint8)
    return [np.concatenate([smooth(3, seed), alpha], axis=2) if has_alpha else smooth(3, seed) for seed in range(count)]


def _sequence(count: int, *, has_alpha: bool) -> File:
    mode = "RGBA" if has_alpha else "RGB"
    frames = _frames(count, has_alpha=has_alpha)
    more = [Image.fromarray(each) for each in frames[1:]]
    data = avif(frames[0], mode, save_all=True, append_images=more, duration=100)
    shown = tuple(each if has_alpha else rgba(each) for each in frames)
    return File(data, shown[0], 2 * TOLERANCE, frames=shown)


def _strange_edit_list() -> File:
    """Let the track last so long that it plays more often than an APNG can say."""
    file = _sequence(2, has_alpha=False)
    data = bytearray(file.data)
    edits, track = data.find(b"elst"), data.find(b"tkhd")
    is_long = data[edits + 4]
    data[edits + 7] |= 1
    size = 8 if is_long else 4
    data[edits + 12 : edits + 12 + size] = (1).to_bytes(size)
    at, size = (track + 4 + 28, 8) if data[track + 4] else (track + 4 + 20, 4)
    data[at : at + size] = (2 ** (8 * size) - 2).to_bytes(size)
    return File(bytes(data), file.picture, file.tolerance, frames=file.frames)
