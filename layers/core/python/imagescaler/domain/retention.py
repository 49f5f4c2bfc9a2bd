"""How long images and tasks are kept."""

from dataclasses import dataclass

HOUR_S, DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Retention:
    """Times to live in seconds, from the moment of writing. A source is deleted earlier if its task ends.

    `task_ttl_s` counts from the end of a failed or expired task; then its row is deleted.
    """

    source_ttl_s: int = DAY_S
    result_ttl_s: int = DAY_S
    upload_ttl_s: int = HOUR_S
    task_ttl_s: int = 30 * DAY_S
