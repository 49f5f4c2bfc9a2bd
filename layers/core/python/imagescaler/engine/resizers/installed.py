"""The resizer in use: SIMD if it is installed, else Pillow. Both make results of the same size and look."""

try:
    from imagescaler.engine.resizers.simd import SOFTWARE, resize
except ImportError:  # there are wheels for some platforms only
    from imagescaler.engine.resizers.pillow import SOFTWARE, resize

__all__ = ["SOFTWARE", "resize"]
