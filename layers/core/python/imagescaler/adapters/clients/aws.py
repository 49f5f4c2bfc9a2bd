"""How AWS is reached: botocore's clients, called in threads, with time limits and adaptive retries."""

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
    """A client of one AWS service; made once, since that takes a tenth of a second, and connected on first use.

    botocore and not boto3: the import costs half, and nothing of boto3's is needed. Raises SettingsError where no
    region is known.
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
        """Call an operation (`send_message`) without holding up the event loop; raises botocore's errors."""
        return await asyncio.to_thread(getattr(self.raw, operation), **parameters)


def error_code(error: ClientError) -> str:
    """Give the service's name for an error, such as `NoSuchKey`; the status for an answer without a body."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def unavailable_as(problem: type[Unavailable], detail: str) -> Iterator[None]:
    """Turn errors of the connection and the service into a problem, and log them: they may be of the set-up."""
    try:
        yield
    except NoCredentialsError as error:
        logger.exception(MISSING_CREDENTIALS)
        raise problem(detail) from error
    except (BotoCoreError, ClientError) as error:
        logger.warning("AWS does not do what it is asked: %s", error)
        raise problem(detail) from error
