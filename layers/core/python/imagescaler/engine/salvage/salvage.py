"""A damaged file, made ready for decoding what is left of it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from PIL import Image

Area = tuple[int, int, int, int]
Grid = tuple[int, int]
NOISE_BYTES, SEEDS = 80, (1, 2)
ENOUGH = 3  # files that are compared with the first
SALVAGE = "salvage"  # the operation, in receipts


@dataclass(frozen=True, slots=True)
class Salvage:
    """A file whose structure is sound, and others that differ from it only in what takes the place of missing bytes.

    Pixels that differ between them are missing. In formats that predict blocks of `block` rows from those before them,
    so are those below, in columns of `column` pixels; 0 if pixels do not depend on each other. `ends_grey` is True if a
    decoder makes grey of all rows below those that differ. `grids` returns the distances of pixels in an opened image
    after each pass but the last, from the finest, if it is interlaced. `pieces` yields strips or tiles as files of
    their own, with their places, where a damaged one would hide those that follow. `lost` gets the numbers of the
    frames that lack pixels, while they are read.
    """

    data: bytes
    others: Callable[[], Iterator[bytes]]
    column: int = 0
    block: int = 1
    ends_grey: bool = False
    grids: Callable[[Image.Image], Sequence[Grid]] = lambda _image: ()
    pieces: Callable[[], Iterator[tuple[Area, "Salvage"]]] | None = None
    lost: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, data: bytes, other: bytes | None = None, **kind: Any) -> Self:
        """Compare with one other file, by default the same: a decoder leaves pixels as they are once it fails."""
        return cls(data, lambda: iter((data if other is None else other,)), **kind)

    @property
    def decodings(self) -> int:
        """Number of times that a picture is decoded: until the damage is found, and each file that is compared."""
        return 2 + (ENOUGH if self.column else 1)  # if each of them can be decoded


def as_it_is(data: bytes, _most_bytes: int) -> Salvage:
    """Salvage a file whose structure needs no change."""
    return Salvage.of(data)


def completed(data: bytes, size: int, most_bytes: int, fillers: Sequence[bytes] = (), **kind: Any) -> Salvage:
    """Salvage a file of `size` bytes that is cut off, if that is not more than `most_bytes`.

    Decoders that predict pixels make something of any bytes: of zeros, of noise, of noise that ends early, and of
    repeated `fillers`, since some of them refuse the others.
    """
    missing = size - len(data)
    if missing <= 0 or size > most_bytes:
        return Salvage.of(data)

    def others() -> Iterator[bytes]:
        for seed in SEEDS:
            noise = random.Random(seed).randbytes(missing)  # noqa: S311 - only to differ
            yield data + noise[:NOISE_BYTES].ljust(missing, b"\0")
            yield data + noise
        for filler in fillers:
            yield data + (filler * (missing // len(filler) + 1))[:missing]

    return Salvage(data + bytes(missing), others, **kind)
