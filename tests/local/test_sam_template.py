"""The template as `sam local` gets it."""

from pathlib import Path

import pytest

from local.authorizers import followed
from local.cloudformation import TemplateError
from local.sam_template import TEMPLATE, for_sam_local
from local.template import load


def test_it_has_the_same_routes_and_asks_for_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(for_sam_local(TEMPLATE.read_text()))
    own, made = load(TEMPLATE, {}), load(path, {})
    assert made.routes == followed(own.routes, {})
    assert made.functions == own.functions
    assert "Authorizer: NONE" not in path.read_text()  # which SAM refuses where there is no default


def test_it_takes_files(tmp_path: Path) -> None:
    assert '"x-amazon-apigateway-binary-media-types": ["multipart/form-data"]' in for_sam_local(TEMPLATE.read_text())


def test_a_template_without_an_api_is_refused() -> None:
    with pytest.raises(TemplateError, match="one AWS::Serverless::HttpApi"):
        for_sam_local("Resources: {}")
