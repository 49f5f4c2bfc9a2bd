"""A file of the matrix, and what is right for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[Any]  # numbers of any type
Pixels = npt.NDArray[np.uint8]
CUT_OFF = "cut off or damaged"  # the true reason where pixels are missing


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file and the right picture, upright, as RGBA in sRGB of eight bits; None: it can only be refused.

    `tolerance` is the largest difference of a sample: 1 where samples are only brought to eight bits, more where a file
    stores colours at a loss or they are converted; the family of the file says why. `deep` is the right grey of 16 bits
    of a result that keeps its depth. `frames` are the right frames of an animation. `other` is a picture that is right
    as well, where specifications leave it open.
    """

    data: bytes
    picture: Pixels | None
    tolerance: int = 1
    deep: npt.NDArray[np.uint16] | None = None
    frames: tuple[Pixels, ...] = ()
    other: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of file, by a name that says what it varies, and how to make it.

    `refusal` is a pattern: a refusal is true if its sentence names the variety; empty if there is no reason to refuse.
    """

    name: str
    make: Callable[[], File]
    refusal: str = ""

    def names_variety(self, sentence: str) -> bool:
        """Check that a refusal says which variety is not accepted, and calls no file damaged that is whole."""
        says_damaged, is_damaged = "cut off or damaged" in sentence, self.refusal == CUT_OFF
        return bool(self.refusal and re.search(self.refusal, sentence, re.IGNORECASE) and says_damaged == is_damaged)


def rgba(samples: Samples, alpha: Samples | None = None) -> Pixels:
    """Make RGBA of eight bits of grey (H, W) or RGB (H, W, 3) and of alpha (H, W), all in 0 to 255, not rounded."""
    colors = np.stack([samples] * 3, axis=-1) if samples.ndim == 2 else samples
    opacity = np.full(colors.shape[:2], 255.0) if alpha is None else alpha
    together = np.concatenate([colors.astype(np.float64), opacity[..., None].astype(np.float64)], axis=-1)
    made: Pixels = np.clip(np.rint(together), 0, 255).astype(np.uint8)
    return made


def to_eight_bits(samples: Samples, bits: int) -> Samples:
    """Bring unsigned samples of some bits to the range 0 to 255, not rounded."""
    values: Samples = samples.astype(np.float64) * (255 / (2**bits - 1))
    return values


def turned(picture: Pixels, orientation: int) -> Pixels:
    """Turn stored pixels upright (EXIF 2.32, tag 0x0112), by numpy alone."""
    if orientation in {5, 6, 7, 8}:
        picture = picture.transpose(1, 0, 2)
    if orientation in {2, 3, 6, 7}:
        picture = picture[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        picture = picture[::-1]
    return np.ascontiguousarray(picture)
