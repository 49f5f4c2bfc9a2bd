"""What a page shows before a result is loaded: a placeholder in a few bytes, and the dominant color."""

from base64 import b64encode

from PIL import Image

from imagescaler.domain.options import Placeholder
from imagescaler.engine.pixels.modes import DEEP_GREY
from imagescaler.engine.pixels.transparency import to_eight_bits
from imagescaler.engine.steps.color import to_srgb

Sketch = tuple[str | None, str | None]  # placeholder and dominant color
NO_SKETCH: Sketch = (None, None)
SIDE = 32  # pixels of the longer side: placeholders have at most seven waves
WIDE, TALL = (4, 3), (3, 4)  # waves of a BlurHash
COLORS = 8
HALF = 128


def sketch_of(image: Image.Image, profile: bytes | None, kind: Placeholder | None) -> Sketch:
    """Return the placeholder and dominant color of an image whose colors have an ICC profile, None for sRGB."""
    if kind is None:
        return NO_SKETCH
    small = _small(image, profile)
    text = _thumbhash(small) if kind is Placeholder.THUMBHASH else _blurhash(small)
    return text, _dominant_color(small)


def _small(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Scale an image to 32 pixels of its longer side, in sRGB with alpha."""
    if image.mode in DEEP_GREY:
        image = to_eight_bits(image.convert("I").convert("F"))
    ratio = SIDE / max(image.size)
    size = (max(round(image.width * ratio), 1), max(round(image.height * ratio), 1))
    return to_srgb(image.resize(size, Image.Resampling.BOX), profile)[0].convert("RGBA")


def _thumbhash(small: Image.Image) -> str:
    from thash import rgba_to_thumb_hash_pure  # noqa: PLC0415 - few results have one

    return b64encode(bytes(rgba_to_thumb_hash_pure(*small.size, list(small.tobytes())))).decode()


def _blurhash(small: Image.Image) -> str:
    """Return the BlurHash; it has no transparency, so the image is on white, as in a JPEG."""
    import blurhash  # noqa: PLC0415 - as above

    opaque = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    # The fewer pixels across, the more a wave of a plain color differs from zero.
    pixels = list(zip(*[iter(opaque.resize((SIDE, SIDE)).tobytes())] * 3, strict=True))
    rows = [pixels[at : at + SIDE] for at in range(0, len(pixels), SIDE)]
    waves = WIDE if small.width >= small.height else TALL
    text: str = blurhash.encode(rows, *waves)
    return text


def _dominant_color(small: Image.Image) -> str | None:
    """Return the mean of the largest of eight groups of similar colors, of pixels that are at least half opaque."""
    pixels = small.tobytes()
    opaque = b"".join(pixels[at : at + 3] for at in range(0, len(pixels), 4) if pixels[at + 3] >= HALF)
    if not opaque:
        return None
    line = Image.frombytes("RGB", (len(opaque) // 3, 1), opaque)
    groups = line.quantize(COLORS, Image.Quantize.MAXCOVERAGE, kmeans=1)
    counts, palette = groups.histogram(), groups.getpalette()
    assert palette
    index = counts.index(max(counts))
    return f"#{bytes(palette[3 * index : 3 * index + 3]).hex()}"
