"""Imported first by each function: makes its init faster.

Garbage is not collected before its first invocation, see `runtime.loop`. An init makes many objects and little garbage.
Collections that visit them are a tenth of its CPU time. Plugins of pydantic, of which there are none, are not looked
for in the metadata of all packages.
"""

import gc
import os

gc.disable()
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
