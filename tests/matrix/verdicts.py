"""Sends a file through the engine and judges what comes of it."""

from enum import StrEnum
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from imagescaler.domain.errors import ImageProblem, UnsupportedDepth
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.matrix.case import Case, File, Pixels

LIMITS = Limits()


class Verdict(StrEnum):
    """What became of a file."""

    RIGHT = "right"
    REFUSED = "refused with a true reason"
    REFUSED_UNTRULY = "refused with an untrue reason"
    WRONG = "wrong"


def judge(case: Case) -> tuple[Verdict, str]:
    """Scale a file to its own size, as PNG, and compare; give the verdict and what led to it."""
    file = case.make()
    verdicts = [_judge_still(case, file)]
    if file.deep is not None and verdicts[0][0] is Verdict.RIGHT:
        verdicts.append(_judge_deep(case, file))
    if file.frames:
        verdicts.append(_judge_frames(case, file))
    return max(verdicts, key=lambda verdict: list(Verdict).index(verdict[0]))


def _judge_still(case: Case, file: File) -> tuple[Verdict, str]:
    try:
        made = scale(file.data, Options(scale=100, format=Format.PNG, depth=8, animated=False), LIMITS)
    except ImageProblem as problem:
        return _refusal(case, problem)
    except Exception as error:  # noqa: BLE001 - what else is raised is a fault
        return Verdict.WRONG, f"{type(error).__name__}: {error}"
    shown = np.asarray(Image.open(BytesIO(made.data)).convert("RGBA"))
    verdict = _compare(file, shown, file.picture)
    return verdict if file.other is None or verdict[0] is Verdict.RIGHT else _compare(file, shown, file.other)


def _judge_deep(case: Case, file: File) -> tuple[Verdict, str]:
    try:
        made = scale(file.data, Options(scale=100, format=Format.PNG), LIMITS)
    except UnsupportedDepth:
        return Verdict.REFUSED, "16 bits are not kept here"
    except ImageProblem as problem:
        return _refusal(case, problem)
    shown = np.asarray(Image.open(BytesIO(made.data))).astype(np.int64)
    assert file.deep is not None
    if shown.shape != file.deep.shape:
        return Verdict.WRONG, f"deep: {shown.shape} in place of {file.deep.shape}"
    difference = int(np.abs(shown - file.deep).max())
    return (Verdict.RIGHT, "") if difference <= 1 else (Verdict.WRONG, f"deep: differs by {difference} of 65535")


def _judge_frames(case: Case, file: File) -> tuple[Verdict, str]:
    try:
        made = scale(file.data, Options(scale=100, format=Format.PNG, depth=8), LIMITS)
    except ImageProblem as problem:
        return _refusal(case, problem)
    except Exception as error:  # noqa: BLE001 - what else is raised is a fault
        return Verdict.WRONG, f"{type(error).__name__}: {error}"
    image = Image.open(BytesIO(made.data))
    count = getattr(image, "n_frames", 1)
    if count != len(file.frames):
        return Verdict.WRONG, f"{count} frames in place of {len(file.frames)}"
    for number, expected in enumerate(file.frames):
        image.seek(number)
        verdict, why = _compare(file, np.asarray(image.convert("RGBA")), expected)
        if verdict is not Verdict.RIGHT:
            return verdict, f"frame {number + 1}: {why}"
    return Verdict.RIGHT, ""


def _refusal(case: Case, problem: ImageProblem) -> tuple[Verdict, str]:
    sentence = f"{type(problem).__name__}: {problem}"
    return (Verdict.REFUSED if case.names_variety(str(problem)) else Verdict.REFUSED_UNTRULY), sentence


def _compare(file: File, shown: Pixels, expected: Pixels | None) -> tuple[Verdict, str]:
    if expected is None:
        return Verdict.WRONG, "scaled, where there is no picture that is right"
    if shown.shape != expected.shape:
        return (
            Verdict.WRONG,
            f"{shown.shape[1]} x {shown.shape[0]} in place of {expected.shape[1]} x {expected.shape[0]}",
        )
    differences = np.abs(_as_seen(shown) - _as_seen(expected))
    worst, mean = round(float(differences.max())), float(differences.mean())
    if worst > file.tolerance:
        return Verdict.WRONG, f"differs by {worst}, {mean:.1f} in the mean; allowed is {file.tolerance}"
    return Verdict.RIGHT, ""


def _as_seen(picture: Pixels) -> npt.NDArray[np.float64]:
    """Weigh colours by their alpha: what is not seen has none, and what is hardly seen, nearly none."""
    seen = picture.astype(np.float64)
    seen[..., :3] *= seen[..., 3:] / 255
    return seen
