"""The commands of `manage_keys` and their answer, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from imagescaler.domain.api_key import check_owner
from imagescaler.web.requests.secret_commands import SecretCommand

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


class CreateKey(BaseModel):
    """Create a key for an owner, with a quota of its own if it has one."""

    action: Literal["create"]
    owner: Annotated[str, AfterValidator(check_owner)]
    quota: QuotaFields = QuotaFields()


class ListKeys(BaseModel):
    """List all keys."""

    action: Literal["list"]


class SetQuota(BaseModel):
    """Replace the quota of a key."""

    action: Literal["set_quota"]
    id: str
    quota: QuotaFields


class RevokeKey(BaseModel):
    """Revoke a key."""

    action: Literal["revoke"]
    id: str


Command = CreateKey | ListKeys | SetQuota | RevokeKey
KeyCommand: TypeAdapter[Command | SecretCommand] = TypeAdapter(
    Annotated[Command | SecretCommand, Field(discriminator="action")]
)


class UseView(BaseModel):
    """Tasks of a day (UTC), and their pixels."""

    model_config = ConfigDict(from_attributes=True)

    tasks: int
    pixels: int


class KeyView(BaseModel):
    """An API key; `key` is the secret that the client sends, shown only in the answer to `create`.

    `quota` has its own limits, and `today` what was counted for those of a day.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner: str
    created_at: datetime
    revoked_at: datetime | None = None
    quota: QuotaFields = QuotaFields()
    today: UseView
    key: str | None = None
