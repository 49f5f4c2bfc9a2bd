"""Imported first by each function with an HTTP API: makes its init faster, as `runtime.init`, which it imports.

FastAPI has forty models of OpenAPI documents, which only `make openapi` uses. They are built on first use. It also
looks for models of the first version of pydantic, of which there are none, and goes on if that cannot be imported.
"""

import imagescaler.runtime.init  # noqa: F401 - before all others

import sys
from typing import Any

from pydantic import BaseModel

loaded: dict[str, Any] = sys.modules
loaded.setdefault("pydantic.v1", None)  # raises ImportError when it is imported (importlib, "The module cache")

BaseModel.model_config["defer_build"] = True
import fastapi.openapi.models  # noqa: E402, F401 - imports all of FastAPI

del BaseModel.model_config["defer_build"]
