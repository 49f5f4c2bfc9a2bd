"""Alpha channels and transparent colors (PNG, third edition, 11.3.1.1)."""

from PIL import Image, ImageChops, ImageFile, ImageFilter

# Pillow brings the samples of these raw modes to eight bits, but leaves the transparent color at the file's depth.
GREY_SCALES = {"L;2": 255 // 3, "L;4": 255 // 15}
DEEP_RGB = "RGB;16B"
OPAQUE, SAMPLE = 255, (64, 64)
WITH_ALPHA = {"LA": "L", "RGBA": "RGB"}  # and what is left without it
ALPHA_ADDED = {"L": "LA", "RGB": "RGBA"}
PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
Area = tuple[int, int, int, int]


def is_opaque(image: Image.Image) -> bool:
    """Return True if alpha is fully opaque. Checks a sample of 64 x 64 pixels first."""
    samples = (image.resize(SAMPLE, Image.Resampling.NEAREST), image)
    return all(each.getchannel("A").getextrema() == (OPAQUE, OPAQUE) for each in samples)


def scale_transparent_color(image: Image.Image) -> None:
    """Bring the transparent color of an opened image to the depth that its decoded samples will have."""
    rawmode = image.tile[0].args if isinstance(image, ImageFile.ImageFile) and image.tile else None
    match image.info.get("transparency"):
        case int(grey) if rawmode in GREY_SCALES:
            image.info["transparency"] = grey * GREY_SCALES[rawmode]
        case (int(), int(), int()) as color if rawmode == DEEP_RGB:
            image.info["transparency"] = tuple(sample >> 8 for sample in color)


def cleared_around(image: Image.Image, area: Area) -> Image.Image:
    """Make the pixels around an area transparent, as browsers do; Pillow fills them with the background color."""
    if image.mode not in ALPHA_ADDED:
        return image
    alpha, cleared = Image.new("L", image.size), image.convert(ALPHA_ADDED[image.mode])
    alpha.paste(OPAQUE, area)
    cleared.putalpha(alpha)
    return cleared


def filtered(image: Image.Image, kernel: ImageFilter.Filter) -> Image.Image:
    """Filter with the colors weighted by alpha, so that those of transparent pixels do not bleed."""
    premultiplied = PREMULTIPLIED.get(image.mode)
    return image.convert(premultiplied).filter(kernel).convert(image.mode) if premultiplied else image.filter(kernel)


def to_eight_bits(grey: Image.Image) -> Image.Image:
    """Convert 16-bit grey, in mode F, to L."""
    return grey.point(lambda value: value * (1 / 257) + 0.5).convert("L")


def deep_grey_to_la(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey with a transparent color to LA; Pillow has no mode for both."""
    deep, transparent = image.convert("I"), image.info["transparency"]
    brighter = deep.point(lambda value: value * 1 - transparent).convert("L")
    darker = deep.point(lambda value: value * -1 + transparent).convert("L")
    alpha = ImageChops.lighter(brighter, darker).point(lambda difference: 255 if difference else 0)
    return Image.merge("LA", (to_eight_bits(deep.convert("F")), alpha))
