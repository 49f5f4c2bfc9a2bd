"""URLs that clients name, and that the service will request."""

from imagescaler.domain.errors import UrlForbidden
from imagescaler.domain.http_url import HttpUrl
from imagescaler.domain.outbound_rules import OutboundRules
from imagescaler.runtime import settings


def check_url(url: str) -> str:
    """Return a URL that may be requested, as far as can be told without its addresses; raises ValueError."""
    try:
        settings.from_env(OutboundRules).check_url(HttpUrl.parse(url))
    except UrlForbidden as error:
        raise ValueError(str(error).removesuffix(".")) from None
    return url
