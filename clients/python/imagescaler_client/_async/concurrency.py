"""What differs between the two clients beyond syntax."""

from anyio import sleep
from anyio.to_thread import run_sync as run_blocking

__all__ = ["run_blocking", "sleep"]
