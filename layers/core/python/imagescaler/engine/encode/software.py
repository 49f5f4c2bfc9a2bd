"""Names and versions of what works on an image."""

from collections.abc import Callable, Mapping
from functools import cache, partial

import PIL
from PIL import features

from imagescaler import __version__
from imagescaler.domain.formats import Format
from imagescaler.engine.resizers import installed

Version = Callable[[], str | None]
# GIF is Pillow's own. Of zlib it is the one that runs, and not that of the build: zlib-ng in its place says so.
CODECS: Mapping[Format, Mapping[str, Version]] = {
    Format.JPEG: {"libjpeg-turbo": partial(features.version_feature, "libjpeg_turbo")},
    Format.PNG: {"zlib": partial(features.version_codec, "zlib")},
    Format.WEBP: {"libwebp": partial(features.version_module, "webp")},
    Format.AVIF: {"libavif": partial(features.version_module, "avif")},
    Format.GIF: {},
    Format.TIFF: {"libtiff": partial(features.version_codec, "libtiff")},
}
SEPARATOR, ROLE = ",", "["


def software(*forms: Format) -> dict[str, str]:
    """Give the versions of the engine, and of the codecs of these formats, as they are loaded now."""
    known = {"imagescaler": __version__, "pillow": PIL.__version__, **_packages()}
    known |= _versions({"littlecms2": partial(features.version_module, "littlecms2")})
    for form in forms:
        known |= _codecs(form)
    return known


@cache
def _packages() -> dict[str, str]:
    from importlib.metadata import version  # noqa: PLC0415 - it takes three MiB, which a large picture needs first

    return {name: version(name) for name in installed.SOFTWARE}


@cache
def _codecs(form: Format) -> dict[str, str]:
    return _versions(CODECS[form]) | (_coders_of_avif() if form is Format.AVIF else {})


def _versions(asked: Mapping[str, Version]) -> dict[str, str]:
    return {name: version for name, ask in asked.items() if (version := ask())}


def _coders_of_avif() -> dict[str, str]:
    """Read what libavif says: `dav1d [dec]:1.5.3-0-gb546257, aom [enc]:3.14.1`."""
    from PIL import _avif  # noqa: PLC0415 - as Pillow does it: the library is large

    coders = (coder.rpartition(":") for coder in _avif.codec_versions().split(SEPARATOR))
    return {name.partition(ROLE)[0].strip(): version for name, _, version in coders}
