"""WebPs: lossless and lossy, alpha, scaling bits, chunks out of the ordinary, how pictures lie, animations.

Tolerances: 0 where nothing is lost, but for what is laid over (2); what is lossy and smooth keeps 12 of 255, since
chroma is stored at half the sides.
"""

import struct
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

from tests.matrix.case import CUT_OFF, Case, File, Pixels, rgba, turned
from tests.matrix.icc import matrix_profile
from tests.matrix.pictures import HEIGHT, P3_XY, WIDTH, inside_srgb, samples, smooth, to_srgb
from tests.matrix.png_files import XMP, exif, over
from tests.matrix.tiff_writer import BYTE, LONG
from tests.pictures import riff

LOSSY = 12
ICC, ALPHA, EXIF, XMP_FLAG, ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02
ORDERS = {"le": "<", "be": ">"}


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _codings()
    yield from _orientations()
    yield from _containers()
    yield from _animations()


def webp(pixels: Pixels, **options: Any) -> bytes:
    """Write RGB or RGBA."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take a file apart."""
    at, found = 12, []
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def extended(flags: int, width: int = WIDTH, height: int = HEIGHT) -> tuple[bytes, bytes]:
    """Make the chunk of an extended file (RFC 9649, 2.7)."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", struct.pack("<I", flags) + sides


def with_alpha(seed: int = 5) -> Pixels:
    """Make RGBA, all of which can be seen a little."""
    pixels = samples(4, 8, seed).astype(np.uint8)
    pixels[..., 3] = np.maximum(pixels[..., 3], 1)
    return pixels


def _codings() -> Iterator[Case]:
    exact, alpha = samples(3, 8).astype(np.uint8), with_alpha()
    soft = np.concatenate([smooth(3), np.full((HEIGHT, WIDTH, 1), 200, np.uint8)], axis=2)
    soft[:, 20:, 3] = 100
    yield Case("webp/lossless", lambda: File(webp(exact, lossless=True), rgba(exact), 0))
    yield Case("webp/lossless-alpha", lambda: File(webp(alpha, lossless=True, exact=True), alpha, 0))
    yield Case("webp/lossless-palette", _few_colors)
    yield Case("webp/lossy", lambda: File(webp(smooth(3), quality=100), rgba(smooth(3)), LOSSY))
    yield Case("webp/lossy-alpha", lambda: File(webp(soft, quality=100), soft, LOSSY))
    for quality in (0, 50):
        yield Case(f"webp/lossy-alpha-quality{quality}", partial(_lossy_alpha, soft, quality))
    for across, down in product(range(4), repeat=2):
        yield Case(f"webp/scaling-bits-{across}{down}", partial(_scaling_bits, across, down))
    yield Case("webp/scaling-bits-33-extended", lambda: _scaling_bits(3, 3, is_extended=True))
    yield Case("webp/scaling-bits-33-alpha", lambda: _scaling_bits(3, 3, has_alpha=True))


def _few_colors() -> File:
    pixels = samples(3, 1).astype(np.uint8) * np.uint8(255)
    return File(webp(pixels, lossless=True), rgba(pixels), 0)


def _lossy_alpha(pixels: Pixels, quality: int) -> File:
    """Lose something of alpha, too."""
    return File(webp(pixels, quality=100, alpha_quality=quality), pixels, 40)


def _scaling_bits(across: int, down: int, *, is_extended: bool = False, has_alpha: bool = False) -> File:
    """Set the bits above the fourteen of each side, by which a player may enlarge (RFC 6386, 9.1); decoders do not."""
    pixels = smooth(3)
    if has_alpha:
        pixels = np.concatenate([pixels, np.full((HEIGHT, WIDTH, 1), 99, np.uint8)], axis=2)
    parts = chunks_of(webp(pixels, quality=100))
    changed = []
    for kind, content in parts:
        assert kind != b"VP8 " or content[3:6] == b"\x9d\x01\x2a"
        sides = (WIDTH | across << 14).to_bytes(2, "little") + (HEIGHT | down << 14).to_bytes(2, "little")
        changed.append((kind, content[:6] + sides + content[10:] if kind == b"VP8 " else content))
    if is_extended and not has_alpha:
        changed = [extended(0), *changed]
    return File(riff(*changed), pixels if has_alpha else rgba(pixels), LOSSY)


def _lying(orientation: int, flags: int, *behind: tuple[bytes, bytes], is_lossless: bool = True) -> File:
    pixels = samples(3, 8).astype(np.uint8) if is_lossless else smooth(3)
    [picture] = chunks_of(webp(pixels, lossless=is_lossless, quality=100))
    data = riff(extended(flags), picture, *behind)
    return File(data, turned(rgba(pixels), orientation), 0 if is_lossless else LOSSY)


def _orientations() -> Iterator[Case]:
    for orientation, is_lossless in product(range(1, 9), (True, False)):
        name = f"webp/orientation{orientation}-{'lossless' if is_lossless else 'lossy'}"
        yield Case(name, partial(_lying, orientation, EXIF, (b"EXIF", exif(orientation)), is_lossless=is_lossless))
    for (name, kind), order in product((("byte", BYTE), ("long", LONG)), ORDERS):
        block = (b"EXIF", exif(6, kind, ORDERS[order]))
        yield Case(f"webp/orientation6-{name}-{order}", partial(_lying, 6, EXIF, block))
    yield Case("webp/orientation6-headed", partial(_lying, 6, EXIF, (b"EXIF", b"Exif\0\0" + exif(6))))
    yield Case("webp/orientation-in-xmp-means-nothing", partial(_lying, 1, XMP_FLAG, (b"XMP ", XMP)))
    both = ((b"EXIF", exif(3)), (b"XMP ", XMP))
    yield Case("webp/orientation3-and-6-in-xmp", partial(_lying, 3, EXIF | XMP_FLAG, *both))
    yield Case("webp/orientation-broken-exif", partial(_lying, 1, EXIF, (b"EXIF", b"MM\0*\0\0")))
    yield Case("webp/orientation-empty-exif", partial(_lying, 1, EXIF, (b"EXIF", b"")))


def _containers() -> Iterator[Case]:
    pixels = samples(3, 8).astype(np.uint8)
    simple = webp(pixels, lossless=True)
    [picture] = chunks_of(simple)
    right = rgba(pixels)
    changed = {
        "extended": riff(extended(0), picture),
        "unknown-chunk-before": riff(extended(0), (b"what", b"odd"), picture),
        "unknown-chunk-behind": riff(extended(0), picture, (b"what", b"odd")),
        "alpha-flag-alone": riff(extended(ALPHA), picture),
        "exif-flag-alone": riff(extended(EXIF), picture),
        "profile-flag-alone": riff(extended(ICC), picture),
        "profile-broken": riff(extended(ICC), (b"ICCP", b"no profile"), picture),
        "profile-empty": riff(extended(ICC), (b"ICCP", b""), picture),
        "rubbish-behind": simple + b"rubbish" * 5,
        "riff-size-too-large": simple[:4] + struct.pack("<I", len(simple) + 1000) + simple[8:],
        "riff-size-too-small": simple[:4] + struct.pack("<I", len(simple) - 12) + simple[8:],
    }
    for name, data in changed.items():
        refusal = CUT_OFF if name.startswith("riff-size") else ""
        yield Case(f"webp/container-{name}", partial(File, data, right, 0), refusal)
    yield Case("webp/cut-pixels", lambda: File(simple[: len(simple) // 2], None), CUT_OFF)
    yield Case("webp/profile", _profiled)


def _profiled() -> File:
    light = inside_srgb(0.05 + 0.8 * samples(3, 8) / 255, P3_XY)
    stored = np.rint(255 * light ** (1 / 2.2)).astype(np.uint8)
    data = webp(stored, lossless=True, icc_profile=matrix_profile(P3_XY, 2.2))
    return File(data, rgba(to_srgb((stored / 255) ** 2.2, P3_XY)), 2)


# Frames as (left, top, width, height, whether cleared afterwards, whether laid over); places are even.
FRAMES = ((0, 0, WIDTH, HEIGHT, 0, 0), (4, 2, 20, 15, 1, 1), (10, 8, 12, 14, 0, 1), (20, 20, 17, 9, 0, 0))


def _animations() -> Iterator[Case]:
    yield Case("webp/animation-alpha", lambda: _animated(has_alpha=True))
    yield Case("webp/animation-opaque", lambda: _animated(has_alpha=False))
    yield Case("webp/animation-first-smaller", lambda: _animated(has_alpha=False, frames=FRAMES[1:]))
    yield Case("webp/animation-orientation6", lambda: _animated(has_alpha=False, orientation=6))


def _animated(*, has_alpha: bool, frames: tuple[tuple[int, ...], ...] = FRAMES, orientation: int = 1) -> File:
    canvas = np.zeros((HEIGHT, WIDTH, 4), np.float64)
    shown, parts = [], []
    for count, (left, top, width, height, is_cleared, is_over) in enumerate(frames):
        pixels = with_alpha(count)[:height, :width]
        if not has_alpha:
            pixels[..., 3] = 255
        written = webp(pixels if has_alpha else np.ascontiguousarray(pixels[..., :3]), lossless=True, exact=True)
        inner = [(kind, content) for kind, content in chunks_of(written) if kind in {b"VP8L", b"VP8 ", b"ALPH"}]
        sides = b"".join(each.to_bytes(3, "little") for each in (left // 2, top // 2, width - 1, height - 1, 100))
        flags = bytes([(0 if is_over else 2) | is_cleared])
        parts.append((b"ANMF", sides + flags + riff(*inner)[12:]))
        area = np.s_[top : top + height, left : left + width]
        patch = pixels.astype(np.float64)
        canvas[area] = over(patch, canvas[area]) if is_over else patch
        shown.append(turned(np.rint(canvas).astype(np.uint8), orientation))
        if is_cleared:
            canvas[area] = 0
    flags_of_all = ANIMATED | (ALPHA if has_alpha else 0) | (EXIF if orientation > 1 else 0)
    behind = [(b"EXIF", exif(orientation))] if orientation > 1 else []
    data = riff(extended(flags_of_all), (b"ANIM", bytes(6)), *parts, *behind)
    return File(data, shown[0], 2, frames=tuple(shown))
