"""A client of imagescaler, synchronous and asynchronous, and its command line."""

from imagescaler_client._async.client import AsyncClient
from imagescaler_client._sync.client import Client
from imagescaler_client.errors import (
    ImageScalerError,
    InvalidSignature,
    ProblemError,
    ServiceUnreachable,
    TaskFailed,
    TaskNotFinished,
)
from imagescaler_client.models import PlanView, PresetsView, RenditionsPlan, ResultView, TaskView, UploadView
from imagescaler_client.options import PlanOptions, TaskOptions
from imagescaler_client.picture import Picture

__all__ = [
    "AsyncClient",
    "Client",
    "ImageScalerError",
    "InvalidSignature",
    "Picture",
    "PlanOptions",
    "PlanView",
    "PresetsView",
    "ProblemError",
    "RenditionsPlan",
    "ResultView",
    "ServiceUnreachable",
    "TaskFailed",
    "TaskNotFinished",
    "TaskOptions",
    "TaskView",
    "UploadView",
]
