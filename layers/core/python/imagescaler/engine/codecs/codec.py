"""What a format needs of Pillow, in one place for each format."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.pixels.modes import COLOR_MODES, DEEP_GREY, GREY_MODES, UNBOUNDED, tiles_of
from imagescaler.engine.pixels.sample_tables import Tables
from imagescaler.engine.salvage.salvage import Salvage, as_it_is
from imagescaler.probe.timeline import Timeline

Area = tuple[int, int, int, int]
Parameters = dict[str, Any]
DEEP_SAMPLES = ";16"


@dataclass(frozen=True, slots=True)
class FrameCodec:
    """Reader and writer of a format's animations.

    `read` yields each frame as it is shown, valid until the next one; it raises what a decoder raises for a damaged
    frame, but of a file that is salvaged it yields what is left. `write` encodes frames of one size and mode, RGB
    or RGBA, and asks for each once the one before is encoded.
    """

    read: Callable[[Image.Image, bytes, Salvage | None], Iterator[Image.Image]]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one format is read and written with Pillow."""

    format: Format
    plugin: str  # Pillow's name of the format
    opened_as: frozenset[str]  # the formats that Pillow may give an opened file

    # Reading, in this order. `data` is the whole file; most hooks may raise what decoders raise for damage.

    # Raise ImageProblem for a file of too many parts or of a variety that is not accepted, before anything reads it.
    check_structure: Callable[[bytes, Limits], None] = lambda _data, _limits: None
    # Return a checked file as Pillow reads it, without what Pillow takes for damage although no pixel is lost.
    readable: Callable[[bytes], bytes] = lambda data: data
    # Return what is left of a damaged file, completed to at most so many bytes.
    salvage: Callable[[bytes, int], Salvage] = as_it_is
    # Reduce an opened image, whose limits were checked, to the part that is shown.
    clip: Callable[[Image.Image, bytes], None] = lambda _image, _data: None
    # Have an opened image decoded by what is faster than Pillow.
    decode_faster: Callable[[Image.Image, bytes], None] = lambda _image, _data: None
    # Return sentences about what of a file is not used, from the file as it was sent and as it was repaired.
    warnings: Callable[[bytes, bytes], tuple[str, ...]] = lambda _sent, _repaired: ()
    # Count the pixels that decoding takes, 0 if they are those of the stored size.
    decoded_pixels: Callable[[bytes], int] = lambda _data: 0
    # Return how often the pixels of a picture are decoded: by the scans of a JPEG, by frames over each other.
    passes: Callable[[bytes], float] = lambda _data: 1
    # True if an opened image has more bits per sample of color or alpha than Pillow decodes.
    has_deep_colors: Callable[[Image.Image], bool] = has_deep_tiles
    # True if a file is small because it has few colors, or because it is lossless.
    has_few_colors: Callable[[Image.Image], bool] = lambda _image: False
    is_lossless: Callable[[bytes], bool] = lambda _data: False
    # Raise EOFError if pixels are missing, as far as only decoding shows it.
    check_pixels: Callable[[bytes], None] = lambda _data: None
    # Return the part of an opened image that the file has pixels for, None if all.
    covered_part: Callable[[Image.Image], Area | None] = lambda _image: None
    # Complete the pixels of an opened image, which have a mode that can be resampled.
    decoded: Callable[[Image.Image, Image.Image], Image.Image] = lambda _image, pixels: pixels
    # Complete pixels that were cut from 16 bits to 8; with tables, one for each color, these are looked up in them.
    refined: Callable[[Image.Image, bytes, Tables | None], Image.Image] = lambda pixels, _data, _tables: pixels
    metadata_follows_pixels: bool = False
    turned_by_exif: bool = True  # False if a turn is a part of the format, and of decoding
    decodes_upright: bool = False  # Pillow turns the image while it decodes, and reports the upright size

    # Writing

    # Return the image in a mode that the format has.
    prepare: Callable[[Image.Image, Options], Image.Image] = lambda image, _options: image
    # Return what the encoder is called with, from image, options and a quality of 1 to 100; and for metadata.
    parameters: Callable[[Image.Image, Options, int], Parameters] = lambda _image, _options, _quality: {}
    embed: Callable[[EmbeddedMetadata], Parameters] = plain_metadata
    profile_modes: frozenset[str] = COLOR_MODES | GREY_MODES  # modes whose ICC profile a file can keep
    max_profile_bytes: int = 2**32 - 1

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
