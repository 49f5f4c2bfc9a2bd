"""Options of several numbers as one text, so that a form can carry them: `10,20,300,200`, `jpeg:82,avif:55`."""

import re
from dataclasses import asdict, astuple, fields

from imagescaler.domain.options import Box, Edges, Quality

NUMBERS = re.compile(r"\d{1,6}(\s*,\s*\d{1,6})*")
QUALITIES = re.compile(r"(jpeg|webp|avif)\s*:\s*(\d{1,3})")
MOST = 100


def box_of(text: str) -> Box:
    """Read left,top,width,height; raises ValueError with a sentence.

    >>> box_of("10, 20, 300, 200")
    Box(left=10, top=20, width=300, height=200)
    """
    numbers = _numbers(text)
    if len(numbers) != len(fields(Box)) or 0 in numbers[2:]:
        message = "give left,top,width,height in pixels, such as 10,20,300,200"
        raise ValueError(message)
    return Box(*numbers)


def text_of_box(box: Box) -> str:
    """Write left,top,width,height."""
    return ",".join(map(str, astuple(box)))


def edges_of(text: str) -> Edges:
    """Read one, two or four numbers, as CSS does for padding; raises ValueError with a sentence.

    >>> edges_of("10"), edges_of("1,2")
    (Edges(top=10, right=10, bottom=10, left=10), Edges(top=1, right=2, bottom=1, left=2))
    """
    match _numbers(text):
        case [every]:
            return Edges(every, every, every, every)
        case [vertical, horizontal]:
            return Edges(vertical, horizontal, vertical, horizontal)
        case [top, right, bottom, left]:
            return Edges(top, right, bottom, left)
    message = "give pixels for all edges, or vertical,horizontal, or top,right,bottom,left, such as 10,20"
    raise ValueError(message)


def text_of_edges(edges: Edges) -> str:
    """Write top,right,bottom,left."""
    return ",".join(map(str, astuple(edges)))


def quality_of(text: int | str) -> Quality:
    """Read one quality for all, or some by format; raises ValueError with a sentence.

    >>> quality_of(75), quality_of("avif:50, jpeg:90")
    (Quality(jpeg=75, webp=75, avif=75), Quality(jpeg=90, webp=80, avif=50))
    """
    parts = [part.strip() for part in str(text).split(",")]
    pairs = [QUALITIES.fullmatch(part) for part in parts]
    if len(parts) == 1 and parts[0].isdecimal():
        quality = Quality.same(int(parts[0]))
    elif all(pairs):
        quality = Quality(**{pair[1]: int(pair[2]) for pair in pairs if pair})
    else:
        quality = Quality(0)
    if not all(1 <= number <= MOST for number in astuple(quality)):
        message = "give 1 to 100, or one for each format, such as jpeg:82,webp:78,avif:55"
        raise ValueError(message)
    return quality


def text_of_quality(quality: Quality) -> str:
    """Write the quality of each lossy format."""
    return ",".join(f"{name}:{number}" for name, number in asdict(quality).items())


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")] if NUMBERS.fullmatch(text.strip()) else []
