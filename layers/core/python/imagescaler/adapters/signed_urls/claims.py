"""The claims of a signed URL of the local gateway, carried by a JSON Web Token (RFC 7519)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

ALGORITHM = "HS256"  # HMAC with SHA-256; PyJWT compares in constant time
MIN_KEY_LENGTH = 32  # characters; RFC 7518, 3.2 requires a key of at least the size of the hash


class InvalidSignature(Exception):
    """A token is invalid or has expired; the message is the reason."""


@dataclass(frozen=True, slots=True)
class SigningSettings:
    """`URL_SIGNING_KEY` is a secret that the functions share with the local gateway.

    `STORAGE_ADDRESS` (`http://host:port`) is the address of that gateway, if the API has another one.
    """

    url_signing_key: str = ""
    storage_address: str = ""

    def __post_init__(self) -> None:
        if len(self.url_signing_key) < MIN_KEY_LENGTH:
            state = "is too short" if self.url_signing_key else "is not set"
            message = (
                f"URL_SIGNING_KEY {state}: set it to a secret of {MIN_KEY_LENGTH} characters or more, "
                "the same for the functions and the gateway"
            )
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class SignedUrlClaims:
    """Permission for one method on one blob until `expires_at`, in seconds since the epoch.

    A PUT must have a body of `size` bytes and the type `media_type`. The response to GET and HEAD has `headers`.
    """

    method: str
    key: str
    expires_at: int
    size: int = 0
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def token(self, signing_key: str) -> str:
        """Return the signed token."""
        import jwt  # noqa: PLC0415 - slow to import, and only needed for large results

        return jwt.encode({**asdict(self), "exp": self.expires_at}, signing_key, ALGORITHM)

    @classmethod
    def read(cls, token: str, signing_key: str) -> Self:
        """Verify a token and return its claims; raises InvalidSignature.

        >>> secret = "a secret of 32 characters or more"
        >>> SignedUrlClaims.read(SignedUrlClaims("GET", "results/1/1", expires_at=1).token(secret), secret)
        Traceback (most recent call last):
        imagescaler.adapters.signed_urls.claims.InvalidSignature: The URL has expired.
        """
        import jwt  # noqa: PLC0415

        try:
            claims = jwt.decode(token, signing_key, [ALGORITHM], options={"require": ["exp"]})
        except jwt.ExpiredSignatureError as error:
            raise InvalidSignature("The URL has expired.") from error
        except jwt.InvalidTokenError as error:
            raise InvalidSignature("The URL is not as it was signed.") from error
        return cls(**{name: claims[name] for name in cls.__dataclass_fields__})
