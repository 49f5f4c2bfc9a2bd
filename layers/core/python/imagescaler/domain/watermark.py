"""Watermarks: uploads of the owner of a task, or images of the operator."""

from collections.abc import Iterable
from uuid import UUID

from imagescaler.domain.options import Options


def upload_of(watermark: str) -> UUID | None:
    """Return the id of the upload that a watermark is, None for an image of the operator.

    >>> upload_of("00000000-0000-0000-0000-000000000001"), upload_of("logo")
    (UUID('00000000-0000-0000-0000-000000000001'), None)
    """
    try:
        return UUID(watermark)
    except ValueError:
        return None


def watermarks_of(options: Iterable[Options]) -> tuple[str, ...]:
    """List the watermarks of several results, each once."""
    return tuple(dict.fromkeys(each.watermark for each in options if each.watermark))


def watermark_keys(source_key: str, options: Iterable[Options]) -> dict[str, str]:
    """Return the store keys of a task's own copies of its uploaded watermarks, beside its source.

    >>> watermark_keys("sources/1", [Options(watermark="00000000-0000-0000-0000-000000000001")])
    {'00000000-0000-0000-0000-000000000001': 'sources/1/00000000-0000-0000-0000-000000000001'}
    """
    uploads = {each: upload_of(each) for each in watermarks_of(options)}
    return {watermark: f"{source_key}/{upload}" for watermark, upload in uploads.items() if upload}
