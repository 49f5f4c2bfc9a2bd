"""Encode a still image."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from io import BytesIO
from math import prod

from PIL import Image, ImageFile

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options, Quality
from imagescaler.engine.codecs.codec import Codec, codec_of
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.encode.fit_bytes import EncodeAt, fit_bytes
from imagescaler.engine.encode.fit_quality import FittedQuality, fit_quality
from imagescaler.engine.encode.score import score
from imagescaler.engine.pixels.palettes import Loss, colors_of

BYTES_PER_SAMPLE, HEAD_BYTES = 2, 1 << 16  # at most, of a progressive JPEG


def encode(
    image: Image.Image,
    fmt: Format,
    options: Options,
    metadata: EmbeddedMetadata = NO_METADATA,
    *,
    tries_palette: bool = False,
) -> tuple[bytes, tuple[str, ...], float | None]:
    """Encode an image that carries no metadata of its own, in at most `max_bytes`; raises MaxBytesTooSmall.

    With `tries_palette` it gets a palette if that is invisible. Returns the file, the operations that encoded it, and
    its score if the quality was searched.
    """
    codec = codec_of(fmt)
    prepared = codec.prepare(image, options)
    if tries_palette:
        indexed = codec.prepare(image, replace(options, palette=True))
        if indexed is not image and Loss.between(image, indexed).is_invisible:
            prepared = indexed
    encode_at = partial(_encode_at, codec, prepared, options, metadata)
    if options.searches_quality(fmt):
        return _searched(encode_at, partial(score, prepared, plugin=codec.plugin), fmt, options)
    data, operations = fit_bytes(encode_at, fmt, options)
    return data, operations if prepared is image else (f"quantize {colors_of(prepared)} colors", *operations), None


def fit_still_quality(image: Image.Image, fmt: Format, options: Options) -> FittedQuality:
    """Find the quality of an image that is encoded by itself, without metadata."""
    codec = codec_of(fmt)
    encode_at = partial(_encode_at, codec, image, options, NO_METADATA)
    return fit_quality(encode_at, partial(score, image, plugin=codec.plugin), options.quality_target)


def _encode_at(
    codec: Codec, prepared: Image.Image, options: Options, metadata: EmbeddedMetadata, quality: int
) -> Encoded:
    buffer = BytesIO()
    parameters = codec.save_parameters(prepared, options, metadata, quality)
    embedded = sum(len(each) for each in parameters.values() if isinstance(each, bytes))
    with _buffering(prepared, embedded) if parameters.get("progressive") else nullcontext():
        prepared.save(buffer, codec.plugin, **parameters)
    return buffer.getvalue(), codec.describe(parameters)


@contextmanager
def _buffering(image: Image.Image, embedded_bytes: int) -> Iterator[None]:
    """Let Pillow's encoder have a buffer for any file of an image: libjpeg writes a progressive one at once.

    Pillow reserves a byte per pixel, two from a quality of 95, which fine patterns exceed. Noise takes 1.2 per sample.
    """
    pixels_bytes = BYTES_PER_SAMPLE * len(image.getbands()) * prod(image.size)
    usual, ImageFile.MAXBLOCK = ImageFile.MAXBLOCK, pixels_bytes + embedded_bytes + HEAD_BYTES
    try:
        yield
    finally:
        ImageFile.MAXBLOCK = usual


def _searched(
    encode_at: EncodeAt, scored: Callable[[bytes], float], fmt: Format, options: Options
) -> tuple[bytes, tuple[str, ...], float]:
    """Encode at the quality that reaches the target, or if that takes more than `max_bytes`, below it."""
    fitted = fit_quality(encode_at, scored, options.quality_target)
    data, operations = fitted.encoded
    if options.max_bytes is None or len(data) <= options.max_bytes:
        return data, operations, fitted.score
    data, operations = fit_bytes(encode_at, fmt, replace(options, quality=Quality.same(fitted.quality)))
    return data, operations, scored(data)
