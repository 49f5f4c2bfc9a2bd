"""Resampling: with a SIMD kernel where it is installed, else with Pillow's own; both give the same sizes and look."""

try:
    from imagescaler.imaging.resizers.simd import SOFTWARE, resize
except ImportError:  # there are wheels for some platforms only
    from imagescaler.imaging.resizers.pillow import SOFTWARE, resize

__all__ = ["SOFTWARE", "resize"]
