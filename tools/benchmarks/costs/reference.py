"""A piece of work to compare machines by: inflating, transforming and resampling, as codecs do."""

import time
import zlib

import numpy as np
from PIL import Image

REPEATS = 7
REFERENCE_S = 0.0268  # on the reference machine: virtual, two cores, x86-64 with AVX-512, Python 3.11


def reference_s() -> float:
    """Return the processor seconds that it takes on this machine, the least of several runs."""
    noise = np.random.default_rng(1).integers(0, 256, (800, 1200, 3), np.uint8)
    image, packed = Image.fromarray(noise), zlib.compress(noise.tobytes(), 1)
    return min(_once(image, packed) for _ in range(REPEATS))


def _once(image: Image.Image, packed: bytes) -> float:
    start = time.process_time()
    zlib.compress(zlib.decompress(packed)[:1_000_000], 6)
    image.resize((600, 400), Image.Resampling.LANCZOS).convert("YCbCr")
    return time.process_time() - start
