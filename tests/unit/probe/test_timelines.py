"""When the frames of an animation are seen is read from its file, exactly, and never guessed where it is damaged."""

import struct
from fractions import Fraction

import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.probe.formats.avif_sequence import write_plays
from imagescaler.probe.iso_boxes import boxes, content_of
from imagescaler.probe.png_chunks import MAX_CHUNKS, chunk
from imagescaler.probe.probe import probe, read_timeline
from imagescaler.probe.timeline import Timeline
from tests.animations import frames_of
from tests.pictures import encoded
from tools.hostile import gifs, pngs, webps

DURATIONS = [40, 100, 250, 1_230]
FRAMES = [Image.new("RGB", (24, 16), color) for color in ("red", "lime", "blue", "white")]
PLAYING = {"GIF": 3, "WEBP": 3, "PNG": 3, "AVIF": 0}  # Pillow writes AVIFs that play for ever
ANIMATED = [form for form in RESULT_FORMATS if form.has_frames]


def animation(form: Format, **options: object) -> bytes:
    """Return four frames, which play three times; Pillow counts the repetitions of a GIF."""
    loop = 2 if form is Format.GIF else 3
    playing: dict[str, object] = {"duration": DURATIONS, "loop": loop, **options}
    return encoded(FRAMES[0], form.name, save_all=True, append_images=FRAMES[1:], **playing)


@pytest.mark.parametrize("form", ANIMATED)
def test_durations_and_plays_are_read(form: Format) -> None:
    plays = PLAYING[form.name]
    assert read_timeline(animation(form), form, 100) == Timeline(tuple(map(Fraction, DURATIONS)), plays)


@pytest.mark.parametrize("form", ANIMATED)
def test_for_ever_is_no_plays(form: Format) -> None:
    timeline = read_timeline(animation(form, loop=0), form, 100)
    assert timeline is not None
    assert timeline.plays == 0


def test_a_gif_that_says_nothing_of_repeating_plays_once() -> None:
    timeline = read_timeline(animation(Format.GIF, loop=None), Format.GIF, 100)
    assert timeline is not None
    assert timeline.plays == 1


def test_the_fractions_of_a_png_are_kept() -> None:
    data = animation(Format.PNG).replace(struct.pack(">HH", 1, 25), struct.pack(">HH", 1, 30))
    data = data.replace(struct.pack(">HH", 1, 10), struct.pack(">HH", 7, 0))
    timeline = read_timeline(data, Format.PNG, 100)
    assert timeline is not None
    assert timeline.durations_ms[:2] == (Fraction(100, 3), Fraction(70))


def test_a_flood_of_chunks_is_not_read_to_its_end() -> None:
    head, frames = animation(Format.PNG)[:33], animation(Format.PNG)[33:]
    assert read_timeline(head + chunk(b"teSt", b"") * 1_000 + frames, Format.PNG, 100) is not None
    with pytest.raises(CorruptImage):
        read_timeline(head + chunk(b"teSt", b"") * MAX_CHUNKS + frames, Format.PNG, 100)


@pytest.mark.parametrize("form", ANIMATED)
def test_no_more_are_counted_than_asked_for(form: Format) -> None:
    timeline = read_timeline(animation(form), form, 3)
    assert timeline is not None
    assert timeline.frames == 3


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_a_picture_that_stands_still_has_no_timeline(form: Format) -> None:
    assert read_timeline(encoded(FRAMES[0], form.name), form, 100) is None


