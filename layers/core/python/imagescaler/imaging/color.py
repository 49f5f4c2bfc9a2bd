"""Colors as the web has them: sRGB, whatever profile the file came with, unless it is to be kept."""

from io import BytesIO

from PIL import Image, ImageCms

from imagescaler.formats import Format
from imagescaler.options import Fit, Icc, Options

# What a profile is made for, and the modes of images to which it can be applied.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L"}}
INTENT, FLAGS = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
HOLDS_INKS = {Format.JPEG, Format.TIFF}


def keeps_profile(image: Image.Image, profile: bytes | None, options: Options, form: Format) -> bool:
    """Say whether a picture keeps its colors and the profile that explains them: wished, and possible here."""
    if options.icc is not Icc.KEEP or profile is None or form is Format.GIF or options.grayscale or options.palette:
        return False
    if image.mode == "CMYK" and (
        form not in HOLDS_INKS or options.background or options.pad or options.fit is Fit.CONTAIN
    ):
        return False
    return _opened(profile, image.mode) is not None


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the file's ICC profile; a missing, broken or unsuitable one counts as sRGB (or as plain CMYK)."""
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    source = _opened(profile, image.mode)
    if source is None:
        return None
    if image.mode != "CMYK" and "sRGB" in (source.profile.profile_description or ""):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), INTENT, mode, flags=FLAGS)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return converted.convert("L") if converted and image.mode == "L" else converted


def _opened(profile: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    """Open a profile that is whole and made for such pixels."""
    try:
        opened = ImageCms.getOpenProfile(BytesIO(profile))
        return opened if mode in SPACES.get(opened.profile.xcolor_space, set()) else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
