"""Animations of formats whose codecs in Pillow read and write frames one by one: WebP and AVIF."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.pixels.modes import normalized
from imagescaler.probe.timeline import Timeline

MAX_DURATION_MS = 2**24 - 1  # of a WebP (RFC 9649, 2.7.1); an AVIF could have more


class FrameStream:
    """An image of several frames, as Pillow's encoders take it, which holds one frame at a time."""

    def __init__(self, frames: Iterator[Image.Image], count: int) -> None:
        self._frames, self.n_frames = frames, count

    def seek(self, number: int) -> None:
        """Go to the next frame. Pillow asks for each once, in order, and for one more to find the end."""
        if number >= self.n_frames:
            raise EOFError
        self._frame = next(self._frames)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._frame, name)


def read_stream(image: Image.Image, _: bytes) -> Iterator[Image.Image]:
    """Decode the frames of an opened image one by one."""
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        yield normalized(image)


def save_stream(
    codec: Codec,
    frames: Iterator[Image.Image],
    timeline: Timeline,
    options: Options,
    metadata: EmbeddedMetadata,
    finish: Callable[[BytesIO], bytes],
    **settings: Any,
) -> Encoded:
    """Encode frames one by one, with the `settings` of the encoder for animations; `finish` returns the bytes."""
    first, buffer = next(frames), BytesIO()
    parameters = codec.save_parameters(first, options, metadata, options.quality_of(codec.format)) | settings
    durations_ms, rest = timeline.rounded(1, MAX_DURATION_MS), FrameStream(frames, timeline.frames - 1)
    first.save(buffer, codec.plugin, save_all=True, append_images=[rest], duration=durations_ms, **parameters)
    return finish(buffer), codec.describe(parameters)
