"""The SQS event source mapping on a Redis stream: takes messages, invokes the function, settles what it answers."""

from local.runner.dead_letters import DeadLetters, Letter
from local.runner.runner import Runner
from local.runner.stream import Message, Stream

__all__ = ["DeadLetters", "Letter", "Message", "Runner", "Stream"]
