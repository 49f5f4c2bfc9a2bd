"""The user and the password of Postgres, in a secret of AWS Secrets Manager."""

import asyncio
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

MAX_AGE_S, TIMEOUT_S, FIRST_TIMEOUT_S = 300, 5, 20
logger = logging.getLogger(__name__)


class LoginUnavailable(OSError):
    """The secret cannot be read, or it does not contain a user and a password."""


class SecretLogin:
    """A secret that is a JSON object with `username` and `password`, as the rotation functions of AWS write it.

    It is read when the first connection is opened, and so is botocore imported: this takes seconds in a small function.
    """

    def __init__(self, arn: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._arn = arn
        self._clock_s = clock_s
        self._expires_at = -math.inf
        self._login: Mapping[str, Any] = {}
        self._client: Any = None

    async def read(self) -> Mapping[str, Any]:
        """Return `user` and `password`, at most `MAX_AGE_S` old, or older ones while Secrets Manager is unavailable.

        Raises LoginUnavailable if there are none.
        """
        if self._clock_s() >= self._expires_at:
            try:
                async with asyncio.timeout(TIMEOUT_S if self._login else FIRST_TIMEOUT_S):
                    self._login = await asyncio.to_thread(self._fetch)
            except (LoginUnavailable, TimeoutError) as error:
                if not self._login:
                    raise LoginUnavailable(f"the secret {self._arn} cannot be used: {error}") from error
                logger.warning("the secret of the database cannot be used", extra={"reason": str(error)})
            else:
                self._expires_at = self._clock_s() + MAX_AGE_S
        return self._login

    def forget(self) -> None:
        """Read the secret again for the next connection, because Postgres has refused the login."""
        self._expires_at = -math.inf

    def _fetch(self) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

        from imagescaler.adapters.clients.aws import AwsClient  # noqa: PLC0415

        try:
            self._client = self._client or AwsClient("secretsmanager", region=self._arn.split(":")[3])
            secret = json.loads(self._client.raw.get_secret_value(SecretId=self._arn)["SecretString"])
            return {"user": secret["username"], "password": secret["password"]}
        except (BotoCoreError, ClientError) as error:
            raise LoginUnavailable(str(error)) from error
        except (KeyError, TypeError, ValueError):  # without the cause, which may quote the secret
            raise LoginUnavailable("it must be a JSON object with username and password") from None
