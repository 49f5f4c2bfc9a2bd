"""Names and versions of the software that works on an image, for the receipt."""

from functools import cache

import PIL
from PIL import features

from imagescaler import __version__
from imagescaler.domain.formats import Format
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.resizers import installed


def software(*formats: Format) -> dict[str, str]:
    """Return the versions of the engine and of the codecs of these formats, as they are loaded."""
    versions = {"imagescaler": __version__, "pillow": PIL.__version__, **_packages()}
    if littlecms := features.version_module("littlecms2"):
        versions["littlecms2"] = littlecms
    for fmt in formats:
        versions |= _codec_versions(fmt)
    return versions


@cache
def _packages() -> dict[str, str]:
    from importlib.metadata import version  # noqa: PLC0415 - takes 3 MiB, which decoding a large image needs first

    return {name: version(name) for name in installed.SOFTWARE}


@cache
def _codec_versions(fmt: Format) -> dict[str, str]:
    return {name: version for name, version in codec_of(fmt).versions().items() if version}
