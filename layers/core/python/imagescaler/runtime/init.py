"""Imported first by each function: garbage is not collected before its first invocation, see `runtime.loop`.

An init makes many objects and little garbage. Collections that visit them are a tenth of its CPU time.
"""

import gc

gc.disable()
