"""The commands of `manage_keys` on API keys, and their answer, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from imagescaler.domain.api_key import ApiKey, check_owner
from imagescaler.usecases.manage_keys import create_key
from imagescaler.usecases.ports import ApiKeyRepository
from imagescaler.web.requests.outbound_url import check_url

Url = Annotated[str, AfterValidator(check_url)]
Limit = Annotated[int | None, Field(ge=0, le=10**12)]


class QuotaFields(BaseModel):
    """Limits of a key in place of the default; 0 is no limit, and the default holds for those that are left out."""

    model_config = ConfigDict(extra="forbid")

    tasks_per_day: Limit = None
    megapixels_per_day: Limit = None
    tasks_at_once: Limit = None
    megapixels_at_once: Limit = None

    @property
    def given(self) -> dict[str, int]:
        """The limits that are not left out."""
        return self.model_dump(exclude_none=True)


class UseView(BaseModel):
    """Tasks of a day (UTC), and their pixels."""

    model_config = ConfigDict(from_attributes=True)

    tasks: int
    pixels: int


class KeyView(BaseModel):
    """An API key; `key` is the secret that the client sends, shown only in the answer to `create`.

    `quota` has its own limits, and `today` what was counted for those of a day. The ends of its tasks are reported to
    `webhook_url` if they have no URL themselves.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner: str
    created_at: datetime
    revoked_at: datetime | None = None
    quota: QuotaFields = QuotaFields()
    today: UseView
    webhook_url: str | None = None
    key: str | None = None


class CreateKey(BaseModel):
    """Create a key for an owner, with a quota and a URL of webhooks of its own if it has them."""

    action: Literal["create"]
    owner: Annotated[str, AfterValidator(check_owner)]
    quota: QuotaFields = QuotaFields()
    webhook_url: Url | None = None

    async def execute(self, keys: ApiKeyRepository) -> list[KeyView]:
        """Return the new key, which alone is shown with its secret."""
        key, credential = await create_key(self.owner, self.quota.given, self.webhook_url, keys=keys)
        return [KeyView.model_validate(key).model_copy(update={"key": credential.text})]


class ListKeys(BaseModel):
    """List all keys."""

    action: Literal["list"]

    async def execute(self, keys: ApiKeyRepository) -> list[KeyView]:
        """Return all keys, oldest first."""
        return [KeyView.model_validate(key) for key in await keys.all()]


class SetQuota(BaseModel):
    """Replace the quota of a key."""

    action: Literal["set_quota"]
    id: str
    quota: QuotaFields

    async def execute(self, keys: ApiKeyRepository) -> list[KeyView]:
        """Return the key; nothing if there is no such key."""
        return _shown(await keys.set_quota(self.id, self.quota.given))


class SetWebhookUrl(BaseModel):
    """Replace the URL of webhooks of a key; null removes it."""

    action: Literal["set_webhook_url"]
    id: str
    webhook_url: Url | None

    async def execute(self, keys: ApiKeyRepository) -> list[KeyView]:
        """Return the key; nothing if there is no such key."""
        return _shown(await keys.set_webhook_url(self.id, self.webhook_url))


class RevokeKey(BaseModel):
    """Revoke a key."""

    action: Literal["revoke"]
    id: str

    async def execute(self, keys: ApiKeyRepository) -> list[KeyView]:
        """Return the key; nothing if there is no such key."""
        return _shown(await keys.revoke(self.id))


KeyCommand = CreateKey | ListKeys | SetQuota | SetWebhookUrl | RevokeKey


def _shown(key: ApiKey | None) -> list[KeyView]:
    return [KeyView.model_validate(key)] if key else []
