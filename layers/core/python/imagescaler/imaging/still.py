"""Pictures that stand still."""

from imagescaler.imaging.drawn import Drawn
from imagescaler.imaging.encoding import Extras, encode
from imagescaler.imaging.picture import Picture
from imagescaler.imaging.rendering import draw, plan_of
from imagescaler.imaging.wish import Wish
from imagescaler.limits import Limits


def draw_still(picture: Picture, wish: Wish, *, limits: Limits) -> Drawn:
    """Draw and encode a result of a decoded picture, which stays as it is; raises ImageProblem."""
    plan = plan_of(picture, wish.options, limits)
    frame = draw(picture, plan, wish.options, wish.format, keeps_depth=wish.keeps_depth)
    extras = Extras(frame.profile, picture.metadata.chosen(wish.options, picture.orientation, plan.size))
    encoded = encode(frame.image, wish.format, wish.options, extras)
    return Drawn(encoded.data, plan.size, (*frame.operations, *encoded.operations))
