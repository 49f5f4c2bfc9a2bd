"""The commands that `manage_keys` executes."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from imagescaler.web.requests.key_commands import KeyCommand
from imagescaler.web.requests.secret_commands import SecretCommand

OperatorCommand: TypeAdapter[KeyCommand | SecretCommand] = TypeAdapter(
    Annotated[KeyCommand | SecretCommand, Field(discriminator="action")]
)
