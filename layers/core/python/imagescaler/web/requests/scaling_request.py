"""How to scale one image to one result, as a client asks for it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from imagescaler.domain.option_rules import contradictions
from imagescaler.domain.options import OPTIONS, Options
from imagescaler.web.option_fields import with_options
from imagescaler.web.requests.color import CssColor


@with_options(color=CssColor)
class ScalingRequest(BaseModel):
    """How to scale: width, height, or both; or scale; or a minimum or a maximum; else the source's size stays."""

    # Of the models that inherit these options, those that functions validate requests with are built at once.
    model_config = ConfigDict(extra="forbid", defer_build=True)

    @property
    def options(self) -> Options:
        """The options, for the domain."""
        return Options(**{each.name: getattr(self, each.name) for each in OPTIONS})

    def check_options(self) -> None:
        """Raise ValueError for options that contradict each other."""
        for contradiction in contradictions(self.options, self.model_fields_set):
            raise ValueError(contradiction)

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        self.check_options()
        return self
