"""AVIF."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, Image, ImageFile, features

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec, FrameCodec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.frames.stream import salvaged, save_stream
from imagescaler.engine.pixels.modes import COLOR_MODES, normalized
from imagescaler.engine.salvage.avif import salvage
from imagescaler.engine.salvage.salvage import Salvage
from imagescaler.probe.decoded_pixels import DecodedPixels
from imagescaler.probe.formats.avif import clean_aperture
from imagescaler.probe.formats.avif_sequence import SEQUENCE, clear_times, write_plays
from imagescaler.probe.timeline import Timeline

# Of the speeds 10 to 0: at 5 a file of the same size is 1.2 to 1.5 points of SSIMULACRA2 better than at 6, but takes
# four times as long, which is too long for a large picture: a second and a half for each megapixel.
SPEED, SPEED_OF_LARGE = 5, 6
# Two and a half times as fast as a still image's, for a twelfth more bytes.
SPEED_OF_ANIMATION = 8
# At 100 the encoder codes without loss, which takes up to 14 times as long for a plain picture, though the colors are
# at half the resolution all the same.
MAX_QUALITY = 99
MAX_PLAYS = 2**16 - 1
SEPARATOR, ROLE = ",", "["
PLANNED_FRAMES = 1000  # of a sequence, that are taken for the others


def parameters(image: Image.Image, _options: Options, quality: int) -> dict[str, Any]:
    """Return the encoder's settings."""
    is_large = image.width * image.height > SMALL_AVIF_PIXELS
    return {"quality": min(quality, MAX_QUALITY), "speed": SPEED_OF_LARGE if is_large else SPEED, "max_threads": 1}


def clip(image: Image.Image, data: bytes) -> None:
    """Make an opened image that of its clean aperture, which libavif leaves to its callers."""
    aperture = clean_aperture(data)
    if aperture and isinstance(image, AvifImagePlugin.AvifImageFile):
        (coded_width, _), part = aperture
        pixel_bytes = len(image.getbands())
        start, row_bytes = (part.top * coded_width + part.left) * pixel_bytes, coded_width * pixel_bytes
        size = image._size = (part.width, part.height)  # noqa: SLF001 - as plugins set it
        image.tile = [ImageFile._Tile("raw", (0, 0, *size), start, (image.mode, row_bytes))]  # noqa: SLF001 - the same

        def seek(pos: int) -> None:
            """Go to the first pixel; the plugin stays at that of the whole."""
            assert image.fp
            image.fp.seek(pos)

        image.load_seek = seek  # type: ignore[method-assign]


def check_structure(data: bytes, limits: Limits) -> None:
    """Raise CorruptImage if a picture is composed of far more pixels than it has: of hidden frames, or larger ones."""
    DecodedPixels.of_item(data).check(Format.AVIF)
    if data[8:12] == SEQUENCE:
        frames = DecodedPixels.of_frames(data, limits.max_frames)
        for each in (*frames, DecodedPixels.sum(frames)):
            each.check(Format.AVIF)


def decoded_pixels(data: bytes) -> int:
    """Return the number of coded pixels if only a part of them is shown, or if there are more than one shown frame."""
    frames = DecodedPixels.of_frames(data, PLANNED_FRAMES) if data[8:12] == SEQUENCE else [DecodedPixels.of_item(data)]
    pixels = DecodedPixels.sum(frames)
    return pixels.colors // len(frames) if clean_aperture(data) or pixels.colors > pixels.shown else 0


def read_frames(image: Image.Image, data: bytes, salvage: Salvage | None) -> Iterator[Image.Image]:
    """Yield the clean aperture of each frame."""

    def read(image: Image.Image) -> Iterator[Image.Image]:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            clip(image, data)
            image.load()
            yield normalized(image)

    return salvaged(image, salvage, read) if salvage else read(image)


def write_frames(
    codec: Codec, frames: Iterator[Image.Image], timeline: Timeline, options: Options, metadata: EmbeddedMetadata
) -> Encoded:
    """Encode an animation."""

    def finish(file: BytesIO) -> bytes:
        """Set what Pillow cannot: how often the animation plays, and no time of creation."""
        write_plays(file.getbuffer(), min(timeline.plays, MAX_PLAYS))
        clear_times(file.getbuffer())
        return file.getvalue()

    return save_stream(codec, frames, timeline, options, metadata, finish, speed=SPEED_OF_ANIMATION)


def versions() -> dict[str, str | None]:
    """Return the versions of libavif and its coders, which it lists as `dav1d [dec]:1.5.3, aom [enc]:3.14.1`."""
    from PIL import _avif  # noqa: PLC0415 - as Pillow does it: the library is large

    coders = (coder.rpartition(":") for coder in _avif.codec_versions().split(SEPARATOR))
    return {
        "libavif": features.version_module("avif"),
        **{name.partition(ROLE)[0].strip(): version for name, _, version in coders},
    }


CODEC = Codec(
    format=Format.AVIF,
    plugin="AVIF",
    opened_as=frozenset({"AVIF"}),
    check_structure=check_structure,
    parameters=parameters,
    salvage=salvage,
    clip=clip,
    decoded_pixels=decoded_pixels,
    profile_modes=COLOR_MODES | {"L"},  # grey with alpha is written as colors
    # libavif crashes on a sequence with an orientation.
    frames=FrameCodec(read_frames, write_frames, has_one_mode=True, keeps_orientation=False),
    versions=versions,
)
