"""Convert to sRGB by the ICC profile of the file, unless the profile is kept."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

from PIL import Image, ImageCms

from imagescaler.domain.options import Fit, Icc
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.decode.icc_profile import opened_profile, profile_of
from imagescaler.engine.decode.matrix_profile import MatrixProfile
from imagescaler.engine.steps.context import PipelineContext
from imagescaler.probe.color_encoding import NAMELESS, PRIMARIES, SRGB, Curve

T = TypeVar("T")
INTENT, FLAGS = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
KEPT_BYTES = 16_384  # of a profile of which something is kept: larger ones have tables
EXACT_FLAGS = FLAGS | ImageCms.Flags.NOOPTIMIZE
# Profiles that a receipt names; the descriptions of others may contain personal data.
KNOWN = (
    *("Display P3", "Adobe RGB (1998)", "ProPhoto RGB", "Rec. 2020", "Rec2020", "Apple RGB", "ColorMatch RGB"),
    *("U.S. Web Coated (SWOP) v2", "Coated FOGRA39", "Coated FOGRA27", "PSO Coated v3", "Japan Color 2001 Coated"),
    *("Dot Gain 20%", "Gray Gamma 2.2"),
)
# Names of profiles that are made of what files state by numbers.
OWN = re.compile(
    rf"({'|'.join([NAMELESS, *(re.escape(name) for name, _ in PRIMARIES.values())])})"
    rf"( ({'|'.join(map(re.escape, Curve))}|gamma [\d.]{{1,6}}))?( of narrow range)?"
)


def convert_color_for_linear(context: PipelineContext) -> PipelineContext:
    """Convert before the resize if that is in linear light, which is defined for sRGB."""
    return convert_color(context) if context.options.linear else context


def convert_color(context: PipelineContext) -> PipelineContext:
    """Convert after the resize, when there are fewer pixels."""
    if _keeps_profile(context):
        return context
    image, space = to_srgb(context.image, context.profile)
    return replace(context.with_image(image, f"color {space} to sRGB"), profile=None)


def _keeps_profile(context: PipelineContext) -> bool:
    """Return True if `icc=keep` is set and the result can have these colors and their profile."""
    options, profile, mode = context.options, context.profile, context.image.mode
    mode = KINDS.get(mode, mode)
    if options.icc is not Icc.KEEP or profile is None or options.grayscale or options.palette or options.watermark:
        return False
    if mode == "CMYK" and (options.background or options.pad or options.radius or options.fit is Fit.CONTAIN):
        return False
    codec = codec_of(context.spec.format)
    fits = mode in codec.profile_modes and len(profile) <= codec.max_profile_bytes
    return fits and opened_profile(profile, mode) is not None


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """Convert by an ICC profile; return the image, which is the same if it is in sRGB already, and the space it was in.

    A missing, broken or unsuitable profile counts as sRGB, or as plain CMYK.
    """
    if image.mode == "LA":  # which littleCMS does not have
        grey, alpha = image.split()
        light, space = to_srgb(grey, profile)
        return image if light is grey else Image.merge("LA", (light, alpha)), space
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return (image.convert("RGB"), "plain CMYK") if image.mode == "CMYK" else (image, SRGB.name)


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, str] | None:
    source = opened_profile(profile, image.mode)
    if source is None:
        return None
    try:
        description = source.profile.profile_description or ""
        if image.mode != "CMYK" and SRGB.name in description and _is_srgb(profile):
            return image, SRGB.name
        convert = CONVERSIONS.get(image.mode)
        converted = convert(image, source) if convert else _converted(image, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return converted, _space(description) or f"{KINDS.get(image.mode, image.mode)} with a profile"


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    converted = ImageCms.applyTransform(image, _transform(profile, image.mode))
    assert converted
    return converted


def _kept(compute: Callable[..., T]) -> Callable[..., T]:
    """Keep what is computed of the latest small profiles, in two milliseconds: most pictures have one of a few."""
    kept = lru_cache(maxsize=8)(compute)

    def computed(profile: bytes, *args: Any) -> T:
        return (kept if len(profile) <= KEPT_BYTES else compute)(profile, *args)

    return computed


@_kept
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Return the transform to sRGB for images of a mode; RGBA keeps its alpha."""
    target, target_mode = ImageCms.createProfile("sRGB"), "RGBA" if mode == "RGBA" else "RGB"
    return ImageCms.buildTransform(BytesIO(profile), target, mode, target_mode, INTENT, FLAGS)


def _converted_grey(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Convert the 256 levels by themselves: littleCMS interpolates curves of grey, unless it is told to be slow."""
    levels = Image.frombytes("L", (256, 1), bytes(range(256)))
    rgb = ImageCms.profileToProfile(levels, source, ImageCms.createProfile("sRGB"), INTENT, "RGB", flags=EXACT_FLAGS)
    assert rgb
    return image.point(list(rgb.convert("L").tobytes()))


def _converted_deep_grey(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Convert 16-bit grey, in mode F, to a grey profile with the curve of sRGB, since sRGB itself has eight bits."""
    deep = image.point(lambda value: value * 1 + 0.5).convert("I").convert("I;16")
    srgb = ImageCms.getOpenProfile(BytesIO(profile_of(SRGB, is_grey=True)))
    converted = ImageCms.profileToProfile(deep, source, srgb, INTENT, deep.mode, flags=EXACT_FLAGS)
    assert converted
    return converted.convert("I").convert("F")


@_kept
def _is_srgb(profile: bytes) -> bool:
    """True if a profile that is named so describes sRGB, and not its primaries with another curve, for example."""
    matrix = MatrixProfile.of(profile)
    return matrix is None or matrix.is_srgb


def _space(description: str) -> str | None:
    """Return the name of a color space that a receipt may contain, None if it is not known."""
    return description if OWN.fullmatch(description) else next((name for name in KNOWN if name in description), None)


KINDS = {"F": "L"}
CONVERSIONS: dict[str, Callable[[Image.Image, ImageCms.ImageCmsProfile], Image.Image]] = {
    "L": _converted_grey,
    "F": _converted_deep_grey,
}
