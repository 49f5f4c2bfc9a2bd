"""The image scaler's library: everything that the functions share."""

__version__ = "0.2.0"
