"""How a function speaks HTTP: FastAPI behind Mangum, problem details, and the headers of the contract."""

from imagescaler.etag import has_etag
from imagescaler.web.app import Correlation, Owner, absolute, create_app, lambda_handler
from imagescaler.web.catalogue import describe_problem, problems
from imagescaler.web.document import Document
from imagescaler.web.headers import IdempotencyKey, accepts_image
from imagescaler.web.progress import ACCEPTED, Wait, show_accepted, show_progress, unfinished
from imagescaler.web.results import PICTURES, RESULT_HEADERS, Picture

__all__ = [
    "ACCEPTED",
    "PICTURES",
    "RESULT_HEADERS",
    "Correlation",
    "Document",
    "IdempotencyKey",
    "Owner",
    "Picture",
    "Wait",
    "absolute",
    "accepts_image",
    "create_app",
    "describe_problem",
    "has_etag",
    "lambda_handler",
    "problems",
    "show_accepted",
    "show_progress",
    "unfinished",
]
