"""The cases: sources of the corpus, target widths and formats, and the aim."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A source scaled to one width or to more; `aim` is our CPU time's ratio to sharp's that is aimed at."""

    name: str
    source: str
    widths: tuple[int, ...]
    format: str
    aim: float
    quick: bool = False


CASES = (
    Case("JPEG 12 MP → 800", "j12.jpg", (800,), "jpeg", 0.9, quick=True),
    Case("JPEG 24 MP → 800", "j24.jpg", (800,), "jpeg", 0.9, quick=True),
    Case("JPEG 24 MP → 1200", "j24.jpg", (1200,), "jpeg", 0.9),
    Case("JPEG 24 MP progressive → 800", "j24_prog.jpg", (800,), "jpeg", 0.9),
    Case("JPEG 13 MP progressive → 800", "p13_dragonfly_prog.jpg", (800,), "jpeg", 0.9),
    Case("JPEG 12 MP → 1920 (mild)", "j12.jpg", (1920,), "jpeg", 0.9),
    Case("JPEG 20 MP 4:2:2 → 800", "p20_kleiber.jpg", (800,), "jpeg", 0.9),
    Case("JPEG 12 MP → WebP 800", "j12.jpg", (800,), "webp", 0.9, quick=True),
    Case("JPEG 24 MP → WebP 800", "j24.jpg", (800,), "webp", 0.9),
    Case("WebP 12 MP → 800", "w12.webp", (800,), "webp", 1.0),
    Case("PNG photograph 8 MP → 800", "photo8_rgb.png", (800,), "png", 1.0, quick=True),
    Case("PNG RGBA 8 MP → 800", "photo8_rgba.png", (800,), "png", 1.0),
    Case("PNG RGBA, all opaque, 9 MP → 800", "g9_goldfish_rgba.png", (800,), "png", 1.0),
    Case("PNG screenshot 8 MP → 800", "shot8.png", (800,), "png", 1.0),
    Case("AVIF 12 MP → 800", "a12.avif", (800,), "avif", 1.0),
    Case(
        "JPEG 24 MP → five renditions",
        "j24.jpg",
        (1920, 1280, 960, 640, 320),
        "jpeg",
        0.5,
        quick=True,
    ),
)
# Measured for peak memory alone, and the aim is of that.
LARGE = (
    Case("JPEG 102 MP → 800", "j102.jpg", (800,), "jpeg", 0.7),
    Case("JPEG 102 MP → 1600", "j102.jpg", (1600,), "jpeg", 0.7),
)
