"""All hostile inputs."""

from tools.hostile import (
    avifs,
    bodies,
    bombs,
    gifs,
    inner_pictures,
    jpegs,
    jsons,
    jxls,
    metadata,
    names,
    numbers,
    pngs,
    polyglots,
    strangers,
    tiffs,
    truncations,
    uploads,
    webps,
)

FAMILIES = (
    bombs,
    jpegs,
    pngs,
    webps,
    gifs,
    tiffs,
    avifs,
    jxls,
    truncations,
    polyglots,
    inner_pictures,
    strangers,
    metadata,
    names,
    bodies,
    jsons,
    numbers,
    uploads,
)
CASES = [case for family in FAMILIES for case in family.CASES]
