"""Animations of formats whose codecs in Pillow read and write frames one by one: WebP and AVIF."""

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from PIL import Image, ImageChops

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.open.open_image import DAMAGE
from imagescaler.engine.pixels.modes import normalized
from imagescaler.engine.salvage.salvage import ENOUGH, Salvage
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


def read_stream(image: Image.Image, _: bytes, salvage: Salvage | None) -> Iterator[Image.Image]:
    """Decode the frames of an opened image one by one."""
    return salvaged(image, salvage, _frames) if salvage else _frames(image)


def salvaged(
    image: Image.Image, salvage: Salvage, read: Callable[[Image.Image], Iterator[Image.Image]]
) -> Iterator[Image.Image]:
    """Decode the frames of a damaged file as long as they are the same in the others, then repeat the last.

    Raises CorruptImage if the first is damaged.
    """
    files = islice((each for each in salvage.others() if each != salvage.data), ENOUGH)
    readers = [read(image), *(read(Image.open(BytesIO(each), formats=[str(image.format)])) for each in files)]
    last: Image.Image | None = None
    for number in range(1, getattr(image, "n_frames", 1) + 1):
        try:
            frame, *others = (next(each) for each in readers)
        except (*DAMAGE, StopIteration, RuntimeError):
            readers = []
        else:
            if any(ImageChops.difference(frame, each).getbbox(alpha_only=False) for each in others):
                readers = []
            else:
                last = frame.copy()
        if not readers:
            salvage.lost.add(number)
        if last is None:
            raise CorruptImage("No frame is left.")
        yield last


def _frames(image: Image.Image) -> Iterator[Image.Image]:
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
