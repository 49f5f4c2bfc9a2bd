"""Encode a still image."""

from io import BytesIO

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.encode.fit_bytes import fit_bytes
from imagescaler.engine.pixels.palettes import COLORS


def encode(image: Image.Image, fmt: Format, options: Options, metadata: EmbeddedMetadata = NO_METADATA) -> Encoded:
    """Encode an image that carries no metadata of its own, in at most `max_bytes`; raises MaxBytesTooSmall."""
    codec = codec_of(fmt)
    prepared = codec.prepare(image, options)

    def encode_at(quality: int) -> Encoded:
        buffer = BytesIO()
        parameters = codec.save_parameters(prepared, options, metadata, quality)
        prepared.save(buffer, codec.plugin, **parameters)
        return buffer.getvalue(), codec.describe(parameters)

    data, operations = fit_bytes(encode_at, fmt, options)
    return data, operations if prepared is image else (f"quantize {COLORS} colors", *operations)
