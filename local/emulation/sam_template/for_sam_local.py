"""Makes the template for `sam local` out of template.yaml, and prints it: `make template.local.yaml`.

API Gateway passes a binary body to a function in base64. SAM's emulation does so only for media types that are declared
binary, and reads the declaration only of a REST API or from the OpenAPI definition of an HTTP API; otherwise it fails
on a file (aws-sam-cli, issue 3110). So an OpenAPI definition is added, which contains nothing else.
"""

import json
import re
from pathlib import Path

import click

from imagescaler.domain.formats import Format
from local.emulation.sam_template.cloudformation import TemplateError

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
# `sam local` runs on the developer's own machine and requires no keys, as `make run`.
KEYS = re.compile(r"^ +DefaultAuthorizer: .*\n|, Auth: \{ Authorizer: NONE \}", re.MULTILINE)
API = re.compile(r"^( +)Type: AWS::Serverless::HttpApi\n\1Properties:\n", re.MULTILINE)
IMAGE_TYPES = ("application/octet-stream", *(each.media_type for each in Format))
STORE = re.compile(r"^( +)STORE_URL: .*\n", re.MULTILINE)
SIGNING = ("URL_SIGNING_KEY", "STORAGE_ADDRESS")  # SAM passes only variables that the template declares
DEFINITION = {
    "openapi": "3.0.1",
    "info": {"title": "imagescaler", "version": "1"},
    "paths": {},
    "x-amazon-apigateway-binary-media-types": ["multipart/form-data", *IMAGE_TYPES],
}


def for_sam_local(text: str) -> str:
    """Change a template for `sam local`: add binary media types and the signing key, remove the authorizers.

    Raises TemplateError.
    """
    if len(API.findall(text)) != 1:
        raise TemplateError("The template must have one AWS::Serverless::HttpApi with Properties.")
    text = KEYS.sub("", text)
    text = STORE.sub(lambda found: found[0] + "".join(f'{found[1]}{name}: ""\n' for name in SIGNING), text)
    return API.sub(lambda found: f"{found[0]}{found[1]}  DefinitionBody: {json.dumps(DEFINITION)}\n", text)


if __name__ == "__main__":
    click.echo(for_sam_local(TEMPLATE.read_text()), nl=False)
