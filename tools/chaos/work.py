"""Images whose color is the number of their task, so that each result can be traced to its request."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from typing import Self

from PIL import Image

from tests.pictures import chunk, encoded

WIDTH = 16


class Kind(StrEnum):
    """What an image is like."""

    GOOD = "good"
    SLOW = "slow"
    CORRUPT = "corrupt"  # a header without the pixels: fails at once
    POISON = "poison"  # kills its processor each time

    @property
    def ends(self) -> frozenset[tuple[str, str | None]]:
        """The statuses, with the type of the failure, that its task may end with.

        Poison completes if the process that watches the memory was stopped at that moment, and runs out of time if the
        machine is slow then.
        """
        completed, exhausted = ("completed", None), ("failed", "attempts-exhausted")
        too_slow = ("failed", "time-limit-exceeded")
        return {
            Kind.GOOD: frozenset({completed}),
            Kind.SLOW: frozenset({completed}),
            Kind.CORRUPT: frozenset({("failed", "corrupt-image")}),
            Kind.POISON: frozenset({exhausted, completed, too_slow}),
        }[self]


class Way(StrEnum):
    """How an image is sent, and its result asked for."""

    FORM = "form"
    WAIT = "wait"  # `Prefer: wait`
    ONE = "one"  # `Prefer: wait` and `Accept: image/*`, with the image as the body
    UPLOAD = "upload"  # to a signed URL, then a task in JSON
    RENDITIONS = "renditions"  # two results
    URL = "url"  # by `source_url`, from the host of the run


RENDITIONS = ("large", "small")
REPORTED = 3  # one of so many has a webhook
STORED, BUCKET = 4, "chaos"  # one of so many has a target in the bucket of the run
SIDES = {Kind.GOOD: 48, Kind.SLOW: 5000, Kind.CORRUPT: 48, Kind.POISON: 9900}


@dataclass(frozen=True, slots=True)
class Work:
    """One image to be scaled to 16 pixels."""

    number: int
    kind: Kind

    @property
    def color(self) -> tuple[int, int, int]:
        """The number as red, green, blue.

        >>> Work(70_000, Kind.GOOD).color
        (1, 17, 112)
        """
        return self.number >> 16 & 255, self.number >> 8 & 255, self.number & 255

    @classmethod
    def number_of(cls, color: tuple[int, int, int]) -> int:
        """Return the number that a color stands for."""
        red, green, blue = color
        return red << 16 | green << 8 | blue

    @property
    def is_reported(self) -> bool:
        """True if its task has a `webhook_url`."""
        return self.number % REPORTED == 0

    @property
    def target_url(self) -> str | None:
        """Where its results are written to as well, if they are: below the number of the work.

        >>> Work(8, Kind.GOOD).target_url
        's3://chaos/8/'
        """
        return f"s3://{BUCKET}/{self.number}/" if self.number % STORED == 0 else None

    @property
    def path(self) -> str:
        """Path of the image on the host of the run.

        >>> Work.at(Work(7, Kind.SLOW).path)
        Work(number=7, kind=<Kind.SLOW: 'slow'>)
        """
        return f"/{self.kind}/{self.number}.png"

    @classmethod
    def at(cls, path: str) -> Self:
        """Return the work whose image has a path."""
        _, kind, name = path.split("/")
        return cls(int(name.removesuffix(".png")), Kind(kind))

    @property
    def image(self) -> bytes:
        """Return a PNG of one color; only its palette differs from the others (PNG, third edition, 11.2.2)."""
        before, after = _parts(SIDES[self.kind])
        palette = chunk(b"PLTE", bytes(self.color))
        return before + palette if self.kind is Kind.CORRUPT else before + palette + after


@cache
def _parts(side: int) -> tuple[bytes, bytes]:
    """Return the bytes before and after the palette of a square image."""
    image = Image.new("P", (side, side))
    image.putpalette([0, 0, 0])
    before, _, rest = encoded(image, "PNG", bits=8).partition(b"PLTE")
    length = int.from_bytes(before[-4:])
    return before[:-4], rest[length + 4 :]


def color_of(picture: bytes) -> tuple[int, int, int] | None:
    """Return the only color of a picture; None if it has several, or is no picture."""
    try:
        colors = Image.open(BytesIO(picture)).convert("RGB").getcolors(1)
    except (OSError, SyntaxError, ValueError):
        return None
    return None if colors is None else colors[0][1]  # type: ignore[return-value]  # three bands are three numbers
