"""The request headers Accept, Prefer and Idempotency-Key."""

import re
from typing import Annotated

from fastapi import Header

MAX_WAIT_S = 20
PREFER = f"wait=N: wait up to N seconds, at most {MAX_WAIT_S}, for the task to end (RFC 7240)"
WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)
QUALITY = re.compile(r";\s*q\s*=\s*([\d.]+)", re.IGNORECASE)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="1 to 255 visible ASCII characters; the same key and request return the same task",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


async def wait_s(
    prefer: Annotated[str | None, Header(alias="Prefer", description=PREFER, examples=["wait=10"])] = None,
) -> int:
    """Return the seconds to wait. Async, since FastAPI runs plain functions in a thread."""
    return preferred_wait_s(prefer)


def preferred_wait_s(prefer: str | None) -> int:
    """Return the seconds of a `wait` preference, at most 20 (RFC 7240); 0 without a valid one.

    >>> preferred_wait_s("respond-async, wait=10"), preferred_wait_s("wait=600"), preferred_wait_s("wait=soon")
    (10, 20, 0)
    """
    match = WAIT.search(prefer or "")
    return min(int(match[1]), MAX_WAIT_S) if match else 0


def accepts_image(accept: str | None) -> bool:
    """True if this Accept header prefers an image to JSON (RFC 9110, 12.5.1).

    >>> accepts_image("image/*"), accepts_image("text/html, image/webp, */*;q=0.8"), accepts_image("*/*")
    (True, True, False)
    >>> accepts_image("application/json, image/png;q=0.5")
    False
    """
    image = json = 0.0
    for part in (accept or "").split(","):
        kind, quality = part.partition(";")[0].strip().lower(), QUALITY.search(part)
        weight = float(quality[1]) if quality and quality[1].count(".") < 2 else 1.0  # noqa: PLR2004
        if kind.startswith("image/"):
            image = max(image, weight)
        elif kind == "application/json":
            json = max(json, weight)
    return image > 0 and image >= json
