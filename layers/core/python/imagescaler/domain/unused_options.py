"""Options that were set and have no effect on a result, by their declarations."""

from collections.abc import Iterator
from dataclasses import replace

from imagescaler.domain.formats import Format, listed
from imagescaler.domain.option import Option
from imagescaler.domain.options import OPTIONS, Options

BY_NAME = {each.name: each for each in OPTIONS}


def unused_options(options: Options, source: Format | None, frames: int = 1) -> dict[str, str]:
    """Return the names of options without effect, each with a sentence that says why.

    `source` is the format of the image, None if unknown, and `frames` is above 1 for an animation.

    >>> unused_options(Options(800, palette=True), Format("jpeg"))
    {'palette': 'palette has no effect on jpeg, only on png.'}
    >>> unused_options(Options(800, fit="cover"), None)
    {'fit': 'fit has no effect without width and height.'}
    """
    return dict(_Unused(options, source, frames).sentences())


def without_unused(options: Options, source: Format, frames: int) -> Options:
    """Return the options with defaults in place of those without effect.

    `metadata` stays: what a result lacks of it is only known, and named, once the file is read.
    """
    unused = unused_options(options, source, frames).keys() - {"metadata"}
    return replace(options, **{name: BY_NAME[name].default for name in unused})


class _Unused:
    def __init__(self, options: Options, source: Format | None, frames: int) -> None:
        self._options, self._source = options, source
        self._result = options.format or (source and source.result)
        self._is_animated = source is not None and frames > 1 and options.keeps_frames(source)

    def sentences(self) -> Iterator[tuple[str, str]]:
        for option in filter(self._is_set, OPTIONS):
            if why := self._why(option):
                yield option.name, f"{option.name} has no effect {why}."

    def _is_set(self, option: Option) -> bool:
        return bool(getattr(self._options, option.name) != option.default)

    def _why(self, option: Option) -> str:
        """Return why an option that is set has no effect; "" if it has one, or may have."""
        declared = option.declaration
        if self._result and self._result not in declared.results:
            return f"on {self._result}, only on {listed(declared.results)}"
        if declared.stills_only and self._is_animated:
            return "on an animation"
        if stronger := [name for name in declared.replaced_by if self._is_met(name)]:
            return f"beside {stronger[0]}"
        if any(map(self._is_met, declared.needs)):
            return ""
        needed = f"without {_either(declared.needs)}" if declared.needs else ""
        if self._source and self._source not in declared.sources:
            return f"on an image in {self._source} {needed}".rstrip()
        return needed if len(declared.sources) == len(Format) else ""

    def _is_met(self, condition: str) -> bool:
        """Return True if a condition of a declaration is met by options that have an effect themselves."""
        for part in condition.split(" and "):
            name, _, value = part.partition("=")
            option = BY_NAME[name]
            is_asked = str(getattr(self._options, name)) == value if value else bool(getattr(self._options, name))
            if not is_asked or self._why(option):
                return False
        return True


def _either(conditions: tuple[str, ...]) -> str:
    *others, last = conditions
    return f"{', '.join(others)} or {last}" if others else last
