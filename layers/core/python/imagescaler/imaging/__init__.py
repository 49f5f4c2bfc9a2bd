"""Bytes in, bytes out: the scaling engine, and the only place that knows Pillow."""

import hashlib
from dataclasses import dataclass, replace

from imagescaler.imaging.encoding import encode
from imagescaler.imaging.opening import decoding, open_image
from imagescaler.imaging.orientation import orientation
from imagescaler.imaging.steps import DRAWING, READING, Frame, run
from imagescaler.limits import Limits
from imagescaler.measure import measure
from imagescaler.plan import plan
from imagescaler.task import Options, Result, Source

__all__ = ["Scaled", "scale"]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled image; `source` is the upright one."""

    data: bytes
    source: Source
    result: Result


def scale(data: bytes, options: Options, limits: Limits) -> Scaled:
    """Scale an image; the first picture of an animation. Raises ImageProblem or SourceTooLarge: the file's fault."""
    header = measure(data)
    form = options.format or header.format
    with open_image(data, header, limits) as image:
        with decoding(header.format):
            turn = orientation(image)
        source = replace(header, width=turn.upright(image.size)[0], height=turn.upright(image.size)[1])
        size = plan((source.width, source.height), options, limits)
        with decoding(header.format):
            frame = run(READING, Frame(image, turn=turn, size=turn.stored(size), form=form))
        encoded = encode(run(DRAWING, frame).image, form)
    result = Result(form, *size, len(encoded), hashlib.sha256(encoded).hexdigest())
    return Scaled(encoded, source, result)
