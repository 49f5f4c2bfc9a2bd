"""A preset, checked as the options of a request are: when a function starts, not when a request names it."""

import re

from fastapi.exceptions import RequestValidationError

from imagescaler.domain.errors import TooManyRenditions
from imagescaler.domain.limits import Limits
from imagescaler.runtime import settings
from imagescaler.runtime.settings import SettingsError
from imagescaler.web.requests.body import validated
from imagescaler.web.requests.presets import Fields, Presets
from imagescaler.web.requests.task_request import NAME, NAME_RULE, RenditionsRequest
from imagescaler.web.validation_messages import message_of


class Preset(RenditionsRequest):
    """The options of a preset, or its renditions and the options that they share."""


def presets_from_env() -> dict[str, Preset]:
    """Read and check the presets of this deployment; raises SettingsError that names the preset and the option."""
    limits = settings.from_env(Limits)
    return {name: _checked(name, fields, limits) for name, fields in settings.from_env(Presets).named.items()}


def _checked(name: str, fields: Fields, limits: Limits) -> Preset:
    problem = f"PRESETS: preset {name}"
    if not re.fullmatch(NAME, name):
        message = f"{problem}: its name must be {NAME_RULE}"
        raise SettingsError(message)
    try:
        preset = validated(dict(fields), Preset)
        limits.check_renditions(len(preset.renditions or ()))
    except TooManyRenditions as error:
        message = f"{problem}: it has more renditions than MAX_RENDITIONS, {limits.max_renditions}"
        raise SettingsError(message) from error
    except RequestValidationError as error:
        found = [f"{_option(each['loc'])}{message_of(each)}" for each in error.errors()]
        message = f"{problem}: {'; '.join(found)}"
        raise SettingsError(message) from None
    return preset


def _option(location: tuple[str | int, ...]) -> str:
    path = ".".join(map(str, location[1:]))
    return f"{path}: " if path else ""
