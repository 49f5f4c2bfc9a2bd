"""Says which user the servers run as, and where that user can reach a data folder."""

import hashlib
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.servers import child

TRAVERSABLE = 0o711  # the server user passes through to its own folder, and sees nothing else


class ServerError(Exception):
    """A server cannot be started; the message is for the person who started it."""


def server_user() -> str:
    """Name the user that the servers run as: `nobody` for root, whom Postgres refuses, else ourselves, as ""."""
    return "nobody" if os.geteuid() == 0 else ""


def server_ids() -> tuple[int, int]:
    """Give the user id and the group id that the servers run as."""
    if user := server_user():
        entry = pwd.getpwnam(user)
        return entry.pw_uid, entry.pw_gid
    return os.geteuid(), os.getegid()


def reaches(path: Path) -> bool:
    """Tell whether the server user may pass through this folder, or execute this file."""
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
    """Tell whether servers have run on this folder: there is a database in it."""
    return (data_folder / "postgres").exists()


def prepare(data_folder: Path) -> Path:
    """Make the data folder if need be, and give its absolute path.

    Raises ServerError where we cannot write to it or the server user cannot reach it: modes that others set stay.
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
    """Give a data folder for a test, and remove it afterwards; pytest's `tmp_path` is closed to the server user."""
    parent = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="imagescaler-", dir=parent if reaches(Path(parent)) else "/tmp") as name:  # noqa: S108
        folder = Path(name).resolve()
        folder.chmod(TRAVERSABLE)
        yield folder
