"""Encode a still image."""

from dataclasses import replace
from io import BytesIO

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.encode.fit_bytes import fit_bytes
from imagescaler.engine.pixels.palettes import Loss, colors_of


def encode(
    image: Image.Image,
    fmt: Format,
    options: Options,
    metadata: EmbeddedMetadata = NO_METADATA,
    *,
    tries_palette: bool = False,
) -> Encoded:
    """Encode an image that carries no metadata of its own, in at most `max_bytes`; raises MaxBytesTooSmall.

    With `tries_palette` it gets a palette if that is invisible.
    """
    codec = codec_of(fmt)
    prepared = codec.prepare(image, options)
    if tries_palette:
        indexed = codec.prepare(image, replace(options, palette=True))
        if indexed is not image and Loss.between(image, indexed).is_invisible:
            prepared = indexed

    def encode_at(quality: int) -> Encoded:
        buffer = BytesIO()
        parameters = codec.save_parameters(prepared, options, metadata, quality)
        prepared.save(buffer, codec.plugin, **parameters)
        return buffer.getvalue(), codec.describe(parameters)

    data, operations = fit_bytes(encode_at, fmt, options)
    return data, operations if prepared is image else (f"quantize {colors_of(prepared)} colors", *operations)
