"""How many requests may wait for tasks at the same time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitLimits:
    """`FUNCTION_CONCURRENCY` is the number of environments of each function.

    A waiting request occupies an environment, so requests that wait may have half of them, and those of one owner half
    of that half, but at least one. Without API keys all clients are one owner, with the whole half. Waits are counted
    per function, by the name that Lambda sets.
    """

    function_concurrency: int = 10
    aws_lambda_function_name: str = ""

    def __post_init__(self) -> None:
        if self.function_concurrency < 1:
            message = "FUNCTION_CONCURRENCY must be 1 or more"
            raise ValueError(message)

    @property
    def most(self) -> int:
        """Waits of all owners."""
        return self.function_concurrency // 2

    def most_of(self, owner: str) -> int:
        """Waits of one owner.

        >>> [WaitLimits(concurrency).most_of("ada") for concurrency in (1, 2, 10, 100)], WaitLimits(10).most_of("")
        ([1, 1, 2, 25], 5)
        """
        return max(self.most // 2, 1) if owner else self.most
