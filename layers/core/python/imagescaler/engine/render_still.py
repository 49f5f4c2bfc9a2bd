"""Pictures that stand still."""

from imagescaler.domain.limits import Limits
from imagescaler.engine.decode.picture import Picture
from imagescaler.engine.encode.encode import Extras, encode
from imagescaler.engine.encode.rendered import Drawn
from imagescaler.engine.output_spec import Wish
from imagescaler.engine.steps.render import draw, plan_of


def draw_still(picture: Picture, wish: Wish, *, limits: Limits) -> Drawn:
    """Draw and encode a result of a decoded picture, which stays as it is; raises ImageProblem."""
    plan = plan_of(picture, wish.options, limits)
    frame = draw(picture, plan, wish.options, wish.format, keeps_depth=wish.keeps_depth)
    extras = Extras(frame.profile, picture.metadata.chosen(wish.options, picture.orientation, plan.size))
    encoded = encode(frame.image, wish.format, wish.options, extras)
    return Drawn(encoded.data, plan.size, (*frame.operations, *encoded.operations))
