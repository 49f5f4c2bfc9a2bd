"""The commands of `manage_keys` and their answer, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from imagescaler.domain.api_key import check_owner


class CreateKey(BaseModel):
    """Create a key for an owner."""

    action: Literal["create"]
    owner: Annotated[str, AfterValidator(check_owner)]


class ListKeys(BaseModel):
    """List all keys."""

    action: Literal["list"]


class RevokeKey(BaseModel):
    """Revoke a key."""

    action: Literal["revoke"]
    id: str


KeyCommand: TypeAdapter[CreateKey | ListKeys | RevokeKey] = TypeAdapter(
    Annotated[CreateKey | ListKeys | RevokeKey, Field(discriminator="action")]
)


class KeyView(BaseModel):
    """An API key; `key` is the secret that the client sends, shown only in the answer to `create`."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner: str
    created_at: datetime
    revoked_at: datetime | None = None
    key: str | None = None
