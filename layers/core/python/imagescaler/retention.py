"""How long images are kept."""

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds from the moment of writing; sources usually go earlier, with the end of their task."""

    source_ttl_s: int = DAY_S
    result_ttl_s: int = DAY_S
