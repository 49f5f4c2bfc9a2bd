"""A client of AWS: botocore, called in threads, with timeouts and adaptive retries."""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.session import get_session

from imagescaler.domain.errors import Unavailable
from imagescaler.runtime.settings import SettingsError

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S, MAX_ATTEMPTS = 2, 5, 3
MISSING_CREDENTIALS = (
    "there are no AWS credentials: a function gets them from its role; elsewhere set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
)
logger = logging.getLogger(__name__)


class AwsClient:
    """A client of one AWS service, which connects on first use. Creating it takes 0.1 s, so it is kept.

    botocore instead of boto3: it imports in half the time. Raises SettingsError if no region is set.
    """

    def __init__(self, service: str, *, region: str = "", endpoint_url: str | None = None, **config: Any) -> None:
        region = region or os.environ.get("AWS_REGION", "") or os.environ.get("AWS_DEFAULT_REGION", "")
        if not region:
            message = "AWS_REGION is not set: set it to the region of your queue and bucket, as eu-central-1"
            raise SettingsError(message)
        self.raw: Any = get_session().create_client(
            service,
            region_name=region,
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=ANSWER_TIMEOUT_S,
                retries={"mode": "adaptive", "total_max_attempts": MAX_ATTEMPTS},
                **config,
            ),
        )

    async def call(self, operation: str, **parameters: Any) -> Any:
        """Call an operation, such as `send_message`, without blocking the event loop; raises botocore's errors."""
        return await asyncio.to_thread(getattr(self.raw, operation), **parameters)


def error_code(error: ClientError) -> str:
    """Return the service's error code, such as `NoSuchKey`, or the HTTP status of a response without a body."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def unavailable_as(problem: type[Unavailable], detail: str) -> Iterator[None]:
    """Raise `problem` for any error of AWS, and log its cause, which may be a wrong configuration."""
    try:
        yield
    except NoCredentialsError as error:
        logger.exception(MISSING_CREDENTIALS)
        raise problem(detail) from error
    except (BotoCoreError, ClientError) as error:
        logger.warning("the call to AWS failed: %s", error)
        raise problem(detail) from error
