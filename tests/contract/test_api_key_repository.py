"""The contract of every repository of API keys."""

import asyncio
from datetime import UTC, datetime

import pytest

from imagescaler.domain.api_key import Credential
from imagescaler.usecases.manage_keys import create_key
from imagescaler.usecases.ports import ApiKeyRepository


async def test_a_key_is_found_by_its_id_and_admits_its_credential(keys: ApiKeyRepository) -> None:
    made, credential = await create_key("ada", keys=keys)
    found = await keys.find(made.id)
    assert found == made
    assert (made.owner, made.revoked_at) == ("ada", None)
    assert abs((datetime.now(UTC) - made.created_at).total_seconds()) < 5
    assert made.admits(credential)


async def test_of_the_secret_only_the_hash_is_kept(keys: ApiKeyRepository) -> None:
    _, credential = await create_key("ada", keys=keys)
    [kept] = await keys.all()
    assert credential.secret not in repr(kept)


@pytest.mark.parametrize("key_id", ["", "0123456789abcdef", "'; drop table api_keys; --"])
async def test_an_unknown_key_is_not_found(keys: ApiKeyRepository, key_id: str) -> None:
    await create_key("ada", keys=keys)
    assert await keys.find(key_id) is None
    assert await keys.revoke(key_id) is None


async def test_keys_are_listed_the_oldest_first(keys: ApiKeyRepository) -> None:
    made = [await create_key(owner, keys=keys) for owner in ("bob", "ada", "bob")]
    assert await keys.all() == [key for key, _ in made]


async def test_a_revoked_key_admits_nobody_and_stays_revoked_since_the_first_time(keys: ApiKeyRepository) -> None:
    made, credential = await create_key("ada", keys=keys)
    other, other_credential = await create_key("ada", keys=keys)
    first, second = await keys.revoke(made.id), await keys.revoke(made.id)
    assert first == second == await keys.find(made.id)
    assert first is not None
    assert first.revoked_at is not None
    assert not first.admits(credential)
    assert other.admits(other_credential)


async def test_the_url_of_webhooks_of_a_key_is_set_replaced_and_removed(keys: ApiKeyRepository) -> None:
    made, _ = await create_key("ada", None, "https://hooks.example.org/1", keys=keys)
    other, _ = await create_key("ada", keys=keys)
    assert (made.webhook_url, other.webhook_url) == ("https://hooks.example.org/1", None)
    for url in ("https://hooks.example.org/2", None):
        changed = await keys.set_webhook_url(made.id, url)
        assert changed is not None
        assert changed.webhook_url == url
        assert changed == await keys.find(made.id)
    assert await keys.find(other.id) == other
    assert await keys.set_webhook_url("unknown", "https://hooks.example.org/") is None


async def test_adding_twice_is_adding_once(keys: ApiKeyRepository) -> None:
    credential = Credential.new()
    adds = (keys.add(credential.id, "ada", credential.secret_hash, {}) for _ in range(5))
    assert len(set(await asyncio.gather(*adds))) == 1
    assert len(await keys.all()) == 1
