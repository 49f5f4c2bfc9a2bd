"""TLS to Postgres: a proxy decrypts it, since the embedded Postgres is built without TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imagescaler.adapters.clients.postgres import Database
from imagescaler.domain.errors import RepositoryUnavailable
from tests.certificates import certificate

BUNDLE = Path(__file__).parents[2] / "layers/core/certificates/amazon-rds.pem"
REQUEST, ACCEPTED = bytes.fromhex("0000000804d2162f"), b"S"  # PostgreSQL's protocol, SSLRequest


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    finally:
        writer.close()


async def decrypt(
    context: ssl.SSLContext, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    assert await reader.readexactly(len(REQUEST)) == REQUEST
    writer.write(ACCEPTED)
    try:
        await writer.start_tls(context)
    except OSError:
        return  # the client does not trust the certificate
    backend, to_backend = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(relay(reader, to_backend), relay(backend, writer), return_exceptions=True)


@pytest.fixture(params=["127.0.0.1"])
async def server(request: pytest.FixtureRequest, tmp_path: Path, postgres_dsn: str) -> AsyncIterator[tuple[str, Path]]:
    """Yield the DSN of a Postgres with TLS, and its certificate, which is that of the parameter's address."""
    path = certificate(tmp_path, request.param)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    parts = urlsplit(postgres_dsn)
    async with await asyncio.start_server(partial(decrypt, context, parts.port or 0), "127.0.0.1") as made:
        port = made.sockets[0].getsockname()[1]
        yield postgres_dsn.replace(f":{parts.port}/", f":{port}/"), path


async def connected(dsn: str) -> Any:
    database = Database(dsn, statement_cache_size=100)
    try:
        return await database.run(lambda connection: connection.fetchval("select 1"))
    finally:
        await database.close()


async def test_a_server_with_a_trusted_certificate_of_its_name_is_accepted(server: tuple[str, Path]) -> None:
    dsn, root = server
    assert await connected(f"{dsn}?sslmode=verify-full&sslrootcert={root}") == 1


async def test_a_server_whose_certificate_is_not_signed_by_amazon_is_refused(server: tuple[str, Path]) -> None:
    dsn, _ = server
    assert await connected(f"{dsn}?sslmode=require") == 1
    with pytest.raises(RepositoryUnavailable):
        await connected(f"{dsn}?sslmode=verify-full&sslrootcert={BUNDLE}")


@pytest.mark.parametrize("server", ["127.0.0.2"], indirect=True)
async def test_a_server_with_the_certificate_of_another_is_refused(server: tuple[str, Path]) -> None:
    dsn, root = server
    assert await connected(f"{dsn}?sslmode=verify-ca&sslrootcert={root}") == 1
    with pytest.raises(RepositoryUnavailable):
        await connected(f"{dsn}?sslmode=verify-full&sslrootcert={root}")


async def test_a_server_without_tls_is_refused(postgres_dsn: str) -> None:
    with pytest.raises(RepositoryUnavailable):
        await connected(f"{postgres_dsn}?sslmode=verify-full&sslrootcert={BUNDLE}")


def test_the_file_has_roots_of_rds_in_three_algorithms_and_those_of_its_proxy() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(BUNDLE)
    roots: list[Any] = context.get_ca_certs()
    assert len(roots) == BUNDLE.read_text().count("BEGIN CERTIFICATE")
    assert all(root["subject"] == root["issuer"] for root in roots)
    assert (
        min(ssl.cert_time_to_seconds(root["notAfter"]) for root in roots) > datetime(2037, 1, 1, tzinfo=UTC).timestamp()
    )
    names = {value for root in roots for [(kind, value)] in root["subject"] if kind == "commonName"}
    assert all(name.startswith(("Amazon R", "Starfield Services R")) for name in names)
    for region in ("eu-central-1", "us-east-1", "ap-southeast-2"):
        assert sum(name.startswith(f"Amazon RDS {region} Root CA ") for name in names) == 3
    assert "Amazon Root CA 1" in names
