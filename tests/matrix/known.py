"""What is wrong today, or refused with a reason that is not true, by kinds: what is put right goes out of this list.

Each is expected to fail, and strictly so: a kind that has become right fails until its entry is taken out.
"""

import re

# Patterns of whole names, and the number of the fault in the issue with what it is.
KNOWN: tuple[tuple[str, str], ...] = (
    # Pictures that come out wrong
    (r"gif/(?:small-in-screen-)?own-grey-ramp-transparent", "A.1: a frame's own palette that is a grey ramp"),
    (r"gif/small-in-screen-own-grey-ramp", "A.1: a frame's own palette that is a grey ramp"),
    (r"gif/animation-(?:own-grey-ramp.*|transparent-grey-ramp)", "A.1: a frame's own palette that is a grey ramp"),
    (r"gif/no-palette-[124]bits", "A.1: frames without any palette"),
    (r"avif/clap-(?:middle|corner|far-corner|rows|odd).*", "A.1: AVIF's clean aperture"),
    (r"png/rgb16-transparent-color-near", "A.1: a transparent colour of 16 bits is compared at 8"),
    (r"webp/animation-first-smaller", "A.1: a still of an animation whose first frame leaves a part free"),
    # Damage that costs no pixel
    (r"png/damage-(?:crc|longer|shorter)-\w+-before", "A.2: damage in an ancillary chunk"),
    (r"png/damage-crc-gama", "A.2: damage in an ancillary chunk"),
    (r"png/meaning-gama-short", "A.2: damage in an ancillary chunk"),
    (r"png/animation-broken-(?:count|number|beyond|no-data|short-control|bad-pixels)", "A.2: a broken animation"),
    (r"gif/animation-second-larger.*", "A.2: a frame larger than its screen"),
    (r"gif/damage-animation-.*", "A.2: an animation without its end"),
    (r"jpeg/damage-(?:progressive-)?(?:no|half-an)-end", "A.2: no end of the image"),
    (r"jpeg/damage-(?:bytes?|mail)-before", "A.2: bytes before the start of the image"),
    (r"jpeg/damage-(?:short-jfif|only-short-jfif|short-adobe|app1-of-length-0)", "A.2: bogus segments"),
    (r"jpeg/profile-short-head", "A.2: bogus segments"),
    (r"webp/scaling-bits-(?!0[01]|10)..", "A.2: VP8's scaling bits taken as sides"),
    # How pictures lie
    (r"(?:jpeg|png|webp|avif)/orientation-in-xmp-means-nothing", "A.3: orientation in XMP"),
    (r"(?:jpeg|png|webp)/orientation6-byte(?:-le|-be)?", "A.3: orientation as BYTE"),
    # Colours
    (r"png/meaning-(?:chrm-srgb-)?gama-(?:linear|1\.8).*", "A.4: gAMA"),
    (r"png/meaning-gama-2\.2-chrm-(?:p3|bt2020)", "A.4: gAMA with cHRM"),
    (r"png/meaning-cicp-(?:p3|linear|gamma|bt709|bt2020|pq|hlg|narrow).*", "A.4: cICP"),
    (r"png/meaning-iccp-grey-linear", "A.4: a grey profile of light is 10 levels off where it is dark"),
    (r"avif/nclx-(?:p3|p3-gamma-2\.2|bt2020|bt2020-srgb-curve|linear|gamma-2\.8|pq|hlg)", "A.4: nclx"),
    # Which variety it is
    (r"jpeg/(?:refused-(?:hierarchical|12bit|jpeg-ls|two-components)|lossless-(?:12|16)bit)", "A.5: kinds of JPEG"),
    # What fails after decoding
    (r"jpeg/profile-description-no-text", "B.9: a profile's description that is no text"),
    (r"avif/sequence-strange-edit-list", "B.9: a strange edit list"),
)


# Results that keep a profile (source and format): the profile is not one of such pixels.
UNFIT: tuple[tuple[str, str], ...] = ((r"grey-alpha8?-to-avif", "A.1: a grey profile put on a colour AVIF"),)

# Sources and results of which the XMP says what no longer holds.
UNTRUE_METADATA: tuple[tuple[str, str], ...] = (
    (r"(?:jpeg|png|webp|avif|tiff)-to-(?:jpeg|png|webp|avif|tiff)-.*", "A.3: XMP that no longer holds"),
)

# The same of what is said before decoding: files that come out, but of which probe or plan say something else.
DISAGREEING: tuple[tuple[str, str], ...] = (
    (r"gif/(?:animation-first-)?beyond(?:-right|-below|-both)?", "A.1: a first frame beyond its screen"),
    (r"webp/scaling-bits-(?:01|10)", "A.2: VP8's scaling bits taken as sides"),
    (r"(?:jpeg|avif)/orientation-in-xmp-means-nothing", "A.3: orientation in XMP"),
    (r"jpeg/orientation6-(?:long-le|long-be|signed-byte|signed-short|signed-long)", "A.3: types of the orientation"),
    (r"jpeg/orientation6-in-the-first-of-two", "A.3: which of two EXIF counts"),
    (r"avif/orientation-in-exif-alone", "A.3: turns that belong to no item"),
    (r"avif/other-size-of-thumbnail", "A.1: sizes that belong to no item"),
    (r"jpeg/profile-description-no-text", "B.9: a profile's description that is no text"),
    (r"avif/sequence-strange-edit-list", "B.9: a strange edit list"),
)


def fault_of(name: str, known: tuple[tuple[str, str], ...] = KNOWN) -> str | None:
    """Give the fault that a case stands for, as the issue has it; None where all is to be right."""
    return next((f"issue 13 {fault}" for pattern, fault in known if re.fullmatch(pattern, name)), None)
