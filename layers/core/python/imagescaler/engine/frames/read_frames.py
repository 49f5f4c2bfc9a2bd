"""The frames of animations, each as it is seen, one after the other; one reader per kind of file."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.engine.frames import read_codec, read_gif, read_png
from imagescaler.engine.open.open_image import decoding

Reader = Callable[[Image.Image, bytes], Iterator[Image.Image]]
READERS: Mapping[Format, Reader] = MappingProxyType(
    {Format.GIF: read_gif.read, Format.PNG: read_png.read, Format.WEBP: read_codec.read, Format.AVIF: read_codec.read}
)


def read_frames(image: Image.Image, data: bytes, form: Format, count: int) -> Iterator[Image.Image]:
    """Go through the frames of an opened file, of which there must be `count`; each is good until the next is there.

    Raises CorruptImage, and names the frame.
    """
    frames = READERS[form](image, data)
    for number in range(1, count + 1):
        try:
            with decoding(form):
                frame = next(frames)
        except (CorruptImage, StopIteration) as problem:
            raise CorruptImage(
                f"Frame {number} of {count} in the {form.name} cannot be decoded: it is cut off or damaged."
            ) from problem
        yield frame
