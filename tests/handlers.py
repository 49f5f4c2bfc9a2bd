"""Loads the functions' handlers, as Lambda does: by path, each as a module named `handler`."""

import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from imagescaler.adapters import outbound, queues, repositories, signed_urls, sources, stores, targets, task_ends
from imagescaler.runtime import settings

FUNCTIONS = Path(__file__).parent.parent / "functions"
LAYER = FUNCTIONS.parent / "layers/core/python"
NAMES = sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))


def load(name: str) -> ModuleType:
    """Import `functions/<name>/handler.py` again, with the present environment."""
    for factory in (
        repositories.api_keys_from_env,
        outbound.from_env,
        queues.from_env,
        queues.sources_from_env,
        sources.from_env,
        queues.webhooks_from_env,
        repositories.from_env,
        repositories.webhooks_from_env,
        settings.from_env,
        signed_urls.from_env,
        stores.from_env,
        targets.from_env,
        task_ends.from_env,
    ):
        factory.cache_clear()
    spec = importlib.util.spec_from_file_location("handler", FUNCTIONS / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["handler"] = module  # FastAPI and pydantic look annotations up by the module's name
    spec.loader.exec_module(module)
    return module


def process_variables(name: str) -> Mapping[str, str]:
    """Return the environment of a process that imports `handler` of a function; its servers do not exist."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{FUNCTIONS / name}:{LAYER}",
        "POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "URL_SIGNING_KEY": "a key of thirty-two letters or more",
        "POWERTOOLS_SERVICE_NAME": "imagescaler",
        "POWERTOOLS_METRICS_NAMESPACE": "ImageScaler",
    }
