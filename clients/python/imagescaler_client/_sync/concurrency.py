"""What differs between the two clients beyond syntax. This module is not generated."""

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from typing_extensions import TypeVarTuple, Unpack

__all__ = ["run_blocking", "sleep"]
Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


def run_blocking(function: Callable[[Unpack[Arguments]], Result], *arguments: Unpack[Arguments]) -> Result:
    """Call a function."""
    return function(*arguments)
