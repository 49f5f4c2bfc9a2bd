"""What the service does, one function per module; ports are arguments, and only the standard library is needed."""
