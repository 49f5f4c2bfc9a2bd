"""Bits of headers that tests change."""


def bits_of(data: bytes) -> str:
    """Return the bits of bytes as digits."""
    return "".join(f"{each:08b}" for each in data)


def bytes_of(bits: str) -> bytes:
    """Return the bytes of bits, of which the last is filled with zeros."""
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
