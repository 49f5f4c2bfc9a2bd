"""Resampling: with a SIMD kernel where it is installed, else with Pillow's own; both give the same sizes and look."""

try:
    from imagescaler.engine.resizers.simd import NAME, SOFTWARE, resize
except ImportError:  # there are wheels for some platforms only
    from imagescaler.engine.resizers.pillow import NAME, SOFTWARE, resize

__all__ = ["NAME", "SOFTWARE", "resize"]
