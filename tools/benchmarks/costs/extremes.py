"""Compares the estimated with the measured time of extremes: plain and noisy, tiny and large, enlarged, any quality.

usage: python -m tools.benchmarks.costs.extremes [FORMAT …]
"""

import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.options import Options, Quality
from imagescaler.engine.open.open_image import open_image
from imagescaler.engine.scale import scale
from imagescaler.engine.traits import traits_of
from imagescaler.planning.cost.estimate import estimate
from imagescaler.planning.preview import Preview
from imagescaler.probe.probe import probe
from tests.pictures import encoded
from tools.benchmarks.costs.record import LIMITS, TIME_BOUND, is_within
from tools.benchmarks.costs.reference import REFERENCE_S, reference_s

SHORTEST_S = 0.02  # what takes less is no danger, however it is estimated
NOISE = np.random.default_rng(3)
SIDES = ((1, 1), (1, 900), (1, 4000), (64, 64), (900, 900), (900, 2400), (2400, 2400), (2400, 300))
QUALITIES = (1, 60, 100)


def sources(side: int) -> Iterator[tuple[str, bytes]]:
    """Yield plain and noisy pictures in two formats."""
    pixels = NOISE.integers(0, 256, (side, side, 3), np.uint8)
    for kind, image in (("plain", Image.new("RGB", (side, side), "teal")), ("noisy", Image.fromarray(pixels))):
        for form in ("PNG", "JPEG"):
            yield f"{kind} {form}", encoded(image, form)


def ways(fmt: Format) -> Iterator[dict[str, Any]]:
    """Yield what is asked of a format."""
    if fmt.is_lossy:
        yield from ({"quality": Quality.same(each)} for each in QUALITIES)
    else:
        yield {}
    if fmt.is_lossy and fmt.can_be_lossless:
        yield {"lossless": True}
    if fmt.info.palette and not fmt.is_lossy:
        yield {"palette": True}


def ratio(data: bytes, options: Options) -> tuple[float, float]:
    """Return the measured seconds of processor time, and what was estimated divided by it."""
    source = probe(data)
    with open_image(data, source, LIMITS) as image:
        traits = traits_of(image, source)
    cost = estimate(traits, [Preview(traits, options, plan(source.stored, options, LIMITS), options.format)])
    receipt = scale(data, options, LIMITS).result.receipt
    assert receipt
    seconds = receipt.usage.cpu_seconds
    return seconds, cost.seconds / seconds


def main() -> int:
    """Measure and report; the exit code is 1 if an estimate is outside its bound."""
    factor = reference_s() / REFERENCE_S
    chosen = [Format(name) for name in sys.argv[1:]] or list(RESULT_FORMATS)
    outside = 0
    for (side, target), fmt in product(SIDES, chosen):
        for (name, data), way in product(sources(side), ways(fmt)):
            seconds, estimated = ratio(data, Options(target, format=fmt, **way))
            is_good = seconds < SHORTEST_S or is_within(estimated * factor, TIME_BOUND)
            outside += not is_good
            what = f"{name} {side} to {target} {fmt} {way}"
            print(f"{what:100} {seconds:7.2f} s {estimated * factor:6.2f} {'' if is_good else 'outside'}", flush=True)
    print(f"{outside} outside a factor of {TIME_BOUND}")
    return int(outside > 0)


if __name__ == "__main__":
    sys.exit(main())
