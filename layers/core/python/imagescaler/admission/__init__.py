"""Whether there is memory and time enough for a task: predicted from the header, before anything is decoded."""

from imagescaler.admission.allowance import AdmissionSettings, Allowance
from imagescaler.admission.foreseen import foreseen
from imagescaler.admission.header import Header
from imagescaler.admission.model import Cost
from imagescaler.admission.output import Output

__all__ = ["AdmissionSettings", "Allowance", "Cost", "Header", "Output", "foreseen"]
