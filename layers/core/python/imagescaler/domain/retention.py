"""How long images and tasks are kept."""

from dataclasses import dataclass

HOUR_S, DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds from the moment of writing; sources usually go earlier, with the end of their task.

    `task_ttl_s` counts from the end of a task that failed, or whose result is gone: then its row is deleted.
    """

    source_ttl_s: int = DAY_S
    result_ttl_s: int = DAY_S
    upload_ttl_s: int = HOUR_S
    task_ttl_s: int = 30 * DAY_S
