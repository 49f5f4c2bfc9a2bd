"""Loads the functions' handlers, as Lambda does: by path, each as a module named `handler`."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from imagescaler.adapters import queues, repositories, signed_urls, stores, task_ends
from imagescaler.runtime import settings

FUNCTIONS = Path(__file__).parent.parent / "functions"
NAMES = sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))


def load(name: str) -> ModuleType:
    """Import `functions/<name>/handler.py` again, with the present environment."""
    for factory in (
        repositories.api_keys_from_env,
        queues.from_env,
        repositories.from_env,
        settings.from_env,
        signed_urls.from_env,
        stores.from_env,
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
