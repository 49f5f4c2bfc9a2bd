"""Limits of the number of environments, and of time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The host's limits; a function's own timeout and memory come with the function.

    `max_environments` is per function, as reserved concurrency is. `wait_s` is how long an invocation waits for a free
    environment: Lambda throttles at once, but its callers retry and a laptop's do not. No more than `max_waiting` may,
    or in an overload everybody would wait that long. `init_s` is how long a process may take until it asks for its
    first event. `fork_s` is how long a fork server may take, after its init, to fork a process or to report the end of
    one; if it takes longer, it is killed with its environments, and replaced. Idle environments are stopped after
    `idle_s`: another is forked in milliseconds. The fork server is stopped when it has had no environment for
    `server_idle_s`. All of them get `stop_s` to end by themselves when the host stops.
    """

    max_environments: int = 10
    wait_s: float = 10
    max_waiting: int = 20
    init_s: float = 10
    fork_s: float = 10
    idle_s: float = 10
    server_idle_s: float = 600
    stop_s: float = 1.5
