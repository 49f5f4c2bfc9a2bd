"""The machine and the versions behind the numbers, in general terms."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from PIL import features

SIMD = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"))


def describe() -> str:
    """Describe the machine.

    >>> "cores" in describe()
    True
    """
    information = Path("/proc/cpuinfo").read_text()
    simd = next((name for flag, name in SIMD if f" {flag} " in information), "no SIMD")
    kind = "virtual machine" if " hypervisor " in information else "machine"
    return f"{kind}, {os.cpu_count()} cores, {platform.machine()} with {simd}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """Return the versions of what our engine is made of."""
    codecs = {name: str(features.version(name)) for name in ("libjpeg_turbo", "webp", "avif")}
    packages = {}
    for name in ("pillow", "cykooz-resizer"):
        try:
            packages[name] = version(name)
        except ModuleNotFoundError:
            packages[name] = "not installed"
    return {**packages, **codecs}
