"""What lets something through: alpha, a transparent color (PNG, third edition, 11.3.1.1), what a frame leaves free."""

from PIL import GifImagePlugin, Image, ImageChops, ImageFile

# Pillow brings the samples of these raw modes to eight bits, but leaves the transparent color at the file's depth.
GREY_SCALES = {"L;2": 255 // 3, "L;4": 255 // 15}
DEEP_RGB = "RGB;16B"
OPAQUE, SAMPLE = 255, (64, 64)
ALPHA_ADDED = {"L": "LA", "RGB": "RGBA"}
Area = tuple[int, int, int, int]


def is_opaque(image: Image.Image) -> bool:
    """Say whether the alpha channel hides nothing; a sample of it tells most of those that do, at no cost."""
    looks = (image.resize(SAMPLE, Image.Resampling.NEAREST), image)
    return all(each.getchannel("A").getextrema() == (OPAQUE, OPAQUE) for each in looks)


def scale_transparent_color(image: Image.Image) -> None:
    """Bring the transparent color of an image that was just opened to the depth that its samples will have."""
    rawmode = image.tile[0].args if isinstance(image, ImageFile.ImageFile) and image.tile else None
    match image.info.get("transparency"):
        case int(grey) if rawmode in GREY_SCALES:
            image.info["transparency"] = grey * GREY_SCALES[rawmode]
        case (int(), int(), int()) as color if rawmode == DEEP_RGB:
            image.info["transparency"] = tuple(sample >> 8 for sample in color)


def covered_part(image: Image.Image) -> Area | None:
    """Give the part of its screen that the frame of a GIF covers which was just opened; None if it is all of it."""
    area = image.tile[0].extents if isinstance(image, GifImagePlugin.GifImageFile) and image.tile else None
    return None if area is None or area == (0, 0, *image.size) else area


def cleared_around(image: Image.Image, area: Area) -> Image.Image:
    """Make transparent what is around a part, as browsers do; Pillow fills it with what the file calls background."""
    if image.mode not in ALPHA_ADDED:
        return image
    alpha, cleared = Image.new("L", image.size), image.convert(ALPHA_ADDED[image.mode])
    alpha.paste(OPAQUE, area)
    cleared.putalpha(alpha)
    return cleared


def to_eight_bits(grey: Image.Image) -> Image.Image:
    """Turn sixteen bits of grey, in mode F, into L."""
    return grey.point(lambda value: value * (1 / 257) + 0.5).convert("L")


def deep_grey_to_la(image: Image.Image) -> Image.Image:
    """Turn sixteen bits of grey with a transparent one into LA; Pillow has no mode for both."""
    deep, transparent = image.convert("I"), image.info["transparency"]
    brighter = deep.point(lambda value: value * 1 - transparent).convert("L")
    darker = deep.point(lambda value: value * -1 + transparent).convert("L")
    alpha = ImageChops.lighter(brighter, darker).point(lambda difference: 255 if difference else 0)
    return Image.merge("LA", (to_eight_bits(deep.convert("F")), alpha))
