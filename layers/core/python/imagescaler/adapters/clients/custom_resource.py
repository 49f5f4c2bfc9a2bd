"""Answers CloudFormation's requests to a custom resource (AWS CloudFormation, "Custom resource request reference")."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

MAX_REASON_LENGTH = 1000  # an answer may have 4096 bytes
TIMEOUT_S = 10
logger = logging.getLogger(__name__)


def is_request(event: Any) -> bool:
    """True if the event is a request of CloudFormation, which waits for an answer at a URL."""
    return isinstance(event, Mapping) and "ResponseURL" in event


def answer(event: Mapping[str, Any], physical_id: str, apply: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """Apply the resource and report the outcome to CloudFormation; a deletion does nothing.

    An error is reported as the failure of the deployment, which CloudFormation then rolls back, and raised no further:
    Lambda would repeat the invocation. The resource keeps its physical id, so an update does not replace it.
    """
    outcome: dict[str, Any] = {"Status": "SUCCESS"}
    try:
        if event["RequestType"] != "Delete":
            outcome["Data"] = dict(apply())
    except Exception as error:
        logger.exception("the custom resource failed")
        outcome = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:MAX_REASON_LENGTH]}
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    _put(event["ResponseURL"], json.dumps({**outcome, **same, "PhysicalResourceId": physical_id}).encode())
    return {"status": outcome["Status"]}


@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(4), wait=wait_exponential(max=5), reraise=True)
def _put(url: str, body: bytes) -> None:
    """Send the answer. The URL is signed for an empty content type."""
    request = Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - CloudFormation's own URL
    with urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
        pass
