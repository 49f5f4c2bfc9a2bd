"""Images in buckets of Amazon S3 that the operator allows."""

import asyncio
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from imagescaler.adapters.clients.aws import error_code
from imagescaler.adapters.clients.s3 import s3_client
from imagescaler.domain.errors import SourceForbidden, SourceTooLarge, SourceUnreachable, UrlForbidden
from imagescaler.domain.object_url import BucketRules, ObjectUrl
from imagescaler.usecases.fetch_source import FetchSettings

MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "InvalidObjectState", "403"})


class S3Sources:
    """Fetches objects. Another attempt may help if S3 did not answer, or not in time."""

    def __init__(self, rules: BucketRules, chosen: FetchSettings) -> None:
        self._rules, self._timeout_s = rules, chosen.source_timeout_s
        self._client = s3_client()

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        try:
            found = ObjectUrl.parse(url)
            self._rules.check_source(found)
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.to_thread(self._read, found, max_bytes)
        except UrlForbidden as error:
            raise SourceForbidden(str(error)) from error
        except ClientError as error:
            if error_code(error) in DENIED:
                raise SourceForbidden(f"S3 refuses to let the service read {url}.") from error
            is_missing = error_code(error) in MISSING
            detail = f"There is no object {url}." if is_missing else f"S3 answered: {error_code(error)}."
            raise SourceUnreachable(detail, may_recover=not is_missing) from error
        except (BotoCoreError, TimeoutError) as error:
            raise SourceUnreachable("S3 does not answer, or not in time.", may_recover=True) from error

    def _read(self, url: ObjectUrl, max_bytes: int) -> bytes:
        answer: Any = self._client.raw.get_object(Bucket=url.bucket, Key=url.key)
        with answer["Body"] as body:
            if answer["ContentLength"] > max_bytes:
                size = answer["ContentLength"]
                raise SourceTooLarge(f"The file has {size:,} bytes; the limit is {max_bytes:,}.")
            data: bytes = body.read()
        return data