@pytest.mark.parametrize("form", [Format.GIF, Format.WEBP, Format.PNG])
def test_an_animation_cut_off_anywhere_has_no_timeline(form: Format) -> None:
    whole = animation(form)
    second = {Format.GIF: b"!\xf9", Format.WEBP: b"ANMF", Format.PNG: b"fcTL"}[form]
    start = whole.index(second, whole.index(second) + 40) + 40
    if form is Format.GIF:  # between two frames it may end
        start, whole = whole.rindex(second) + 9, whole.removesuffix(b";")
    for end in range(start, len(whole)):
        with pytest.raises(CorruptImage, match=f"the {form.name} is cut off or damaged"):
            read_timeline(whole[:end], form, 100)
    assert read_timeline(whole, form, 100) is not None


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("plays", [0, 1, 2, 65_535])
def test_an_avif_is_told_how_often_it_plays_in_all_its_tracks(plays: int, mode: str) -> None:
    pictures = [each.convert(mode) for each in FRAMES]
    for each in pictures if mode == "RGBA" else []:
        each.putalpha(100)
    before = encoded(pictures[0], "AVIF", save_all=True, append_images=pictures[1:], duration=DURATIONS)
    after = bytearray(before)
    write_plays(memoryview(after), plays)
    assert read_timeline(bytes(after), Format.AVIF, 100) == Timeline(tuple(map(Fraction, DURATIONS)), plays)
    movie = content_of(bytes(after), b"moov")
    tracks = [track for kind, track in boxes(movie) if kind == b"trak"]
    headers = [content_of(track, b"tkhd")[28:36] for track in tracks] + [content_of(movie, b"mvhd")[24:32]]
    assert len(headers) == (3 if mode == "RGBA" else 2)
    whole = plays * sum(DURATIONS) if plays else 2**64 - 1
    assert {int.from_bytes(header) for header in headers} == {whole}
    assert {content_of(track, b"edts", b"elst")[:4] for track in tracks} == {bytes([1, 0, 0, plays != 1])}
    assert (len(after), content_of(bytes(after), b"mdat")) == (len(before), content_of(before, b"mdat"))
    assert [frame.tobytes() for frame in frames_of(bytes(after))] == [frame.tobytes() for frame in frames_of(before)]


def test_a_picture_cannot_be_told_how_often_it_plays() -> None:
    with pytest.raises(LookupError, match="moov"):
        write_plays(memoryview(bytearray(encoded(FRAMES[0], "AVIF"))), 3)


@pytest.mark.parametrize("form", ANIMATED)
def test_the_frames_are_measured_where_the_file_is_whole(form: Format) -> None:
    whole = animation(form)
    assert probe(whole).frames == 4
    if form is not Format.AVIF:  # which tells them ahead of the pixels
        assert probe(whole[:-30]).frames == 1


def test_an_avif_that_does_not_say_it_is_a_sequence_is_a_picture() -> None:
    assert read_timeline(animation(Format.AVIF).replace(b"ftypavis", b"ftypavif"), Format.AVIF, 100) is None


@pytest.mark.parametrize("end", [b"", b"\x99;", b"!\xfe\x20cut off"])
def test_a_gif_whose_frames_are_whole_may_lack_its_trailer(end: bytes) -> None:
    timeline = read_timeline(animation(Format.GIF)[:-1] + end, Format.GIF, 100)
    assert timeline is not None
    assert timeline.frames == 4


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (pngs.animated(3), Format.PNG),
        (animation(Format.GIF)[:-2], Format.GIF),
        (animation(Format.AVIF).replace(b"stts", b"none"), Format.AVIF),
        (animation(Format.AVIF).replace(b"pict", b"soun"), Format.AVIF),
        (animation(Format.WEBP)[:-1], Format.WEBP),
    ],
)
def test_a_file_that_contradicts_itself_has_none(data: bytes, form: Format) -> None:
    with pytest.raises(CorruptImage):
        read_timeline(data, form, 100)


@pytest.mark.parametrize("count", [0, 2**31, 2**32 - 1])
def test_a_png_of_no_frames_or_too_many_is_a_picture(count: int) -> None:
    assert read_timeline(pngs.animated(count), Format.PNG, 100) is None


def test_padding_between_the_frames_of_a_gif_is_passed_over() -> None:
    padded = gifs.screen(9, 9) + (gifs.picture(9, 9) + bytes(3)) * 2 + gifs.END
    timeline = read_timeline(padded, Format.GIF, 100)
    assert timeline is not None
    assert timeline.frames == 2


def test_very_many_frames_are_counted_up_to_a_limit() -> None:
    assert probe(gifs.animation(100_000, 9)).frames == 100_000
    assert probe(gifs.animation(100_001, 9)).frames == 100_000
    assert probe(webps.animation(1_500)).frames == 1_500
