"""How different two pictures look: colors by CIEDE2000, structure by SSIM, both by scikit-image."""

from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

from tests.reference import Pixels


def color_differences(ours: Pixels, theirs: Pixels) -> Pixels:
    """Return the CIEDE2000 differences of sRGB colors, 0 to 255; 1 is just noticeable side by side."""
    assert ours.shape == theirs.shape
    differences: Pixels = deltaE_ciede2000(rgb2lab(ours / 255.0), rgb2lab(theirs / 255.0))
    return differences


def similarity(ours: Pixels, theirs: Pixels) -> float:
    """Return the structural similarity (SSIM, Wang et al. 2004, Gaussian window); 1 for equal pictures."""
    assert ours.shape == theirs.shape
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return float(structural_similarity(ours, theirs, data_range=255.0, channel_axis=-1, **window))
