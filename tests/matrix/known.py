"""What is wrong today, or refused with a reason that is not true, by kinds: what is put right goes out of this list.

Each is expected to fail, and strictly so: a kind that has become right fails until its entry is taken out.
"""

import re

# Patterns of whole names, and the number of the fault in the issue with what it is.
KNOWN: tuple[tuple[str, str], ...] = ()


# Results that keep a profile (source and format): the profile is not one of such pixels.
UNFIT: tuple[tuple[str, str], ...] = ()

# Sources and results of which the XMP says what no longer holds.
UNTRUE_METADATA: tuple[tuple[str, str], ...] = ()

# The same of what is said before decoding: files that come out, but of which probe or plan say something else.
DISAGREEING: tuple[tuple[str, str], ...] = ()


def fault_of(name: str, known: tuple[tuple[str, str], ...] = KNOWN) -> str | None:
    """Give the fault that a case stands for, as the issue has it; None where all is to be right."""
    return next((f"issue 13 {fault}" for pattern, fault in known if re.fullmatch(pattern, name)), None)
