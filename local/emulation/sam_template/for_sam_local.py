"""Makes the template for `sam local` out of template.yaml, and prints it: `make template.local.yaml`.

API Gateway hands a body that is no text to a function in base64. SAM's imitation does so only for the media types that
are said to be binary, and takes that from a REST API alone, or from the OpenAPI definition of an HTTP API: it fails
with a file otherwise (aws-sam-cli, issue 3110). So the definition is added, with nothing else in it.
"""

import json
import re
from pathlib import Path

import click

from local.emulation.sam_template.cloudformation import TemplateError

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
# `sam local` is for one's own machine, and asks for no keys, as `make run` does not.
KEYS = re.compile(r"^ +DefaultAuthorizer: .*\n|, Auth: \{ Authorizer: NONE \}", re.MULTILINE)
API = re.compile(r"^( +)Type: AWS::Serverless::HttpApi\n\1Properties:\n", re.MULTILINE)
STORE = re.compile(r"^( +)STORE_URL: .*\n", re.MULTILINE)
SIGNING = ("URL_SIGNING_KEY", "STORAGE_ADDRESS")  # SAM passes on only variables that the template gives a function
DEFINITION = {
    "openapi": "3.0.1",
    "info": {"title": "imagescaler", "version": "1"},
    "paths": {},
    "x-amazon-apigateway-binary-media-types": ["multipart/form-data"],
}


def for_sam_local(text: str) -> str:
    """Say in the text of a template what the API takes as binary and what signs URLs without S3; take the keys off.

    Raises TemplateError.
    """
    if len(API.findall(text)) != 1:
        raise TemplateError("The template must have one AWS::Serverless::HttpApi with Properties.")
    text = KEYS.sub("", text)
    text = STORE.sub(lambda found: found[0] + "".join(f'{found[1]}{name}: ""\n' for name in SIGNING), text)
    return API.sub(lambda found: f"{found[0]}{found[1]}  DefinitionBody: {json.dumps(DEFINITION)}\n", text)


if __name__ == "__main__":
    click.echo(for_sam_local(TEMPLATE.read_text()), nl=False)
