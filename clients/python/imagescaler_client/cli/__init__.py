"""The command line `imagescaler`."""
