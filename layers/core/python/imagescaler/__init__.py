"""The image scaler's library: everything that the functions share."""
