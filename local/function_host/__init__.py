"""Runs functions as Lambda does, each invocation in a process of the function's own, behind Lambda's Invoke API."""

from local.function_host.deployment import Code
from local.function_host.host import FunctionHost
from local.function_host.limits import Limits
from local.function_host.pool import Throttled

__all__ = ["Code", "FunctionHost", "Limits", "Throttled"]
