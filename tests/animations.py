"""Animations for tests, made by hand of patches, and an independent composition of them in floats."""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded, photograph, riff
from tests.reference import Pixels, pixels_of, premultiplied, worst_difference

ANIMATED = [form for form in RESULT_FORMATS if form.has_frames]
SIZE = (24, 16)
CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((60, 40))
FLOWER = Image.open(BytesIO(photograph("flower.jpg"))).convert("RGB").resize((60, 40))
PICTURES = [CHINA, FLOWER, CHINA.transpose(Image.Transpose.ROTATE_180), FLOWER.transpose(Image.Transpose.ROTATE_180)]
DURATIONS = [40, 100, 250, 1_230]

STAYS, CLEARED, UNDONE = 0, 1, 2
# How the formats number what becomes of a patch; a GIF has two numbers for what stays.
GIF_DISPOSALS = {STAYS: (0, 1), CLEARED: (2,), UNDONE: (3,)}


@dataclass(frozen=True)
class Patch:
    """What a frame draws: RGBA of (height, width, 4) at a place, over what is there or in its place."""

    pixels: Pixels
    left: int = 0
    top: int = 0
    disposal: int = STAYS
    is_laid_over: bool = True
    duration_ms: int = 100

    @property
    def image(self) -> Image.Image:
        """The pixels as an image."""
        return Image.fromarray(self.pixels.astype(np.uint8))


def composed(patches: Sequence[Patch], size: tuple[int, int]) -> Iterator[Pixels]:
    """Compose (GIF89a, 23; PNG, third edition, 13.12): each frame as (height, width, 4), colors not premultiplied."""
    canvas = np.zeros((size[1], size[0], 4))
    for patch in patches:
        height, width = patch.pixels.shape[:2]
        part = np.s_[patch.top : patch.top + height, patch.left : patch.left + width]
        before = canvas.copy()
        canvas[part] = over(patch.pixels, canvas[part]) if patch.is_laid_over else patch.pixels
        yield canvas.copy()
        if patch.disposal == UNDONE:
            canvas = before
        elif patch.disposal == CLEARED:
            canvas[part] = 0


def over(above: Pixels, below: Pixels) -> Pixels:
    """Lay colors with alpha over others (Porter and Duff)."""
    covers, shows = above[..., 3:] / 255, below[..., 3:] / 255 * (1 - above[..., 3:] / 255)
    alpha = covers + shows
    colors = (above[..., :3] * covers + below[..., :3] * shows) / np.where(alpha > 0, alpha, 1)
    return np.concatenate([colors, alpha * 255], axis=-1)


