"""WebP (RFC 9649)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image, WebPImagePlugin, features  # noqa: F401 - the import registers the plugin

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec, FrameCodec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.frames.stream import read_stream, save_stream
from imagescaler.engine.pixels.modes import COLOR_MODES
from imagescaler.engine.pixels.transparency import OPAQUE
from imagescaler.engine.salvage.webp import salvage
from imagescaler.probe.formats.webp import is_animated, is_lossless, with_alpha_flag
from imagescaler.probe.timeline import Timeline

# Of the methods 0 to 6: 1 loses two points of SSIMULACRA2, 4 takes half as long again for 4 % of the bytes.
METHOD = 2
MAX_PLAYS = 2**16 - 1  # RFC 9649, 2.7.1


def parameters(_image: Image.Image, options: Options, quality: int) -> dict[str, Any]:
    """Return the encoder's settings."""
    exact = bool(options.lossless)
    return {"quality": quality, "method": METHOD, "lossless": exact, "exact": exact}


def repair(data: bytes) -> bytes:
    """Return an animation with the flag for alpha, since its frames need not cover the canvas below them."""
    return with_alpha_flag(data) if is_animated(data) else data


def write_frames(
    codec: Codec, frames: Iterator[Image.Image], timeline: Timeline, options: Options, metadata: EmbeddedMetadata
) -> Encoded:
    """Encode an animation. libwebp merges frames in a row that are alike into one that stays as long as they."""
    alphas: set[int] = set()
    plays = min(timeline.plays, MAX_PLAYS)

    def finish(file: BytesIO) -> bytes:
        return with_alpha_flag(file.getvalue()) if min(alphas, default=OPAQUE) < OPAQUE else file.getvalue()

    return save_stream(codec, _noting_alpha(frames, alphas), timeline, options, metadata, finish, loop=plays)


def _noting_alpha(frames: Iterator[Image.Image], alphas: set[int]) -> Iterator[Image.Image]:
    for frame in frames:
        alphas.add(frame.getextrema()[-1][0])  # type: ignore[index]
        yield frame


CODEC = Codec(
    format=Format.WEBP,
    plugin="WEBP",
    opened_as=frozenset({"WEBP"}),
    parameters=parameters,
    readable=repair,
    is_lossless=is_lossless,
    salvage=salvage,
    profile_modes=COLOR_MODES,
    frames=FrameCodec(read_stream, write_frames),
    versions=lambda: {"libwebp": features.version_module("webp")},
)
