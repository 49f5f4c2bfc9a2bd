"""Convert to sRGB by the ICC profile of the file, unless the profile is kept."""

from dataclasses import replace
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from imagescaler.domain.options import Fit, Icc
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.steps.context import PipelineContext

# The modes to which a profile for a color space can be applied.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L", "LA"}}
INTENT, FLAGS = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
SRGB: Final = "sRGB"
# Profiles that a receipt names; the descriptions of others may contain personal data.
KNOWN = (
    *("Display P3", "Adobe RGB (1998)", "ProPhoto RGB", "Rec. 2020", "Rec2020", "Apple RGB", "ColorMatch RGB"),
    *("U.S. Web Coated (SWOP) v2", "Coated FOGRA39", "Coated FOGRA27", "PSO Coated v3", "Japan Color 2001 Coated"),
    *("Dot Gain 20%", "Gray Gamma 2.2"),
)


def convert_color_for_linear(context: PipelineContext) -> PipelineContext:
    """Convert before the resize if that is in linear light, which is defined for sRGB."""
    return convert_color(context) if context.options.linear and context.image.mode != "F" else context


def convert_color(context: PipelineContext) -> PipelineContext:
    """Convert after the resize, when there are fewer pixels."""
    if _keeps_profile(context):
        return context
    image, space = _to_srgb(context.image, context.profile)
    return replace(context.with_image(image, f"color {space} to sRGB"), profile=None)


def _keeps_profile(context: PipelineContext) -> bool:
    """Return True if `icc=keep` is set and the result can have these colors and their profile."""
    options, mode, profile = context.options, context.image.mode, context.profile
    if options.icc is not Icc.KEEP or profile is None or options.grayscale or options.palette:
        return False
    if mode == "CMYK" and (options.background or options.pad or options.fit is Fit.CONTAIN):
        return False
    return mode in codec_of(context.spec.format).profile_modes and _opened(profile, mode) is not None


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """Convert by an ICC profile; return the image, which is the same if it is in sRGB already, and the space it was in.

    A missing, broken or unsuitable profile counts as sRGB, or as plain CMYK.
    """
    if image.mode == "LA":  # which littleCMS does not have
        grey, alpha = image.split()
        light, space = _to_srgb(grey, profile)
        return image if light is grey else Image.merge("LA", (light, alpha)), space
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return (image.convert("RGB"), "plain CMYK") if image.mode == "CMYK" else (image, SRGB)


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, str] | None:
    source = _opened(profile, image.mode)
    if source is None:
        return None
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        description = source.profile.profile_description or ""
        if image.mode != "CMYK" and SRGB in description:
            return image, SRGB
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile(SRGB), INTENT, mode, flags=FLAGS)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if not converted:
        return None
    space = next((name for name in KNOWN if name in description), f"{image.mode} with a profile")
    return converted.convert("L") if image.mode == "L" else converted, space


def _opened(profile: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    """Open a profile; None if it is damaged or made for another mode."""
    try:
        opened = ImageCms.getOpenProfile(BytesIO(profile))
        return opened if mode in SPACES.get(opened.profile.xcolor_space, set()) else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
