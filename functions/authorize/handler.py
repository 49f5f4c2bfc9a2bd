"""The Lambda authorizer of the HTTP API: checks the API key of a request, and passes on what is stored with it."""

import imagescaler.runtime.init  # noqa: F401 - before all others

import json
from typing import Any

from imagescaler.adapters import repositories
from imagescaler.domain.client_address import ProxySettings, client_address
from imagescaler.domain.failure_throttle import FailureThrottle
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.usecases.authorize import authorize

MAX_FAILURES, WINDOW_S = 20, 60
hops = settings.from_env(ProxySettings).trusted_proxy_hops
keys = repositories.api_keys_from_env()
throttle = FailureThrottle(MAX_FAILURES, WINDOW_S)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request's event (authorizer payload format 2.0) with a simple response.

    A refused request gets 403 from the gateway. One that is throttled passes, and the function answers it with 429.
    """
    forwarded_for, _, _ = event["headers"].get("x-forwarded-for", "").rpartition(",")  # without the gateway's peer
    source = client_address(event["requestContext"]["http"]["sourceIp"], [forwarded_for], hops)
    with telemetry.log_context(function=context.function_name, **telemetry.correlation(event)):
        verdict = loop.run(authorize(event["headers"].get("authorization", ""), source, keys=keys, throttle=throttle))
        if verdict.throttled:
            return {"isAuthorized": True, "context": {"owner": "", "throttled": "true"}}
        if verdict.key is None:
            telemetry.logger().warning("key refused", extra={"source": source})
            return {"isAuthorized": False}
    key = verdict.key
    found = {"owner": key.owner, "key": key.id, "quota": json.dumps(key.quota)}
    if key.webhook_url:
        found["webhook_url"] = key.webhook_url
    return {"isAuthorized": True, "context": found}
