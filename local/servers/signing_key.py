"""The secret that signs this machine's URLs: created once, and stored with the servers' data."""

import os
import secrets
from pathlib import Path


def signing_key(data_folder: Path) -> str:
    """Return the key of a data folder, which only this user can read."""
    path = data_folder / "signing-key"
    data_folder.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return path.read_text()
