"""The SQS event source mapping on a Redis stream: takes messages, invokes the function, settles what it answers."""

from local.runner.runner import Runner
from local.runner.stream import Message, Stream

__all__ = ["Message", "Runner", "Stream"]
