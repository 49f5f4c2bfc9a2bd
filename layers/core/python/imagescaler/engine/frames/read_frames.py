"""Read the frames of an animation, each as it is shown."""

from collections.abc import Iterator

from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.engine.codecs.codec import FrameCodec, codec_of
from imagescaler.engine.open.open_image import decoding
from imagescaler.engine.salvage.salvage import Salvage


def frame_codec_of(fmt: Format) -> FrameCodec:
    """Return reader and writer of a format with animations (`Format.has_frames`)."""
    frames = codec_of(fmt).frames
    assert frames, fmt
    return frames


def read_frames(
    image: Image.Image, data: bytes, fmt: Format, count: int, salvage: Salvage | None = None
) -> Iterator[Image.Image]:
    """Yield `count` frames of an opened file, each valid until the next; of one that is salvaged, what is left.

    Raises CorruptImage, which names the frame.
    """
    frames = frame_codec_of(fmt).read(image, data, salvage)
    for number in range(1, count + 1):
        try:
            with decoding(fmt):
                frame = next(frames)
        except (CorruptImage, StopIteration) as problem:
            detail = f"Frame {number} of {count} in the {fmt.name} cannot be decoded: it is cut off or damaged."
            raise CorruptImage(detail, may_be_salvaged=True) from problem
        yield frame
