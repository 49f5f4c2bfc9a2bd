"""Polls a queue and invokes a function with its messages, as many at a time as the function has environments."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from imagescaler.domain.errors import QueueUnavailable
from local.emulation.event_source_mapping.batch_item_failures import failures
from local.emulation.event_source_mapping.queue_consumer import Message, QueueConsumer
from local.emulation.event_source_mapping.records import sqs_event
from local.emulation.lambda_host.lambda_client import Environment, InvocationError
from local.emulation.sam_template.declarations import QueueTrigger

logger = logging.getLogger(__name__)
POLL_S = 1
AWAY_PAUSE_S = 1
LONGEST_RETRY_S = 60
# While an invocation runs, heartbeats keep its messages invisible for this long. When the runner is killed, they are
# received again this soon, and those that came since the last heartbeat after a minute.
INVISIBLE_S, HEARTBEAT_S = 20, 5


class Client(Protocol):
    """Invokes functions."""

    def environment(self, function: str, service: str, *, wait_s: float) -> AbstractAsyncContextManager[Environment]:
        """Reserve an environment of a function; raises InvocationError when none is free in time."""
        ...

    async def concurrency(self, function: str, service: str) -> int | None:
        """Count a function's environments; None where the server of the functions decides it."""
        ...


class Runner:
    """One slot per environment of the function; a slot takes no message before it has one.

    Containers are counted every second, and each of them gets a slot. Elsewhere the trigger's MaximumConcurrency is the
    number.
    """

    def __init__(self, trigger: QueueTrigger, service: str, queue: QueueConsumer, client: Client) -> None:
        self._trigger, self._service, self._queue, self._client = trigger, service, queue, client
        self._stopping = asyncio.Event()
        self._wanted = 0

    async def run(self) -> None:
        """Work until `stop`, settle the messages in flight, and leave the queue."""
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
        await self._queue.close()

    def stop(self) -> None:
        """Receive no more messages."""
        self._stopping.set()

    async def _slot(self, number: int, consumer: str) -> None:
        away = False
        while number < self._wanted and not self._stopping.is_set():
            try:
                with suppress(InvocationError):  # no environment is free: then no message is received
                    async with self._client.environment(
                        self._trigger.function, self._service, wait_s=POLL_S
                    ) as environment:
                        await self._work(consumer, environment)
                away = False
            except QueueUnavailable as error:
                if not away:
                    logger.warning("the queue does not answer, trying again every second: %s", error)
                away = True
                await asyncio.sleep(AWAY_PAUSE_S)
        if not away:
            await self._queue.leave(consumer)

    async def _work(self, consumer: str, environment: Environment) -> None:
        # A read is never cancelled: messages that the queue hands out at that moment would be lost until their timeout.
        messages = await self._queue.receive(consumer, self._trigger.batch_size, wait_s=POLL_S)
        if self._stopping.is_set():  # meanwhile: another runner may receive them at once
            for message in messages:
                await self._queue.change_visibility(message, 0)
            return
        await self._deliver([message for message in messages if not await self._is_poison(message)], environment)

    async def _is_poison(self, message: Message) -> bool:
        limit = self._trigger.max_receive_count
        if not limit or message.receive_count <= limit:
            return False
        logger.error("message %s was received %d times and goes to the dead-letter queue", message.message_id, limit)
        await self._queue.dead_letter(message)
        return True

    async def _deliver(self, messages: Sequence[Message], environment: Environment) -> None:
        if not messages:
            return
        done = asyncio.Event()
        heartbeat = asyncio.create_task(self._beat(messages, done))
        try:
            failed = await self._invoke(messages, environment)
        finally:
            # Not cancelled: the client of Redis can swallow that, and the message would stay invisible for ever.
            done.set()
            await heartbeat
        for message in messages:
            if message.message_id in failed:
                delay_s = min(2 ** (message.receive_count - 1), LONGEST_RETRY_S)
                logger.warning("message %s is retried in %d s", message.message_id, delay_s)
                await self._queue.change_visibility(message, delay_s)
            else:
                await self._queue.delete(message)

    async def _invoke(self, messages: Sequence[Message], environment: Environment) -> Sequence[str]:
        """Return the ids of the records that failed."""
        sent = [message.message_id for message in messages]
        event = sqs_event(messages, arn=self._trigger.arn, now_ms=int(time.time() * 1000))
        # After its visibility timeout a message belongs to another consumer.
        timeout_s = self._trigger.visibility_timeout_s
        try:
            answer = await environment(event, timeout_s=timeout_s)
        except (InvocationError, TimeoutError) as error:
            logger.warning("%s failed: %s", self._trigger.function, error or type(error).__name__)
            return sent
        return list(failures(answer, sent))

    async def _beat(self, messages: Sequence[Message], done: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), HEARTBEAT_S)
                return
            try:
                for message in messages:
                    await self._queue.change_visibility(message, INVISIBLE_S)
            except QueueUnavailable:
                logger.debug("a heartbeat was lost")
