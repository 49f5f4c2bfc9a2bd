"""Our engine on platforms for which the SIMD resizer has no wheel."""

import runpy
import sys

if __name__ == "__main__":
    sys.modules["cykooz_resizer"] = None  # type: ignore[assignment]  # to import it is now an ImportError
    runpy.run_module("tools.benchmarks.scaling.workers.ours", run_name="__main__")
