"""Colors as clients write them: any that CSS has."""

from typing import Annotated, Any

from pydantic import BeforeValidator

MAX_LENGTH = 200  # characters; no color needs more


def hexadecimal(color: Any) -> Any:
    """Convert a CSS color (CSS Color Module Level 4) to #rrggbbaa; one outside sRGB becomes the nearest inside.

    >>> hexadecimal("transparent"), hexadecimal("rgb(255 204 0 / 50%)"), hexadecimal("oklch(70% 0.1 250)")
    ('#00000000', '#ffcc0080', '#6da3daff')
    """
    from coloraide import Color  # noqa: PLC0415 - it is slow to import, and few requests name a color

    text = str(color)
    try:
        return Color(text if len(text) <= MAX_LENGTH else "").convert("srgb").fit().to_string(hex=True, alpha=True)
    except (ArithmeticError, ValueError):  # of a number that no float can hold, too
        message = "send a CSS color, such as white, #ffcc00, rgb(255 204 0 / 50%) or transparent"
        raise ValueError(message) from None


CssColor = Annotated[str, BeforeValidator(hexadecimal)]
