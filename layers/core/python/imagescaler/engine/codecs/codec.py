"""What a format needs of Pillow, in one place for each format."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from PIL import Image, ImageFile

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.pixels.modes import COLOR_MODES, DEEP_GREY, GREY_MODES, UNBOUNDED
from imagescaler.probe.color_encoding import ColorEncoding
from imagescaler.probe.timeline import Timeline

Area = tuple[int, int, int, int]
Parameters = dict[str, Any]
DEEP_SAMPLES = ";16"


@dataclass(frozen=True, slots=True)
class FrameCodec:
    """Reader and writer of a format's animations.

    `read` yields each frame as it is shown, valid until the next one. `write` encodes frames of one size and mode, RGB
    or RGBA, and asks for each once the one before is encoded.
    """

    read: Callable[[Image.Image, bytes], Iterator[Image.Image]]
    write: Callable[["Codec", Iterator[Image.Image], Timeline, Options, EmbeddedMetadata], Encoded]
    has_one_mode: bool = False  # either all frames have an alpha channel or none has
    keeps_orientation: bool = True


def plain_metadata(metadata: EmbeddedMetadata) -> Parameters:
    """Return ICC profile, EXIF and XMP by the names that most of Pillow's encoders have for them."""
    return {"icc_profile": metadata.profile, "exif": metadata.exif_bytes, "xmp": metadata.xmp}


def no_metadata(_: EmbeddedMetadata) -> Parameters:
    """Return nothing, for a format whose files have no metadata."""
    return {}


def has_deep_tiles(image: Image.Image) -> bool:
    """Return True if an opened image has 16 bits per color or alpha sample, of which Pillow decodes 8."""
    if image.mode in DEEP_GREY | UNBOUNDED:
        return False
    return any(DEEP_SAMPLES in str(tile.args) for tile in tiles_of(image))


def tiles_of(image: Image.Image) -> list[Any]:
    """List the tiles of an image that is not decoded yet."""
    return image.tile if isinstance(image, ImageFile.ImageFile) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one format is read and written with Pillow.

    `plugin` is Pillow's name of the format, `opened_as` the names that an opened file may have. `parameters` returns
    what the encoder is called with, from the image, the options and a quality of 1 to 100; `embed` what it is called
    with for metadata; `prepare` the image in a mode that the format has. `check_structure` raises ImageProblem for a
    file whose parts are too many or of a variety that is not accepted, before anything else reads them; `readable`
    returns a checked file as Pillow reads it, without what it takes for damage though no pixel is lost. `check_pixels`
    raises EOFError if pixels are missing that only decoding shows. `warnings` returns sentences about what of a file is
    not used, from the file as it was sent and as it was repaired. `decoded_pixels` counts those that decoding takes if
    they are not those of the stored size, else 0. `clip` reduces an opened image, whose limits were checked, to the
    part that is shown. `covered_part` returns the part of an opened
    image that the file has pixels for, None if all. `decoded` completes the pixels of an opened image, which have a
    mode that can be resampled; `refined` those that were cut from 16 bits to 8, to which it gives the curve of sRGB if
    the file states its colors by numbers. `has_few_colors` returns True for an opened image, and `is_lossless` for a
    file, that is small because of it. `profile_modes` are the modes whose ICC profile a file can keep, of
    `max_profile_bytes`.
    """

    format: Format
    plugin: str
    opened_as: frozenset[str]
    parameters: Callable[[Image.Image, Options, int], Parameters] = lambda _image, _options, _quality: {}
    embed: Callable[[EmbeddedMetadata], Parameters] = plain_metadata
    prepare: Callable[[Image.Image, Options], Image.Image] = lambda image, _options: image
    check_structure: Callable[[bytes, Limits], None] = lambda _data, _limits: None
    readable: Callable[[bytes], bytes] = lambda data: data
    check_pixels: Callable[[bytes], None] = lambda _data: None
    warnings: Callable[[bytes, bytes], tuple[str, ...]] = lambda _sent, _repaired: ()
    decoded_pixels: Callable[[bytes], int] = lambda _data: 0
    clip: Callable[[Image.Image, bytes], None] = lambda _image, _data: None
    has_deep_colors: Callable[[Image.Image], bool] = has_deep_tiles
    has_few_colors: Callable[[Image.Image], bool] = lambda _image: False
    is_lossless: Callable[[bytes], bool] = lambda _data: False
    covered_part: Callable[[Image.Image], Area | None] = lambda _image: None
    decoded: Callable[[Image.Image, Image.Image], Image.Image] = lambda _image, pixels: pixels
    refined: Callable[[Image.Image, bytes, ColorEncoding | None], Image.Image] = lambda pixels, _data, _colors: pixels
    profile_modes: frozenset[str] = COLOR_MODES | GREY_MODES
    max_profile_bytes: int = 2**32 - 1
    metadata_follows_pixels: bool = False
    decodes_upright: bool = False  # Pillow turns the image while it decodes, and reports the upright size
    frames: FrameCodec | None = None
    versions: Callable[[], Mapping[str, str | None]] = dict

    def save_parameters(
        self, image: Image.Image, options: Options, metadata: EmbeddedMetadata, quality: int
    ) -> Parameters:
        """Return what Pillow's encoder is called with for an image."""
        embedded = {name: value for name, value in self.embed(metadata).items() if value}
        return self.parameters(image, options, quality) | embedded

    def describe(self, parameters: Parameters) -> tuple[str, ...]:
        """Return the operations of encoding: the encoder's settings, and the names of what was embedded."""
        settings = {name: value for name, value in parameters.items() if isinstance(value, int | str)}
        values = (f"{name}={value}" for name, value in settings.items() if value is not False)
        encoding = " ".join([f"encode {self.format}", *values])
        embedded = parameters.keys() - settings.keys()
        return (encoding, f"embed {', '.join(sorted(embedded))}") if embedded else (encoding,)


@cache
def codec_of(fmt: Format) -> Codec:
    """Return the CODEC of the module in `codecs` that is named like the format, importing it and its plugin once.

    Importing all plugins at the start would make a function start later.
    """
    codec: Codec = import_module(f"imagescaler.engine.codecs.{fmt}").CODEC
    return codec
