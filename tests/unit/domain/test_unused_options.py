"""Options without effect."""

from typing import Any

import pytest

from imagescaler.domain.formats import Format
from imagescaler.domain.options import (
    OPTIONS,
    SIZES,
    Box,
    Damaged,
    Edges,
    Fit,
    Gravity,
    Icc,
    Kernel,
    Metadata,
    Options,
    Placeholder,
    Position,
    Quality,
)
from imagescaler.domain.unused_options import BY_NAME, unused_options

SET: dict[str, Any] = {
    "width": 40,
    "height": 30,
    "preserve_ratio": False,
    "fit": Fit.COVER,
    "scale": 50.0,
    "dpr": 2.0,
    "enlarge": False,
    "min_width": 5,
    "min_height": 5,
    "max_width": 90,
    "max_height": 90,
    "gravity": Gravity.NORTH,
    "focus_x": 0.0,
    "focus_y": 0.0,
    "crop": Box(0, 0, 9, 9),
    "trim": 0,
    "pad": Edges(1, 1, 1, 1),
    "radius": 9,
    "background": "#ffffffff",
    "watermark": "logo",
    "watermark_gravity": Position.NORTH,
    "watermark_scale": 50.0,
    "watermark_opacity": 0.5,
    "watermark_margin": 5,
    "rotate": 90,
    "flip": True,
    "flop": True,
    "auto_orient": False,
    "kernel": Kernel.BOX,
    "linear": True,
    "blur": 1.0,
    "sharpen": 1.0,
    "grayscale": True,
    "format": Format.PNG,
    "quality": Quality.same(50),
    "quality_target": 90,
    "lossless": False,
    "progressive": True,
    "palette": False,
    "depth": 8,
    "max_bytes": 1_000,
    "metadata": Metadata.ALL,
    "icc": Icc.KEEP,
    "animated": False,
    "placeholder": Placeholder.THUMBHASH,
    "result_ttl_s": 600,
    "target_url": "s3://photos/small/",
    "damaged": Damaged.SALVAGE,
}
# Of each option by itself, on an image in this format whose result has the same.
UNUSED = {
    Format.JPEG: "lossless palette depth background animated",
    Format.PNG: "quality lossless progressive",
    Format.WEBP: "progressive palette depth",
    Format.AVIF: "lossless progressive palette depth",
    Format.JXL: "progressive palette depth icc animated",
    Format.GIF: "quality lossless progressive palette depth metadata icc auto_orient",
    Format.TIFF: "quality lossless progressive palette animated",
    Format.BMP: "quality lossless progressive depth auto_orient animated",
    Format.ICO: "quality lossless progressive depth auto_orient animated",
    Format.HEIC: "lossless palette depth animated",
}
NEEDY = {
    "preserve_ratio",
    "fit",
    "dpr",
    "enlarge",
    "gravity",
    "focus_x",
    "focus_y",
    "kernel",
    "linear",
    "quality_target",
    "watermark_gravity",
    "watermark_scale",
    "watermark_opacity",
    "watermark_margin",
}


def names(options: Options, source: Format | None, frames: int = 1) -> set[str]:
    return set(unused_options(options, source, frames))


def test_every_option_is_looked_at() -> None:
    assert SET.keys() == {each.name for each in OPTIONS}
    assert all(getattr(Options(**{name: value}), name) != BY_NAME[name].default for name, value in SET.items())


@pytest.mark.parametrize("fmt", Format)
def test_an_option_without_effect_on_a_format_is_named(fmt: Format) -> None:
    for name, value in SET.items():
        if name != "format":
            expected = {name} if name in UNUSED[fmt].split() or name in NEEDY else set()
            assert names(Options(**{name: value}), fmt) == expected, name


@pytest.mark.parametrize("name", SET)
def test_of_a_format_that_is_unknown_nothing_is_said(name: str) -> None:
    assert names(Options(**{name: SET[name]}), None) == ({name} & NEEDY)


