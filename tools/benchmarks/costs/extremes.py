"""Compares the estimated with the measured time of extremes: plain and noisy, tiny and large, still and moving.

usage: python -m tools.benchmarks.costs.extremes [GROUP …]    GROUP is stills, sources, options or animations
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any
from unittest.mock import patch

import numpy as np
from PIL import Image, ImageDraw, ImageFile

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.options import Options, Placeholder, Quality
from imagescaler.engine.opened import open_source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.scale import scale
from imagescaler.engine.traits import traits_of
from imagescaler.planning.cost.estimate import estimate
from tests.pictures import encoded, heic, photograph
from tools.benchmarks.costs.record import LIMITS, TIME_BOUND, is_within
from tools.benchmarks.costs.reference import REFERENCE_S, reference_s

Job = tuple[str, bytes, dict[str, Any]]
SHORTEST_S = 0.02  # what takes less is no danger, however it is estimated
NOISE = np.random.default_rng(3)
SIDES = ((1, 1), (1, 900), (1, 4000), (64, 64), (900, 900), (900, 2400), (2400, 2400), (2400, 300))
QUALITIES = (1, 60, 100)
AUTO = Quality.same(0)
FRAMES, MOVING_SIDE = 30, 400
LOGO = {"logo": photograph("flower.jpg")}
OPTIONS: tuple[dict[str, Any], ...] = (
    *({"format": each, "quality": AUTO} for each in RESULT_FORMATS if each.is_lossy),
    {"watermark": "logo"},
    {"radius": 99},
    *({"placeholder": each} for each in Placeholder),
)


def noise(side: int) -> Image.Image:
    """Return a square in which no pixel is like the next."""
    return Image.fromarray(NOISE.integers(0, 256, (side, side, 3), np.uint8))


def plain(side: int) -> Image.Image:
    """Return a square of one color."""
    return Image.new("RGB", (side, side), "teal")


def photo(side: int) -> Image.Image:
    """Return a photograph that is made a square."""
    with Image.open(BytesIO(photograph())) as image:
        return image.convert("RGB").resize((side, side))


def stills() -> Iterator[Job]:
    """Yield plain and noisy pictures in two formats, for each format and quality of results."""
    for (side, target), fmt, kind, form in product(SIDES, RESULT_FORMATS, (plain, noise), ("PNG", "JPEG")):
        data = encoded(kind(side), form)
        for way in _ways(fmt):
            yield f"{kind.__name__} {form} {side}", data, {"width": target, "format": fmt, **way}


def sources() -> Iterator[Job]:
    """Yield pictures in each format that is read, and progressive JPEGs."""
    files: Mapping[str, Callable[[Image.Image], bytes]] = {
        **{each.name: partial(encoded, form=each.name) for each in Format if each is not Format.HEIC},
        "HEIC": heic,
        "progressive JPEG": partial(encoded, form="JPEG", progressive=True),
        "JPEG of many colors": partial(encoded, form="JPEG", progressive=True, subsampling=0, quality=97),
        **{f"lossless {each}": partial(encoded, form=each, lossless=True) for each in ("WEBP", "JXL")},
        **{f"JXL of effort {each}": partial(encoded, form="JXL", lossless=True, effort=each) for each in (1, 9)},
    }
    for side, kind, name in product((64, 900, 2400), (plain, photo, noise), files):
        if side <= {"ICO": 256, "JXL of effort 9": 64}.get(name, side):
            with patch.object(ImageFile, "MAXBLOCK", 1 << 25):  # for progressive noise, as the engine has it
                data = files[name](kind(side))
            yield f"{kind.__name__} {name} {side}", data, {"width": 32, "format": Format.JPEG}


def options() -> Iterator[Job]:
    """Yield pictures for options that cost time of their own."""
    for side, kind, way in product((64, 900), (plain, photo, noise), OPTIONS):
        yield f"{kind.__name__} {side}", encoded(kind(side)), {"width": side, "format": Format.JPEG, **way}


def animations() -> Iterator[Job]:
    """Yield animations that move, that stand still and that are noise, for each format that has them."""
    drawing = Image.new("RGB", (MOVING_SIDE, MOVING_SIDE), "white")
    ImageDraw.Draw(drawing).ellipse((50, 50, 350, 350), "teal", "black", 5)
    for kind, form, fmt in product((_moving, _standing, _noisy), _animated(), _animated()):
        pictures = [kind(drawing.copy(), number) for number in range(FRAMES)]
        lossless = {"lossless": True} if form is Format.WEBP and kind is not _noisy else {}
        data = encoded(pictures[0], form.name, save_all=True, append_images=pictures[1:], **lossless)
        for target in (100, MOVING_SIDE):
            yield f"{kind.__name__[1:]} {form}", data, {"width": target, "format": fmt}


def ratio(data: bytes, wanted: Options) -> tuple[float, float]:
    """Return the measured seconds of processor time, and what was estimated divided by it."""
    with open_source(data, [wanted], LIMITS) as opened:
        spec = OutputSpec.of(opened.oriented(), wanted, LIMITS)
        traits = traits_of(opened.image, opened.source, opened.data, is_refined=opened.is_refined)
    assert isinstance(spec, OutputSpec)
    receipt = scale(data, wanted, LIMITS, watermarks=LOGO).result.receipt
    assert receipt
    return receipt.usage.cpu_seconds, estimate(traits, [spec]).seconds / receipt.usage.cpu_seconds


def main() -> int:
    """Measure and report; the exit code is 1 if an estimate is outside its bound."""
    factor = reference_s() / REFERENCE_S
    print(f"CPU_FACTOR={factor:.2f}")
    groups: dict[str, Callable[[], Iterator[Job]]] = {
        each.__name__: each for each in (stills, sources, options, animations)
    }
    outside = 0
    for fmt in RESULT_FORMATS:  # the first result of a format imports its codec
        ratio(encoded(noise(8)), Options(8, format=fmt))
    for group in sys.argv[1:] or groups:
        for name, data, way in groups[group]():
            seconds, estimated = ratio(data, Options(**way))
            is_good = seconds < SHORTEST_S or is_within(estimated * factor, TIME_BOUND)
            outside += not is_good
            what = " ".join([name, "to", *(f"{key}={value}" for key, value in way.items())])
            print(f"{what:100} {seconds:7.2f} s {estimated * factor:6.2f} {'' if is_good else 'outside'}", flush=True)
    print(f"{outside} outside a factor of {TIME_BOUND}")
    return int(outside > 0)


def _ways(fmt: Format) -> Iterator[dict[str, Any]]:
    """Yield what is asked of a format."""
    if fmt.is_lossy:
        yield from ({"quality": Quality.same(each)} for each in QUALITIES)
    else:
        yield {}
    if fmt.is_lossy and fmt.can_be_lossless:
        yield {"lossless": True}
    if fmt.info.palette and not fmt.is_lossy:
        yield {"palette": True}


def _animated() -> list[Format]:
    return [each for each in RESULT_FORMATS if each.has_frames]


def _moving(drawing: Image.Image, number: int) -> Image.Image:
    ImageDraw.Draw(drawing).rectangle((10 * number, 180, 10 * number + 40, 220), "crimson")
    return drawing


def _standing(drawing: Image.Image, number: int) -> Image.Image:
    drawing.putpixel((number, 0), (0, 0, 0))
    return drawing


def _noisy(_drawing: Image.Image, _number: int) -> Image.Image:
    return noise(MOVING_SIDE)


if __name__ == "__main__":
    sys.exit(main())
