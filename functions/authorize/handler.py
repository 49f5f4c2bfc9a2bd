"""The Lambda authorizer of the HTTP API: checks the API key of a request and finds its owner."""

from typing import Any

from imagescaler.adapters import repositories
from imagescaler.domain.failure_throttle import FailureThrottle
from imagescaler.runtime import loop, telemetry
from imagescaler.usecases.authorize import authorize

MAX_FAILURES, WINDOW_S = 20, 60
keys = repositories.api_keys_from_env()
throttle = FailureThrottle(MAX_FAILURES, WINDOW_S)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request's event (authorizer payload format 2.0) with a simple response."""
    source = event["requestContext"]["http"]["sourceIp"]
    with telemetry.log_context(function=context.function_name, **telemetry.correlation(event)):
        owner = loop.run(authorize(event["headers"].get("authorization", ""), source, keys=keys, throttle=throttle))
        if owner is None:
            telemetry.logger().warning("key refused", extra={"source": source})
            return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"owner": owner}}
