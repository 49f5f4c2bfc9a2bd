"""Options as fields of a JSON body, or of a form."""

import json
from collections.abc import Mapping
from typing import Any

from imagescaler_client.image_file import ImageFile


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that have a value.

    >>> given({"width": 800, "height": None})
    {'width': 800}
    """
    return {name: value for name, value in options.items() if value is not None}


def form(image: ImageFile, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of httpx for a form with an image and options."""
    fields = {name: _text(value) for name, value in options.items()}
    return {"files": {"file": (image.name, image.read())}, "data": fields}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
