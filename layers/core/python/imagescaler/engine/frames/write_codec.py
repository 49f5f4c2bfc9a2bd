"""WebP and AVIF, whose encoders take one frame after the other."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.encode.encode import Extras, operations_of, parameters
from imagescaler.engine.encode.fit_bytes import Encoded
from imagescaler.engine.open.open_image import load_codec
from imagescaler.engine.pixels.transparency import OPAQUE
from imagescaler.probe.formats.avif_sequence import clear_times, write_plays
from imagescaler.probe.formats.webp import with_alpha_flag
from imagescaler.probe.timeline import Timeline

# WebP stores a duration in 24 bits of milliseconds, and the number of plays in 16 (RFC 9649, 2.7.1); AVIF has room for
# more, and needs none.
MAX_DURATION_MS, MAX_PLAYS = 2**24 - 1, 2**16 - 1
# AVIF's encoder is slow: at this speed two and a half times as fast as a picture's, for a twelfth more bytes.
AVIF_SPEED = 8


class FrameStream:
    """What Pillow's encoders take for an image of several frames: each is there once it is sought, and then gone."""

    def __init__(self, frames: Iterator[Image.Image], count: int) -> None:
        self._frames, self.n_frames = frames, count

    def seek(self, number: int) -> None:
        """Go to the next frame; Pillow asks for each once, in order, and for one more to find the end."""
        if number >= self.n_frames:
            raise EOFError
        self._frame = next(self._frames)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._frame, name)


def write(frames: Iterator[Image.Image], timeline: Timeline, form: Format, options: Options, extras: Extras) -> Encoded:
    """Encode; of frames in a row that are all alike libwebp makes one that stays as long as they."""
    load_codec(form)
    alphas: set[int] = set()
    frames = _noting_alpha(frames, alphas) if form is Format.WEBP else frames
    first, buffer = next(frames), BytesIO()
    writing = parameters(first, form, options, extras, options.quality.of(form))
    plays = min(timeline.plays, MAX_PLAYS)
    writing |= {"speed": AVIF_SPEED} if form is Format.AVIF else {"loop": plays}
    durations_ms, rest = timeline.rounded(1, MAX_DURATION_MS), FrameStream(frames, timeline.frames - 1)
    first.save(buffer, form.name, save_all=True, append_images=[rest], duration=durations_ms, **writing)
    if form is Format.AVIF:
        write_plays(buffer.getbuffer(), plays)  # Pillow's encoder knows nothing of it
        clear_times(buffer.getbuffer())
    data = with_alpha_flag(buffer.getvalue()) if min(alphas, default=OPAQUE) < OPAQUE else buffer.getvalue()
    return Encoded(data, operations_of(form, writing))


def _noting_alpha(frames: Iterator[Image.Image], alphas: set[int]) -> Iterator[Image.Image]:
    for frame in frames:
        alphas.add(frame.getextrema()[-1][0])  # type: ignore[index]
        yield frame
