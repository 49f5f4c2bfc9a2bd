"""Where the pixels of a result come from and how many there are, before any is touched."""
