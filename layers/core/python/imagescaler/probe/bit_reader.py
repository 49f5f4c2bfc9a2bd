"""Bits of a header, of which each byte's highest comes first."""

LONGEST = 32  # zeros before a number


class BitReader:
    """Numbers in a row of bits; raises IndexError behind the end."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._number, self._left = int.from_bytes(data), 8 * len(data)

    def bits(self, count: int) -> int:
        """Read a number of so many bits: f(n) of AV1, u(n) of HEVC."""
        self._left -= count
        if self._left < 0:
            raise IndexError(count)
        return self._number >> self._left & (1 << count) - 1

    def exp_golomb(self) -> int:
        """Read a number that begins with as many zeros as bits follow its first one: uvlc() of AV1, ue(v) of HEVC.

        Raises ValueError for numbers of more than 32 bits.
        """
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros == LONGEST:
                raise ValueError(zeros)
        return (1 << zeros) + self.bits(zeros) - 1
