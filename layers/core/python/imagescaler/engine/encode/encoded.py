"""What every encoder returns."""

Encoded = tuple[bytes, tuple[str, ...]]  # the file, and the operations that encoded it
