"""The presets of a deployment as its operator writes them: named options, which requests name in `preset`."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from imagescaler.domain.option_rules import replaced
from imagescaler.domain.options import OPTIONS
from imagescaler.web.requests.did_you_mean import did_you_mean

PRESET, LIST = "preset", "renditions"
MAX_LISTED = 20  # names in an error; GET /api/v1/presets lists all
NOT_JSON = 'PRESETS must be a JSON object of names with options, such as {"card": {"width": 400}}'
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Presets:
    """Settings. `presets` is JSON, as `{"name": {options}}`; `presets_only` refuses every other way to set options.

    >>> Presets('{"card": {"width": 400}}').expand({"preset": "card", "quality": 70})
    {'width': 400, 'preset': 'card', 'quality': 70}
    """

    presets: str = ""
    presets_only: bool = False

    def __post_init__(self) -> None:
        if not self.named and self.presets_only:
            raise ValueError("PRESETS_ONLY without PRESETS refuses every request: set PRESETS too")

    @property
    def named(self) -> Mapping[str, Fields]:
        """The fields of each preset by its name, unchecked; raises ValueError for what is not such an object."""
        return _parsed(self.presets) if self.presets else {}

    def check(self, name: str) -> str:
        """Return the name of a preset; raises ValueError with the one that was probably meant."""
        if name in self.named:
            return name
        meant = did_you_mean(name, self.named)
        advice = f"did you mean {meant}?" if meant else self._choice()
        message = f"there is no preset {name}; {advice}"
        raise ValueError(message)

    def expand(self, fields: Fields) -> Fields:
        """Add the fields of the preset that a request names.

        An option of the request replaces that of the preset and those that it contradicts, in each rendition too. A
        list of renditions in the request replaces the preset's list. Raises ValueError for options that the deployment
        leaves to presets.
        """
        name = fields.get(PRESET)
        options = {each.name: fields[each.name] for each in OPTIONS if each.name in fields}
        if self.presets_only:
            self._check_only(name, [*options, *({LIST} & fields.keys())])
        preset = self.named.get(name) if isinstance(name, str) else None
        if preset is None:
            return fields
        gone = replaced(options)
        listed = {LIST: [_without(gone, each) | options for each in preset[LIST]]} if LIST in preset else {}
        return {**_without(gone, preset), **listed, **fields}

    def _check_only(self, name: Any, others: list[str]) -> None:
        if others:
            message = f"leave out {', '.join(others)}: this service takes options from presets only"
            raise ValueError(message)
        if name is None:
            message = f"send a preset: this service takes options from presets only, and {self._choice()}"
            raise ValueError(message)

    def _choice(self) -> str:
        if not self.named:
            return "this service has none"
        return (
            f"there are {', '.join(self.named)}" if len(self.named) <= MAX_LISTED else "GET /api/v1/presets lists them"
        )


def _without(names: Collection[str], fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


@cache
def _parsed(text: str) -> Mapping[str, Fields]:
    try:
        named = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        message = f"{NOT_JSON}: {error}"
        raise ValueError(message) from error
    if not isinstance(named, dict):
        raise ValueError(NOT_JSON)  # noqa: TRY004 - an error of the setting, as the others
    for name, fields in named.items():
        if not isinstance(fields, dict):
            message = f"PRESETS: preset {name} is no JSON object with options"
            raise ValueError(message)  # noqa: TRY004 - as above
        listed = fields.get(LIST, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            message = f"PRESETS: preset {name}: renditions must be a list of objects, each with a name and options"
            raise ValueError(message)
    return {name: {key: each for key, each in fields.items() if each is not None} for name, fields in named.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; raises ValueError for a repeated name, of which JSON would keep the last."""
    names = [name for name, _ in pairs]
    if repeated := [name for name in names if names.count(name) > 1]:
        message = f"{repeated[0]} occurs {names.count(repeated[0])} times in one object"
        raise ValueError(message)
    return dict(pairs)
