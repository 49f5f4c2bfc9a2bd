"""Colors as the web has them: sRGB, whatever profile the file came with, unless it is to be kept."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Fit, Icc, Options

# What a profile is made for, and the modes of images to which it can be applied.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L", "LA"}}
INTENT, FLAGS = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
SRGB: Final = "sRGB"
# Profiles that a receipt names; the descriptions of others may say whose they are.
KNOWN = (
    *("Display P3", "Adobe RGB (1998)", "ProPhoto RGB", "Rec. 2020", "Rec2020", "Apple RGB", "ColorMatch RGB"),
    *("U.S. Web Coated (SWOP) v2", "Coated FOGRA39", "Coated FOGRA27", "PSO Coated v3", "Japan Color 2001 Coated"),
    *("Dot Gain 20%", "Gray Gamma 2.2"),
)
HOLDS_INKS, HOLDS_NO_GREY = {Format.JPEG, Format.TIFF}, {Format.WEBP}


def keeps_profile(image: Image.Image, profile: bytes | None, options: Options, form: Format) -> bool:
    """Say whether a picture keeps its colors and the profile that explains them: wished, and possible here."""
    if options.icc is not Icc.KEEP or profile is None or form is Format.GIF or options.grayscale or options.palette:
        return False
    if image.mode == "CMYK" and (
        form not in HOLDS_INKS or options.background or options.pad or options.fit is Fit.CONTAIN
    ):
        return False
    if image.mode in SPACES["GRAY"] and form in HOLDS_NO_GREY:
        return False
    return _opened(profile, image.mode) is not None


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """Convert by the file's ICC profile, and name the space that the colors were in.

    A missing, broken or unsuitable profile counts as sRGB (or as plain CMYK); what is in sRGB is given back as it is.
    """
    if image.mode == "LA":  # which littleCMS is not told of
        grey, alpha = image.split()
        light, space = to_srgb(grey, profile)
        return image if light is grey else Image.merge("LA", (light, alpha)), space
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return (image.convert("RGB"), "plain CMYK") if image.mode == "CMYK" else (image, SRGB)


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, str] | None:
    source = _opened(profile, image.mode)
    if source is None:
        return None
    description = source.profile.profile_description or ""
    if image.mode != "CMYK" and SRGB in description:
        return image, SRGB
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile(SRGB), INTENT, mode, flags=FLAGS)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if not converted:
        return None
    space = next((name for name in KNOWN if name in description), f"{image.mode} with a profile")
    return converted.convert("L") if image.mode == "L" else converted, space


def _opened(profile: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    """Open a profile that is whole and made for such pixels."""
    try:
        opened = ImageCms.getOpenProfile(BytesIO(profile))
        return opened if mode in SPACES.get(opened.profile.xcolor_space, set()) else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
