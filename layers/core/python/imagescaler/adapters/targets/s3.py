"""Results in buckets of Amazon S3."""

from functools import cached_property
from typing import TYPE_CHECKING

from imagescaler.domain.errors import TargetForbidden, TargetUnavailable
from imagescaler.domain.object_url import ObjectUrl

if TYPE_CHECKING:
    from imagescaler.adapters.clients.aws import AwsClient

REFUSED = frozenset(
    {"AccessDenied", "AllAccessDisabled", "NoSuchBucket", "InvalidBucketName", "KeyTooLongError", "403", "404"}
)


class S3Target:
    """Writes objects. The client is imported, which is slow, and created, which needs a region, for the first one."""

    async def write(self, url: str, name: str, data: bytes, media_type: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        from imagescaler.adapters.clients.aws import error_code  # noqa: PLC0415

        target = ObjectUrl.parse(url).named(name)
        try:
            await self._client.call(
                "put_object", Bucket=target.bucket, Key=target.key, Body=data, ContentType=media_type
            )
        except ClientError as error:
            if error_code(error) in REFUSED:
                raise TargetForbidden(f"The bucket {target.bucket} does not accept the result.") from error
            raise TargetUnavailable(f"The bucket {target.bucket} answered: {error_code(error)}.") from error
        except BotoCoreError as error:
            raise TargetUnavailable(f"The bucket {target.bucket} does not answer.") from error

    @cached_property
    def _client(self) -> "AwsClient":
        from imagescaler.adapters.clients.s3 import s3_client  # noqa: PLC0415

        return s3_client()
