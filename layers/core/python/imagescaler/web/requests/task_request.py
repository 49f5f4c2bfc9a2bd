"""A request for a task: an image, and how to scale it to one result or several."""

import json
import re
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Request
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from imagescaler.domain import errors
from imagescaler.domain.http_url import MAX_URL_LENGTH
from imagescaler.domain.object_url import SCHEME, BucketRules, ObjectUrl
from imagescaler.domain.options import OPTIONS
from imagescaler.domain.task.rendition import Rendition
from imagescaler.runtime import settings
from imagescaler.usecases.image_input import ImageInput, InlineImage, RemoteImage, UploadedImage
from imagescaler.web.requests.body import read_body
from imagescaler.web.requests.outbound_url import check_url
from imagescaler.web.requests.presets import Presets
from imagescaler.web.requests.scaling_request import ScalingRequest

# `format` is the form of OpenAPI 3.0, by which generators of clients recognize a file.
FILE_SCHEMA = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
NAME_RULE = "at most 32 letters, digits, - and _, with a letter or digit first"
MAX_NAME = 32  # characters
MAX_LISTED = 100  # the bound of validation; the deployment's limit is MAX_RENDITIONS
PROBLEMS: tuple[type[errors.Problem], ...] = (
    errors.MalformedRequest,
    errors.UploadNotFound,
    errors.SourceTooLarge,
    errors.TooManyRenditions,
    errors.UnsupportedImageFormat,
    errors.CorruptImage,
    errors.ImageTooLarge,
    errors.TooManyFrames,
    errors.CropOutside,
    errors.FormatDisabled,
    errors.NeverLossless,
    errors.TargetTooLarge,
    errors.ResultTtlTooLong,
    errors.TargetForbidden,
    errors.UnusableWatermark,
    errors.WatermarkNotFound,
)
"""The problems of an image and its options that are found before decoding."""


def _name(name: str) -> str:
    if not re.fullmatch(NAME, name):
        message = f"send {NAME_RULE}"
        raise ValueError(message)
    return name


class RenditionRequest(ScalingRequest):
    """One of several results: its name and its own options; null undoes an option from beside the list."""

    name: Annotated[
        Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": NAME})],
        Field(
            description="at most 32 letters, digits, - and _; unique in the list",
            examples=["small"],
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("send a JSON list of objects, each with a name and options")  # noqa: TRY004 - see NotBoolean
        return {name: value for name, value in given.items() if value is not None or name not in cls.model_fields}


def _file(value: Any) -> Any:
    if not isinstance(value, bytes):
        message = "send the image as a file of a multipart form, with curl by an @ before its name: -F file=@photo.jpg"
        raise ValueError(message)  # noqa: TRY004 - see NotBoolean
    return value


def _permitted(url: str) -> str:
    if not url.startswith(SCHEME):
        return check_url(url)
    try:
        settings.from_env(BucketRules).check_source(ObjectUrl.parse(url))
    except errors.UrlForbidden as error:
        raise ValueError(str(error).removesuffix(".")) from None
    return url


def _known(preset: str) -> str:
    presets: Presets = settings.from_env(Presets)
    return presets.check(preset)


def _unique_names(renditions: list[RenditionRequest]) -> list[RenditionRequest]:
    names = [each.name for each in renditions]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the name {name} occurs {names.count(name)} times; each must be unique")
    return renditions


class RenditionsRequest(ScalingRequest):
    """How to scale an image to one result, or to several."""

    renditions: Annotated[
        Annotated[list[RenditionRequest], Field(min_length=1, max_length=MAX_LISTED), AfterValidator(_unique_names)]
        | None,
        Field(
            description="several results of one image, each with a name; options beside the list are their defaults",
            examples=[
                [{"name": "small", "width": 400}, {"name": "large", "width": 1600, "format": "webp"}],
            ],
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _share_options(cls, given: Any) -> Any:
        """Add the options beside the list to each rendition that does not set them itself."""
        if not isinstance(given, dict) or given.get("renditions") is None:
            return given
        shared = {each.name: given[each.name] for each in OPTIONS if each.name in given}
        listed = [{**shared, **each} if isinstance(each, dict) else each for each in _listed(given["renditions"])]
        return {**given, "renditions": listed}

    @model_validator(mode="after")
    def _has_unique_targets(self) -> Self:
        named = [each.options.target_url for each in self.renditions or ()]
        named = [url for url in named if url and not url.endswith("/")]
        if len(set(named)) < len(named):
            raise ValueError("several renditions have one target_url; end it with a slash, or give each its own")
        return self

    def check_options(self) -> None:
        """Leave contradictions to the renditions: the options beside the list are only their defaults."""
        if not self.renditions:
            super().check_options()

    def only_rendition(self) -> str | None:
        """Return the name of the only rendition, None without renditions; raises NotOnePicture for several."""
        names = [each.name for each in self.renditions or ()]
        if len(names) > 1:
            raise errors.NotOnePicture.of(names)
        return names[0] if names else None

    def named_options(self) -> tuple[Rendition, ...]:
        """Return the renditions, for the domain."""
        return tuple(Rendition(each.name, each.options) for each in self.renditions or ())


class ImageRequest(RenditionsRequest):
    """An image in the request or uploaded before, and how to scale it."""

    file: Annotated[bytes, BeforeValidator(_file), WithJsonSchema(FILE_SCHEMA)] | None = None
    upload_id: UUID | None = None
    preset: Annotated[
        Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_known)] | None,
        Field(
            description="name of options of the operator, see GET /api/v1/presets; options beside it replace its own",
            examples=["card"],
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _expand_preset(cls, given: Any) -> Any:
        return settings.from_env(Presets).expand(given) if isinstance(given, dict) else given

    def sent_image(self, owner: str) -> ImageInput:
        """Return the image of the request, or the upload of `owner` that it names."""
        return UploadedImage(self.upload_id, owner) if self.upload_id else InlineImage(self.file or b"")


class TaskRequest(ImageRequest):
    """An image, also one at a URL, and how to scale it."""

    model_config = ConfigDict(defer_build=False)

    source_url: Annotated[
        Annotated[str, Field(max_length=MAX_URL_LENGTH), AfterValidator(_permitted)] | None,
        Field(
            description="URL of the image (https, http or s3), which is fetched after the task was accepted",
            examples=["https://example.org/photo.jpg"],
        ),
    ] = None
    webhook_url: Annotated[
        Annotated[str, Field(max_length=MAX_URL_LENGTH), AfterValidator(check_url)] | None,
        Field(
            description="URL (https or http) to which the end of the task is reported, by a signed POST",
            examples=["https://hooks.example.org/images"],
        ),
    ] = None

    @model_validator(mode="after")
    def _has_one_image(self) -> Self:
        if [self.file, self.upload_id, self.source_url].count(None) != 2:  # noqa: PLR2004 - all but one
            raise ValueError("send either the image as file, or the upload_id of an upload, or a source_url")
        return self

    def image(self, owner: str) -> ImageInput | RemoteImage:
        """Return the image of the request, the upload of `owner` that it names, or the URL."""
        return RemoteImage(self.source_url) if self.source_url else self.sent_image(owner)


def _listed(given: Any) -> list[Any]:
    """Return the list, which in a form is JSON; what cannot be read is left to be refused."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return [given]
    return given if isinstance(given, list) else [given]


async def _read(request: Request) -> TaskRequest:
    return await read_body(request, TaskRequest)


TaskBody = Annotated[TaskRequest, Depends(_read)]
