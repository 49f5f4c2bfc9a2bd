"""The grid: which pictures are scaled how, so that each coefficient is seen in several amounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from tools.benchmarks.costs.pictures import ANIMATIONS, FILES, QUALITIES, path_of
from tools.benchmarks.costs.scenes import SCENES

FORMATS = ("jpeg", "png", "webp", "avif", "gif", "tiff")
LARGE = 16
ANIMATED = ("gif", "png", "webp", "avif")
SLOW = {"avif", "gif"}
# What depends on how much there is to see is measured on each scene, in files of these kinds.
SEEN = (
    *("coarse-jpeg", "jpeg", "fine-jpeg", "png", "rgba-png", "deflated-tiff", "gif", "avif", "fine-avif"),
    *("coarse-webp", "webp", "fine-webp", "lossless-webp"),
)
SEEN_SMALL = ("jpeg", "png", "rgba-png", "avif", "webp")
EFFECTS: tuple[dict[str, Any], ...] = (
    {"grayscale": True},
    {"blur": 3},
    {"sharpen": 2},
    {"rotate": 90},
    {"background": "#ff0000ff", "pad": "10"},
    {"trim": 5},
    {"crop": "100,100,900,600"},
)


@dataclass(frozen=True, slots=True)
class Job:
    """A file that is scaled with these options of the API."""

    source: Path
    options: dict[str, Any] = field(default_factory=dict)
    resampler: str = "simd"

    def __str__(self) -> str:
        options = " ".join(f"{name}={value}" for name, value in self.options.items())
        return f"{self.source.name} {options} {self.resampler}"


def grid(folder: Path) -> Iterator[Job]:
    """Give all jobs of the fit."""
    for megapixels, name in product((1, 6, 16), FILES):
        source = path_of(name, megapixels, folder)
        yield Job(source, {"width": 64})
        if megapixels < LARGE:
            yield Job(source, {"width": 700, "format": "jpeg"})
        if megapixels < LARGE or name.split("-")[-1] not in SLOW:
            yield Job(source, {"scale": 100})
    for megapixels, name in product((6, 16), ANIMATIONS):
        source = path_of(name, megapixels, folder)
        yield Job(source, {"width": 64})
        for form in ANIMATED:
            yield Job(source, {"width": 300, "format": form})
            yield Job(source, {"scale": 100, "format": form})
    for megapixels in (1, 6):
        for name in ("jpeg", "rgba-png", "grey-png", "drawing-png"):
            for form in FORMATS:
                yield Job(path_of(name, megapixels, folder), {"scale": 100, "format": form})
        yield from _options(megapixels, folder)
    yield from _scenes(6, folder)


def _scenes(megapixels: int, folder: Path) -> Iterator[Job]:
    for scene, name in product(SCENES, SEEN):
        source = path_of(name, megapixels, folder, scene)
        if scene != "sharp" or name in QUALITIES:  # the others are there already
            yield Job(source, {"width": 64})
        yield Job(source, {"width": 1200, "format": "webp"})
        yield Job(source, {"scale": 50, "format": "avif"})
        if name in SEEN_SMALL:
            yield Job(source, {"width": 800, "format": "avif"})


def _options(megapixels: int, folder: Path) -> Iterator[Job]:
    photograph = path_of("jpeg", megapixels, folder)
    for quality in (40, 95):
        for form in ("jpeg", "webp", "avif"):
            yield Job(photograph, {"scale": 50, "format": form, "quality": quality})
    for width in (300, 1200, 2500):
        yield Job(photograph, {"width": width, "format": "webp", "lossless": True})
        yield Job(photograph, {"width": width, "progressive": True})
        yield Job(photograph, {"width": width, "format": "png", "palette": True})
    for name in ("jpeg", "rgba-png", "grey-png", "deep-png"):
        source = path_of(name, megapixels, folder)
        for width in (200, 900, 2500):
            yield Job(source, {"width": width, "linear": True, "format": "png", "depth": 8})
            yield Job(source, {"width": width, "format": "png", "depth": 8}, "pillow")
        yield Job(source, {"width": 5000, "format": "jpeg"})
        for effect in EFFECTS:
            yield Job(source, {"width": 1500, "format": "jpeg", **effect})
    for kernel in ("nearest", "box", "bilinear", "hamming", "bicubic"):
        yield Job(photograph, {"width": 900, "kernel": kernel})
        yield Job(photograph, {"width": 2500, "kernel": kernel})
    yield Job(photograph, {"width": 900, "height": 900, "fit": "cover", "gravity": "smart"})
    yield Job(photograph, {"width": 900, "height": 900, "fit": "contain", "background": "#ffffffff"})
