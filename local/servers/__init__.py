"""Postgres and Redis as children of this process, for whoever has none at hand."""

from local.servers.folders import ServerError, default_data_folder, temporary_data_folder, used
from local.servers.postgresql import postgres
from local.servers.valkey import redis

__all__ = ["ServerError", "default_data_folder", "postgres", "redis", "temporary_data_folder", "used"]
