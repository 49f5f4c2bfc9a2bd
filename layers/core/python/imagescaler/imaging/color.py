"""Colors as the web has them: sRGB, whatever profile the file came with."""

from io import BytesIO

from PIL import Image, ImageCms

# What a profile is made for, and the modes of images to which it can be applied.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L"}}
INTENT, FLAGS = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the file's ICC profile; a missing, broken or unsuitable one counts as sRGB (or as plain CMYK)."""
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        if image.mode not in SPACES.get(source.profile.xcolor_space, set()):
            return None
        if image.mode != "CMYK" and "sRGB" in (source.profile.profile_description or ""):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), INTENT, mode, flags=FLAGS)
        return converted.convert("L") if converted and image.mode == "L" else converted
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
