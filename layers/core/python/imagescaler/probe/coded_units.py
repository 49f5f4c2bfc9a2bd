"""The units that a coded picture consists of, of which a file may have very many."""

from dataclasses import dataclass

LEAST_PIXELS = 64 * 64  # that a coded picture counts, for each takes some time, however small it is


@dataclass(slots=True)
class UnitLimit:
    """The units that may still be read of a file: a tenth of a second's work, and real files have some thousands."""

    left: int = 100_000

    def take(self) -> None:
        """Take a unit; raises ValueError if there are too many."""
        self.left -= 1
        if self.left < 0:
            message = "the pictures are in too many pieces"
            raise ValueError(message)
