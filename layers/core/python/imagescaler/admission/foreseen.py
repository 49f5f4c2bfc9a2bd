"""What a result will cost of which no more than a plan is known."""

from imagescaler.admission.header import FINE, PHOTOGRAPH, Header
from imagescaler.admission.model import Cost, fitted_model
from imagescaler.admission.output import Output, area
from imagescaler.forecast import Forecast
from imagescaler.options import Options

RESAMPLER = "simd"
# A photograph that is neither very fine nor very smooth.
DETAIL = 0.5


def foreseen(forecast: Forecast, options: Options) -> Cost | None:
    """Predict what a photograph takes, or an animation of photographs; None where a format is not known."""
    outline = forecast.outline
    if outline.format is None or forecast.format is None:
        return None
    samples = area(outline.size) * PHOTOGRAPH.file_bytes * outline.frames
    header = Header(outline.format, outline.size, round(samples * FINE[outline.format] * DETAIL), frames=outline.frames)
    output = Output(forecast.plan, options, forecast.format, forecast.frames)
    return fitted_model().predict(header, [output], resampler=RESAMPLER)
