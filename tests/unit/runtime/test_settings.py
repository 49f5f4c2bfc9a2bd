"""The environment, read and refused."""

from pathlib import Path

import pytest

from imagescaler.adapters import queues, repositories, stores
from imagescaler.adapters.queues import QueueSettings
from imagescaler.adapters.repositories import RepositorySettings
from imagescaler.adapters.stores import StoreSettings
from imagescaler.domain.limits import Limits
from imagescaler.runtime import settings
from imagescaler.runtime.settings import SettingsError


def test_a_variable_is_read_and_the_rest_keeps_its_default() -> None:
    limits = settings.read(Limits, {"MAX_TARGET_SIDE": "5", "MAX_JPEG_SCANS": ""})
    assert limits == Limits(max_target_side=5)


@pytest.mark.parametrize(
    ("model", "environment", "says"),
    [
        (RepositorySettings, {}, "POSTGRES_DSN is not set: set this environment variable"),
        (QueueSettings, {}, "REDIS_URL is not set: set it, or QUEUE_URL"),
        (StoreSettings, {}, "REDIS_URL is not set: set it, or STORE_URL"),
        (Limits, {"MAX_JPEG_SCANS": "many"}, "MAX_JPEG_SCANS: Input should be a valid integer"),
        (Limits, {"MAX_JPEG_SCANS": "many"}, "(it is 'many')"),
        (Limits, {"DISABLED_FORMATS": "heic,heif"}, "disabled_formats: there is no format heif"),
        (Limits, {"MAX_SOURCE_SIDE": "0"}, "max_source_side must be at least 1"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_a_sentence(
    model: type[object], environment: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        settings.read(model, environment)
    assert says in str(raised.value)


def test_queue_and_store_are_in_redis_unless_told_otherwise() -> None:
    everywhere = {"REDIS_URL": "redis://a/0", "QUEUE_URL": "redis://b/0", "STORE_URL": "redis://c/0"}
    assert settings.read(QueueSettings, {"REDIS_URL": "redis://a/0"}).url == "redis://a/0"
    assert settings.read(QueueSettings, everywhere).url == "redis://b/0"
    assert settings.read(StoreSettings, {"REDIS_URL": "redis://a/0"}).url == "redis://a/0"
    assert settings.read(StoreSettings, everywhere).url == "redis://c/0"


@pytest.mark.parametrize("module", [queues, stores, repositories])
def test_an_unknown_scheme_is_refused_with_those_that_are_known(module: object) -> None:
    for url, told in (("ftp://host", "ftp"), ("host", "empty")):
        with pytest.raises(SettingsError, match=told):
            module.connect(url)  # type: ignore[attr-defined]


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "dsn"
    path.write_text("postgresql://host/database\n")
    read = settings.read(RepositorySettings, {"POSTGRES_DSN_FILE": str(path)})
    assert read.postgres_dsn == "postgresql://host/database"
    both = settings.read(RepositorySettings, {"POSTGRES_DSN_FILE": str(path), "POSTGRES_DSN": "memory://"})
    assert both.postgres_dsn == "memory://"
    with pytest.raises(SettingsError, match="POSTGRES_DSN_FILE: the file cannot be read"):
        settings.read(RepositorySettings, {"POSTGRES_DSN_FILE": str(tmp_path / "none")})
