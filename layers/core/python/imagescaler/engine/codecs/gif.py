"""GIF (GIF89a, CompuServe); its codec is Pillow's own."""

from PIL import GifImagePlugin, Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Area, Codec, FrameCodec, no_metadata
from imagescaler.engine.frames import read_gif, write_gif
from imagescaler.engine.pixels.palettes import with_gif_palette
from imagescaler.engine.salvage.gif import salvage


def prepare(image: Image.Image, _options: Options) -> Image.Image:
    """Reduce the colors to a palette."""
    return with_gif_palette(image)


def covered_part(image: Image.Image) -> Area | None:
    """Return the part of the screen that the first frame covers; None if all of it."""
    area = image.tile[0].extents if isinstance(image, GifImagePlugin.GifImageFile) and image.tile else None
    return None if area is None or area == (0, 0, *image.size) else area


CODEC = Codec(
    format=Format.GIF,
    plugin="GIF",
    opened_as=frozenset({"GIF"}),
    embed=no_metadata,
    prepare=prepare,
    readable=read_gif.first_frame,
    salvage=salvage,
    covered_part=covered_part,
    profile_modes=frozenset(),
    frames=FrameCodec(read_gif.read, write_gif.write),
)
