"""The image scaler's library: everything that the functions share."""

__version__ = "0.1.0"
