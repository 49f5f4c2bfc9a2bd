"""All hostile inputs."""

from tests.hostile import bodies, bombs, jpegs, metadata, names, pngs, polyglots, strangers, truncations, webps

FAMILIES = (bombs, jpegs, pngs, webps, truncations, polyglots, strangers, metadata, names, bodies)
CASES = [case for family in FAMILIES for case in family.CASES]
