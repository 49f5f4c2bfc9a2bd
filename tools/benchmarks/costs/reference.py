"""A piece of work whose time says how fast a machine is: inflating, transforming and resampling, as codecs do."""

import time
import zlib

import numpy as np
from PIL import Image

REPEATS = 7


def reference_s() -> float:
    """Give the seconds of processor that it takes here, the least of several."""
    noise = np.random.default_rng(1).integers(0, 256, (800, 1200, 3), np.uint8)
    image, packed = Image.fromarray(noise), zlib.compress(noise.tobytes(), 1)
    return min(_once(image, packed) for _ in range(REPEATS))


def _once(image: Image.Image, packed: bytes) -> float:
    start = time.process_time()
    zlib.compress(zlib.decompress(packed)[:1_000_000], 6)
    image.resize((600, 400), Image.Resampling.LANCZOS).convert("YCbCr")
    return time.process_time() - start
