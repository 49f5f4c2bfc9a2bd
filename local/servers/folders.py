"""The user that the servers run as, and data folders that this user can reach."""

import hashlib
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.servers import child

TRAVERSABLE = 0o711  # the server user can reach its own folder, and list nothing


class ServerError(Exception):
    """A server cannot be started; the message is for the person who started it."""


def server_user() -> str:
    """Return the user that the servers run as: `nobody` for root, which Postgres refuses, else "" for the same user."""
    return "nobody" if os.geteuid() == 0 else ""


def server_ids() -> tuple[int, int]:
    """Return the user id and the group id that the servers run as."""
    if user := server_user():
        entry = pwd.getpwnam(user)
        return entry.pw_uid, entry.pw_gid
    return os.geteuid(), os.getegid()


def reaches(path: Path) -> bool:
    """True if the server user may traverse this folder, or execute this file."""
    test = child.command("test", "-x", path, user=server_user())
    return subprocess.run(test, check=False).returncode == 0


def default_data_folder(preferred: Path) -> Path:
    """Return the preferred data folder, or one in /var/lib if the user is root and the servers cannot reach it.

    In /var/tmp another user could have made the folder before us, and files unused for a month are removed.
    """
    existing = next(folder for folder in (preferred, *preferred.parents) if folder.exists())
    if not server_user() or reaches(existing):
        return preferred
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    return Path("/var/lib") / f"imagescaler-{digest}"


def user_data_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's data folder for this service (XDG Base Directory Specification).

    >>> user_data_folder({"XDG_DATA_HOME": "/mnt/data"}).as_posix()
    '/mnt/data/imagescaler'
    """
    home = Path(environment.get("XDG_DATA_HOME", ""))
    return (home if home.is_absolute() else Path.home() / ".local/share") / "imagescaler"


def used(data_folder: Path) -> bool:
    """True if servers have run on this folder: it contains a database."""
    return (data_folder / "postgres").exists()


def prepare(data_folder: Path) -> Path:
    """Create the data folder if it does not exist; return its absolute path.

    Raises ServerError if it is not writable or out of the server user's reach; modes of existing folders stay.
    """
    folder = data_folder.resolve()
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(TRAVERSABLE)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ServerError(f"The data folder {folder} cannot be used: {error.strerror}. Choose another.") from error
    if not reaches(folder):
        raise ServerError(
            f"The data folder {folder} is out of reach for {server_user() or 'this user'}, whom the servers run as: "
            "choose one outside of closed folders, for example in /var/lib."
        )
    return folder


@contextmanager
def temporary_data_folder() -> Iterator[Path]:
    """Yield a data folder for a test, and remove it afterwards; the server user cannot reach pytest's `tmp_path`."""
    parent = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="imagescaler-", dir=parent if reaches(Path(parent)) else "/tmp") as name:  # noqa: S108
        folder = Path(name).resolve()
        folder.chmod(TRAVERSABLE)
        yield folder
