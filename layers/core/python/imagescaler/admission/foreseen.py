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
    """Predict what it takes to make the result of a photograph; None where a format is not known."""
    outline = forecast.outline
    if outline.format is None or forecast.format is None:
        return None
    size_bytes = round(area(outline.size) * PHOTOGRAPH.file_bytes * FINE[outline.format] * DETAIL)
    header, output = Header(outline.format, outline.size, size_bytes), Output(forecast.plan, options, forecast.format)
    return fitted_model().predict(header, [output], resampler=RESAMPLER)