def test_the_format_of_the_result_counts_and_not_that_of_the_source() -> None:
    assert names(Options(5, quality=Quality.same(50)), Format.PNG) == {"quality"}
    assert names(Options(5, quality=Quality.same(50), format=Format.WEBP), Format.PNG) == set()
    assert names(Options(5, quality=Quality.same(50), format=Format.PNG), None) == {"quality"}


BESIDE_OTHERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"width": 5, "preserve_ratio": False}, {"preserve_ratio"}),
    ({"width": 5, "height": 5, "preserve_ratio": False}, set()),
    ({"width": 5, "fit": Fit.CONTAIN}, {"fit"}),
    ({"width": 5, "fit": Fit.COVER, "gravity": Gravity.NORTH}, {"fit", "gravity"}),
    ({"width": 5, "height": 5, "gravity": Gravity.NORTH}, {"gravity"}),
    ({"width": 5, "height": 5, "fit": Fit.FILL, "focus_x": 0.5}, {"focus_x"}),
    ({"width": 5, "height": 5, "fit": Fit.COVER, "focus_x": 0.5, "focus_y": 0.5}, set()),
    ({"max_width": 5, "enlarge": False}, {"enlarge"}),
    ({"min_width": 5, "enlarge": False}, set()),
    ({"pad": Edges(1, 1, 1, 1), "dpr": 2.0}, set()),
    ({"radius": 5, "dpr": 2.0, "background": "#ffffffff"}, set()),
    ({"max_width": 5, "kernel": Kernel.BOX, "linear": True}, set()),
    ({"background": "#ffffffff", "pad": Edges(1, 1, 1, 1)}, set()),
    ({"width": 5, "height": 5, "background": "#ffffffff", "fit": Fit.CONTAIN}, set()),
    ({"width": 5, "background": "#ffffffff", "fit": Fit.CONTAIN}, {"background", "fit"}),
    ({"format": Format.WEBP, "quality": Quality.same(50), "lossless": True}, {"quality"}),
    ({"format": Format.WEBP, "quality": Quality.same(50), "lossless": False}, set()),
    ({"quality": Quality.same(0), "quality_target": 90}, set()),
    ({"quality": Quality.same(50), "quality_target": 90}, {"quality_target"}),
    (
        {"format": Format.WEBP, "quality": Quality.same(0), "quality_target": 90, "lossless": True},
        {"quality", "quality_target"},
    ),
    ({"format": Format.PNG, "quality": Quality.same(0), "quality_target": 90}, {"quality", "quality_target"}),
    ({"watermark": "logo", "watermark_margin": 5, "dpr": 2.0, "icc": Icc.KEEP}, {"icc"}),
    ({"watermark_margin": 5, "dpr": 2.0}, {"watermark_margin", "dpr"}),
    ({"icc": Icc.KEEP, "grayscale": True}, {"icc"}),
    ({"icc": Icc.KEEP, "palette": True, "format": Format.PNG}, {"icc"}),
    ({"icc": Icc.KEEP, "palette": True}, {"palette"}),
    ({"format": Format.PNG, "animated": False}, {"animated"}),
]


@pytest.mark.parametrize(("values", "expected"), BESIDE_OTHERS)
def test_an_option_may_need_another_or_be_replaced_by_it(values: dict[str, Any], expected: set[str]) -> None:
    assert names(Options(**values), Format.JPEG) == expected


def test_a_palette_has_no_effect_on_an_animation_that_stays_one() -> None:
    assert unused_options(Options(5, palette=True), Format.PNG, 2) == {
        "palette": "palette has no effect on an animation."
    }
    assert names(Options(5, palette=True, animated=False), Format.PNG, 2) == set()
    assert names(Options(5, palette=True, format=Format.PNG), Format.TIFF, 2) == set()


def test_a_sentence_names_what_is_missing() -> None:
    assert list(
        unused_options(Options(dpr=2, background="#ffffffff", icc=Icc.KEEP, grayscale=True), Format.JPEG).values()
    ) == [
        f"dpr has no effect without {', '.join((*SIZES, 'pad', 'radius'))} or watermark_margin.",
        "background has no effect on an image in jpeg without pad, fit=contain or radius.",
        "icc has no effect beside grayscale.",
    ]
