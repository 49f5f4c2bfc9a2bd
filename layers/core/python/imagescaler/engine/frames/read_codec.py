"""The frames of a WebP or an AVIF, which their codecs give as they are seen."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from imagescaler.engine.pixels.modes import normalized
from imagescaler.probe.formats.webp import with_alpha_flag


def read(image: Image.Image, data: bytes) -> Iterator[Image.Image]:
    """Decode one frame after the other; of a WebP with alpha, since its frames need not cover what they are laid on."""
    if image.format == "WEBP" and image.mode == "RGB":
        image = Image.open(BytesIO(with_alpha_flag(data)), formats=["WEBP"])
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        yield normalized(image)
