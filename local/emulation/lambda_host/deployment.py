"""A function as it is deployed on this machine: its code, and the environment variables that Lambda sets."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from local.emulation.lambda_host import runtime
from local.emulation.lambda_host.function import Function

ACCOUNT = "000000000000"
DEFAULTS = {"AWS_REGION": "us-east-1", "LANG": "en_US.UTF-8", "PATH": os.environ.get("PATH", os.defpath), "TZ": ":UTC"}


def log_stream_name() -> str:
    """Return the name of a new environment's log stream, AWS_LAMBDA_LOG_STREAM_NAME."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Code:
    """`functions` contains a folder for each function; `layers` are searched for modules after it."""

    functions: Path
    layers: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """A function, its code, and the environment variables of all functions."""

    function: Function
    code: Code
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Folder of the function's module `handler`."""
        return self.code.functions.resolve() / self.function.name

    @property
    def region(self) -> str:
        """AWS region in the function's environment."""
        return (DEFAULTS | dict(self.environment))["AWS_REGION"]

    @property
    def arn(self) -> str:
        """ARN of the function."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.function.service}"

    def variables(self) -> dict[str, str]:
        """Return the environment variables of all processes.

        Source: AWS Lambda, "Defined runtime environment variables". AWS_LAMBDA_RUNTIME_API is missing: no server.
        """
        path = (self.folder, *(layer.resolve() for layer in self.code.layers))
        return {
            **DEFAULTS,
            **self.environment,
            **self.function.environment,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mib),
            "AWS_LAMBDA_FUNCTION_NAME": self.function.service,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.function.service}",
            "AWS_REGION": self.region,
            "LAMBDA_TASK_ROOT": str(self.folder),
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "_HANDLER": runtime.HANDLER,
        }
