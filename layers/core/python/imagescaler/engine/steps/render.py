"""One result drawn from a decoded picture; any number may be."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from itertools import chain

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan, plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Options
from imagescaler.engine.decode.picture import Picture
from imagescaler.engine.steps.context import Frame
from imagescaler.engine.steps.pipeline import run
from imagescaler.engine.steps.trim import content_of


def plan_of(picture: Picture, options: Options, limits: Limits) -> Plan:
    """Plan a result, now that the pixels are known, on which `trim` depends."""
    return plan_of_all([picture], options, limits)


def plan_of_all(pictures: Iterable[Picture], options: Options, limits: Limits) -> Plan:
    """Plan the result of pictures of one size, at least one: `trim` leaves what any of them shows."""
    pictures = iter(pictures)
    first = next(pictures)
    whole = plan(first.stored, options, limits, orientation=first.orientation)
    if options.trim is None:
        return whole
    contents = [_content(picture, whole, options.trim) for picture in chain([first], pictures)]
    found = [content for content in contents if content]
    if not found:
        return whole
    upright = whole.orient.inverse.undo(reduce(Box.around, found), first.stored)
    return plan(first.stored, options, limits, orientation=first.orientation, trimmed=upright)


def _content(picture: Picture, whole: Plan, threshold: int) -> Box | None:
    area = whole.stored_area
    left, top = area.left, area.top
    content = content_of(picture.image.crop((left, top, left + area.width, top + area.height)), threshold)
    return content and replace(content, left=left + content.left, top=top + content.top)


def draw(picture: Picture, wish: Plan, options: Options, form: Format, *, keeps_depth: bool) -> Frame:
    """Draw the result of a plan; the picture stays as it is."""
    area, (across, down) = wish.stored_area, picture.shrink
    box = (area.left / across, area.top / down, (area.left + area.width) / across, (area.top + area.height) / down)
    return run(Frame(picture.image, wish, options, form, box, picture.profile, keeps_depth, picture.operations))
