"""The options of a result, as clients get them."""

from pydantic import BaseModel, ConfigDict

from imagescaler.domain.options import OPTIONS, Fit, Options
from imagescaler.web.option_fields import with_options


@with_options()
class OptionsView(BaseModel):
    """How a result is scaled: every option, with its default where it was not given."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def of(cls, options: Options) -> "OptionsView":
        """Show options to their client; `fit` and `preserve_ratio` are what applies."""
        values = {each.name: getattr(options, each.name) for each in OPTIONS}
        return cls.model_construct(
            **{**values, "fit": options.fitting, "preserve_ratio": options.fitting is not Fit.FILL}
        )
