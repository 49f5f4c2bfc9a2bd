"""The commands of `manage_keys` on the secrets of webhooks, and their answer, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from imagescaler.domain.api_key import check_owner
from imagescaler.domain.webhook_secret import OVERLAP_S
from imagescaler.usecases.current_secrets import current_secrets
from imagescaler.usecases.ports import WebhookSecrets
from imagescaler.usecases.rotate_secret import rotate_secret


def _owner_or_none(owner: str) -> str:
    return check_owner(owner) if owner else owner


AnyOwner = Annotated[str, AfterValidator(_owner_or_none)]
"""An owner; empty for the requests of a deployment that asks for no keys."""


class SecretView(BaseModel):
    """A secret. One that was replaced signs until `expires_at`."""

    model_config = ConfigDict(from_attributes=True)

    owner: str
    secret: str
    created_at: datetime
    expires_at: datetime | None = None


class CreateSecret(BaseModel):
    """Make the first secret of an owner, or show those that there are."""

    action: Literal["create_secret"]
    owner: AnyOwner = ""

    async def execute(self, webhooks: WebhookSecrets) -> list[SecretView]:
        """Return the owner's secrets, newest first."""
        return [SecretView.model_validate(each) for each in await current_secrets(self.owner, webhooks)]


class RotateSecret(BaseModel):
    """Make a new secret of an owner; the one before signs as well for some time."""

    action: Literal["rotate_secret"]
    owner: AnyOwner = ""
    overlap_s: Annotated[int, Field(ge=0)] = OVERLAP_S

    async def execute(self, webhooks: WebhookSecrets) -> list[SecretView]:
        """Return the owner's secrets, newest first."""
        found = await rotate_secret(self.owner, overlap_s=self.overlap_s, webhooks=webhooks)
        return [SecretView.model_validate(each) for each in found]


class ListSecrets(BaseModel):
    """List all secrets."""

    action: Literal["list_secrets"]

    async def execute(self, webhooks: WebhookSecrets) -> list[SecretView]:
        """Return all secrets, by owner."""
        return [SecretView.model_validate(each) for each in await webhooks.all_secrets()]


SecretCommand = CreateSecret | RotateSecret | ListSecrets