def gif(patches: Sequence[Patch], size: tuple[int, int], loop: int | None = 0, *, interlaced: bool = False) -> bytes:
    """Make a GIF of patches whose alpha is 0 or 255; those that stay say so in turns by 0 and by 1."""
    file = [b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0)]
    if loop is not None:
        file.append(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", loop) + b"\0")
    for number, patch in enumerate(patches):
        hidden = patch.pixels[..., 3] == 0
        indexed = patch.image.convert("RGB").quantize(200)
        indexed.paste(255, mask=Image.fromarray((hidden * 255).astype(np.uint8)))
        palette = bytes([*(indexed.getpalette() or []), *[0] * 768][:768])
        indexed.putpalette(palette)
        choices = GIF_DISPOSALS[patch.disposal]
        flags = choices[number % len(choices)] << 2 | bool(hidden.any())
        file.append(b"!\xf9\4" + struct.pack("<BHBB", flags, patch.duration_ms // 10, 255, 0))
        file.append(b"," + struct.pack("<HHHHB", patch.left, patch.top, *indexed.size, 0x87 | interlaced << 6))
        file.append(palette + _codes(_interlaced(indexed) if interlaced else indexed))
    return b"".join([*file, b";"])


def _interlaced(image: Image.Image) -> Image.Image:
    """Put the rows in the order in which they are then stored (GIF89a, appendix E)."""
    rows = np.asarray(image)
    return Image.fromarray(np.concatenate([rows[0::8], rows[4::8], rows[2::4], rows[1::2]]))


def _codes(indexed: Image.Image) -> bytes:
    """Return the compressed pixels, out of a file with a palette of 256 colors and one picture."""
    data = encoded(indexed, "GIF", optimize=False, interlace=0)
    return data[data.index(b"," + bytes(4), 13 + 768) + 10 : -1]


def apng(patches: Sequence[Patch], size: tuple[int, int], plays: int = 0, default: Image.Image | None = None) -> bytes:
    """Make an animated PNG; `default` is a picture ahead of the animation, which is no part of it."""
    header = struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0)
    file = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"acTL", struct.pack(">II", len(patches), plays))]
    if default:
        file.append(chunk(b"IDAT", _deflated(default)))
    number = 0
    for patch in patches:
        place = (*patch.image.size, patch.left, patch.top)
        told = struct.pack(">5IHHBB", number, *place, patch.duration_ms, 1000, patch.disposal, patch.is_laid_over)
        file.append(chunk(b"fcTL", told))
        number += 1
        if patch is patches[0] and default is None:
            file.append(chunk(b"IDAT", _deflated(patch.image)))
        else:
            file.append(chunk(b"fdAT", struct.pack(">I", number) + _deflated(patch.image)))
            number += 1
    return b"".join([*file, chunk(b"IEND", b"")])


def _deflated(image: Image.Image) -> bytes:
    data = encoded(image.convert("RGBA"))
    start = data.index(b"IDAT")
    return data[start + 4 : start + 4 + int.from_bytes(data[start - 4 : start])]


def webp(patches: Sequence[Patch], size: tuple[int, int], plays: int = 0) -> bytes:
    """Make an animated, lossless WebP (RFC 9649, 2.7); places are even, and nothing can be undone."""
    canvas = bytes([0x12, 0, 0, 0]) + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    chunks = [(b"VP8X", canvas), (b"ANIM", bytes(4) + struct.pack("<H", plays))]
    for patch in patches:
        width, height = patch.image.size
        numbers = (patch.left // 2, patch.top // 2, width - 1, height - 1, patch.duration_ms)
        flags = (not patch.is_laid_over) << 1 | patch.disposal
        picture = encoded(patch.image, "WEBP", lossless=True, exact=True)[12:]
        chunks.append((b"ANMF", b"".join(n.to_bytes(3, "little") for n in numbers) + bytes([flags]) + picture))
    return riff(*chunks)


Maker = Callable[[Sequence[Patch], tuple[int, int]], bytes]
MAKERS: Mapping[Format, Maker] = {Format.GIF: gif, Format.PNG: apng, Format.WEBP: webp}


def frames_of(data: bytes) -> Iterator[Image.Image]:
    """Decode all frames with Pillow, as RGBA."""
    with Image.open(BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            yield image.convert("RGBA")


def scaled(data: bytes, form: Format, limits: Limits | None = None, **options: Any) -> RenderedImage:
    all_options: dict[str, Any] = {"width": SIZE[0], "height": SIZE[1], "preserve_ratio": False, **options}
    return scale(data, Options(format=form, **all_options), limits or Limits())


def saved(form: Format, pictures: list[Image.Image] | None = None, **options: object) -> bytes:
    """Return an animation that Pillow makes: four frames, which play three times, as a GIF that is repeated twice."""
    first, *others = pictures or PICTURES
    playing: dict[str, object] = {"duration": DURATIONS, "loop": 2 if form is Format.GIF else 3, **options}
    return encoded(first, form.name, save_all=True, append_images=others, **playing)


def difference(ours: Image.Image, theirs: Pixels) -> float:
    """Return the largest visible difference."""
    return worst_difference(premultiplied(pixels_of(ours)), premultiplied(theirs))
