"""Polls a stream and invokes a function with what comes, as many at a time as there are environments for it."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from redis.exceptions import RedisError

from local.emulation.event_source_mapping.records import record_id, sqs_event
from local.emulation.event_source_mapping.stream import Message, Stream
from local.emulation.event_source_mapping.verdict import failures
from local.emulation.lambda_host.lambda_client import Environment, InvocationError
from local.emulation.sam_template.declarations import QueueTrigger

logger = logging.getLogger(__name__)
POLL_S = 1
AWAY_PAUSE_S = 1
LONGEST_RETRY_S = 60
# While the runner lives, its messages are never silent for longer than this; so when it is killed, they come again
# this soon, and not only after the visibility timeout. The heart beats here, never in the process that decodes.
SILENCE_S, HEARTBEAT_S = 20, 5


class Client(Protocol):
    """Whoever invokes functions."""

    def environment(self, function: str, service: str, *, wait_s: float) -> AbstractAsyncContextManager[Environment]:
        """Have an environment of a function to oneself; raises InvocationError when none is free in time."""
        ...

    async def concurrency(self, function: str, service: str) -> int | None:
        """Count a function's environments; None where its server decides how many there are."""
        ...


class Runner:
    """One slot per environment of the function; a slot takes no message before it has one.

    Containers are counted again and again, and all of them work: who starts three wants three. Elsewhere the trigger's
    MaximumConcurrency is the number.
    """

    def __init__(self, trigger: QueueTrigger, service: str, stream: Stream, client: Client) -> None:
        self._trigger, self._service, self._stream, self._client = trigger, service, stream, client
        self._stopping = asyncio.Event()
        self._wanted = 0

    async def run(self) -> None:
        """Work until `stop`, finish what is in hand, and leave."""
        name = f"{socket.gethostname()}-{os.getpid()}"
        slots: dict[int, asyncio.Task[None]] = {}
        while not self._stopping.is_set():
            there_are = await self._client.concurrency(self._trigger.function, self._service)
            self._wanted = self._trigger.maximum_concurrency if there_are is None else there_are
            for number in range(self._wanted):
                if number not in slots or slots[number].done():
                    slots[number] = asyncio.create_task(self._slot(number, f"{name}-{number}"))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_S)
        await asyncio.gather(*slots.values())
        await self._stream.close()

    def stop(self) -> None:
        """Take no more messages."""
        self._stopping.set()

    async def _slot(self, number: int, consumer: str) -> None:
        away = False
        while number < self._wanted and not self._stopping.is_set():
            try:
                with suppress(InvocationError):  # no environment is free: then no message is taken
                    async with self._client.environment(
                        self._trigger.function, self._service, wait_s=POLL_S
                    ) as environment:
                        await self._work(consumer, environment)
                away = False
            except (RedisError, OSError) as error:
                if not away:
                    logger.warning("the queue does not answer, trying again every second: %s", error)
                away = True
                await asyncio.sleep(AWAY_PAUSE_S)
        if not away:
            await self._stream.leave(consumer)

    async def _work(self, consumer: str, environment: Environment) -> None:
        # A read that is in flight is never cancelled: what Redis hands out then would be nobody's.
        messages = await self._stream.receive(consumer, self._trigger.batch_size, wait_s=POLL_S)
        if self._stopping.is_set():  # meanwhile: another runner may have them at once
            for message in messages:
                await self._stream.hide(message, 0)
            return
        await self._deliver([message for message in messages if not await self._is_poison(message)], environment)

    async def _is_poison(self, message: Message) -> bool:
        limit = self._trigger.max_receive_count
        if not limit or message.receive_count <= limit:
            return False
        logger.error("message %s came %d times and goes to the dead-letter queue", message.id, limit)
        await self._stream.bury(message)
        return True

    async def _deliver(self, messages: Sequence[Message], environment: Environment) -> None:
        if not messages:
            return
        done = asyncio.Event()
        heart = asyncio.create_task(self._beat(messages, done))
        try:
            failed = await self._invoke(messages, environment)
        finally:
            # Not cancelled: the client of Redis can swallow that, and a heart that goes on hides its message for ever.
            done.set()
            await heart
        for message in messages:
            if record_id(message) in failed:
                delay_s = min(2 ** (message.receive_count - 1), LONGEST_RETRY_S)
                logger.warning("message %s comes again in %d s", message.id, delay_s)
                await self._stream.hide(message, delay_s)
            else:
                await self._stream.succeed(message)

    async def _invoke(self, messages: Sequence[Message], environment: Environment) -> Sequence[str]:
        """Give the ids of the records that failed."""
        sent = [record_id(message) for message in messages]
        event = sqs_event(messages, arn=self._trigger.arn, now_ms=int(time.time() * 1000))
        # A message that is not settled within its visibility timeout is another's anyway.
        timeout_s = self._trigger.visibility_timeout_s
        try:
            answer = await environment(event, timeout_s=timeout_s)
        except (InvocationError, TimeoutError) as error:
            logger.warning("%s failed: %s", self._trigger.function, error or type(error).__name__)
            return sent
        return list(failures(answer, sent))

    async def _beat(self, messages: Sequence[Message], done: asyncio.Event) -> None:
        while not done.is_set():
            try:
                for message in messages:
                    await self._stream.hide(message, SILENCE_S)
            except (RedisError, OSError):
                logger.debug("a heartbeat was lost")
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), HEARTBEAT_S)
