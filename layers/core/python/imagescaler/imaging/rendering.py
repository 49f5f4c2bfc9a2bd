"""One result drawn from a decoded picture; any number may be."""

from imagescaler.formats import Format
from imagescaler.imaging.frame import Frame
from imagescaler.imaging.picture import Picture
from imagescaler.imaging.steps import run
from imagescaler.imaging.trim import content_of
from imagescaler.limits import Limits
from imagescaler.options import Box, Options
from imagescaler.plan import Plan, plan


def plan_of(picture: Picture, options: Options, limits: Limits) -> Plan:
    """Plan a result, now that the pixels are known, on which `trim` depends."""
    whole = plan(picture.stored, options, limits, orientation=picture.orientation)
    if options.trim is None:
        return whole
    area = whole.stored_area
    left, top = area.left, area.top
    content = content_of(picture.image.crop((left, top, left + area.width, top + area.height)), options.trim)
    if content is None:
        return whole
    trimmed = Box(left + content.left, top + content.top, content.width, content.height)
    upright = whole.orient.inverse.undo(trimmed, picture.stored)
    return plan(picture.stored, options, limits, orientation=picture.orientation, trimmed=upright)


def draw(picture: Picture, wish: Plan, options: Options, form: Format, *, keeps_depth: bool) -> Frame:
    """Draw the result of a plan; the picture stays as it is."""
    area, (across, down) = wish.stored_area, picture.shrink
    box = (area.left / across, area.top / down, (area.left + area.width) / across, (area.top + area.height) / down)
    return run(Frame(picture.image, wish, options, form, box, picture.profile, keeps_depth, picture.operations))
