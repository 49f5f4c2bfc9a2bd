"""An opened file: everything that is known of an image before its pixels are decoded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from PIL import ExifTags, Image

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import STEPS, Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.source import Source
from imagescaler.engine.codecs.codec import Codec, codec_of
from imagescaler.engine.decode.icc_profile import opened_profile, profile_of
from imagescaler.engine.decode.matrix_profile import MatrixProfile
from imagescaler.engine.decode.metadata import bytes_of, exif_of
from imagescaler.engine.open.open_image import decoding, open_image
from imagescaler.engine.pixels.modes import is_grey
from imagescaler.engine.salvage.salvage import SALVAGE, Salvage
from imagescaler.probe.color_encoding import BT709, SRGB, ColorEncoding
from imagescaler.probe.exif_orientation import orientation_of
from imagescaler.probe.probe import probe, read_colors, read_timeline, repaired
from imagescaler.probe.timeline import Timeline

STILL = Timeline(())


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """A file that was checked and opened, and is not decoded; `salvage` is set if it is damaged.

    `source` is what probe() read, until `oriented` completes it. `is_deep` is True if samples of colors have more bits
    than Pillow decodes. `colors` are those that the file states by numbers, None if it states none or its ICC profile
    counts. `has_few_colors` and `is_lossless` are True if the file is small because of it. `timeline` has frames only
    if a result keeps the animation. `warnings` are sentences about what of the file is not used.
    """

    image: Image.Image
    data: bytes
    source: Source
    is_deep: bool
    is_grey: bool = False
    colors: ColorEncoding | None = None
    has_few_colors: bool = False
    is_lossless: bool = False
    timeline: Timeline = STILL
    warnings: tuple[str, ...] = ()
    salvage: Salvage | None = None

    @property
    def codec(self) -> Codec:
        """Codec of the file."""
        return codec_of(self.source.format)

    @property
    def is_refined(self) -> bool:
        """True if samples of 16 bits are decoded whole before they are cut to 8."""
        has_curve = self.colors is not None or self.matrix is not None
        return self.is_deep and (has_curve or "transparency" in self.image.info)

    @property
    def matrix(self) -> MatrixProfile | None:
        """ICC profile, if it consists of curves; None for one of tables, too."""
        return MatrixProfile.of(self.profile, is_grey=self.is_grey)

    @property
    def reading(self) -> str:
        """First operation of every result."""
        return f"{SALVAGE if self.salvage else 'decode'} {self.source.format}"

    @property
    def profile(self) -> bytes | None:
        """ICC profile of the colors: the file's, or one made of the numbers that it states; None for sRGB."""
        if self.colors is None:
            return bytes_of(self.image, "icc_profile")
        return None if self.colors == SRGB else profile_of(self.colors, is_grey=self.is_grey)

    def oriented(self) -> Self:
        """Return the image with its orientation (EXIF 2.32, tag 0x0112) and upright size read; raises CorruptImage.

        A file whose metadata may follow the pixels is decoded for it. Damaged metadata counts as none, and XMP never
        turns a picture.
        """
        with decoding(self.source.format):
            if self.codec.metadata_follows_pixels and not self.salvage:
                self.image.load()
            orientation = self._orientation()
        size = self.image.size
        width, height = size if self.codec.decodes_upright else Turn(orientation).size(size)
        return replace(self, source=replace(self.source, width=width, height=height, orientation=orientation))

    def _orientation(self) -> int:
        if not self.codec.turned_by_exif:
            return 1
        if not self.codec.decodes_upright:
            return orientation_of(exif_of(self.image) or b"")
        try:
            orientation: int = self.image.getexif().get(ExifTags.Base.Orientation, 1)
        except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
            return 1
        return orientation if orientation in STEPS else 1

    def salvaged(self, limits: Limits) -> Self:
        """Return the image as one that is damaged, although its structure is not; raises CorruptImage."""
        with decoding(self.source.format):
            salvage = self.codec.salvage(self.data, limits.max_source_bytes)
        return replace(self, data=salvage.data, salvage=salvage)

    @contextmanager
    def reopened(self, limits: Limits) -> Iterator[Self]:
        """Open the file once more, since reading frames moves within the opened file."""
        with open_image(self.data, self.source, limits) as image:
            yield replace(self, image=image)


@contextmanager
def open_source(
    data: bytes, options: Sequence[Options], limits: Limits, *, is_salvaged: bool = False
) -> Iterator[OpenedImage]:
    """Probe and open a file for results with these options; raises ImageProblem or SourceTooLarge."""
    source, salvage = probe(data), None
    if is_salvaged:
        with decoding(source.format):
            salvage = codec_of(source.format).salvage(data, limits.max_source_bytes)
        source = replace(probe(salvage.data), bytes=source.bytes)
    sent, data = data, salvage.data if salvage else repaired(data, source.format)
    with open_image(data, source, limits) as image:
        is_kept = any(each.keeps_frames(source.format) for each in options)
        timeline = read_timeline(data, source.format, limits.max_frames) if is_kept else None
        codec, colors = codec_of(source.format), _colors(image, data, source.format)
        with decoding(source.format):
            warnings = () if salvage else codec.warnings(sent, data)
        del sent
        yield OpenedImage(
            image,
            data,
            source,
            is_deep=codec.has_deep_colors(image),
            is_grey=is_grey(image),
            colors=colors,
            has_few_colors=codec.has_few_colors(image),
            is_lossless=codec.is_lossless(data),
            timeline=timeline or STILL,
            warnings=warnings,
            salvage=salvage,
        )


def _colors(image: Image.Image, data: bytes, fmt: Format) -> ColorEncoding | None:
    signals = read_colors(data, fmt)
    colors, mode = signals.before_profile or signals.without_profile, "L" if is_grey(image) else "RGB"
    if colors is None or (not signals.before_profile and opened_profile(bytes_of(image, "icc_profile"), mode)):
        return None
    return replace(colors, primaries=BT709) if is_grey(image) else colors
