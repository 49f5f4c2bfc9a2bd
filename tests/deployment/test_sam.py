"""What `sam` is told agrees with the template."""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.cli.secrets import sam_variables
from local.emulation.lambda_host.function import service_of
from local.emulation.sam_template.cloudformation import TemplateError, read
from local.emulation.sam_template.for_sam_local import DEFINITION, SIGNING, for_sam_local

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "template.yaml").read_text()


def resources(path: Path, kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in read(path)["Resources"].items() if resource["Type"] == kind}


def test_an_image_is_built_from_the_functions_folder() -> None:
    functions = resources(ROOT / "template.yaml", "AWS::Serverless::Function")
    assert functions
    for logical_id, resource in functions.items():
        service = service_of(logical_id)
        assert resource["Metadata"] == {
            "Dockerfile": "Dockerfile",
            "DockerContext": ".",
            "DockerTag": service,
            "DockerBuildArgs": {"FUNCTION": service.replace("-", "_")},
        }


def test_the_template_for_sam_local_has_files_as_binary_and_no_keys_and_is_the_same_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "template.local.yaml"
    path.write_text(for_sam_local(TEXT))
    made, own = read(path)["Resources"], read(ROOT / "template.yaml")["Resources"]
    [api] = resources(path, "AWS::Serverless::HttpApi")
    assert made[api]["Properties"].pop("DefinitionBody") == DEFINITION
    assert own[api]["Properties"]["Auth"].pop("DefaultAuthorizer")
    for logical_id in resources(path, "AWS::Serverless::Function"):
        for event in own[logical_id]["Properties"].get("Events", {}).values():
            event["Properties"].pop("Auth", None)
        variables = made[logical_id]["Properties"].get("Environment", {}).get("Variables", {})
        assert ("URL_SIGNING_KEY" in variables) == ("STORE_URL" in variables)
        for name in SIGNING:
            assert not variables.pop(name, "")
    assert made == own


def test_a_template_without_an_http_api_cannot_be_made_ready() -> None:
    with pytest.raises(TemplateError, match="must have one AWS::Serverless::HttpApi"):
        for_sam_local("Resources: {}")


def test_what_is_deployed_is_what_was_built_from_the_template_with_keys() -> None:
    environments = tomllib.loads((ROOT / "samconfig.toml").read_text())
    commands = environments["default"]
    build, deploy = commands["build"]["parameters"], commands["deploy"]["parameters"]
    assert (build["template_file"], commands["sync"]["parameters"]["template_file"]) == ("template.yaml",) * 2
    assert deploy["template_file"] == f"{build['build_dir']}/template.yaml"
    [api] = resources(ROOT / build["template_file"], "AWS::Serverless::HttpApi").values()
    assert api["Properties"]["Auth"]["DefaultAuthorizer"]

    local = environments["local"]["build"]["parameters"]
    assert (local["template_file"], local["build_dir"]) == ("template.local.yaml", ".aws-sam/local")
    for command in ("local_start_api", "local_start_lambda", "local_invoke"):
        assert commands[command]["parameters"]["template_file"] == f"{local['build_dir']}/template.yaml"
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"\$\(SAM\) (?:build|deploy)(.*)", makefile) == [
        " --config-env local $(FUNCTION)",
        " && $(SAM) deploy)",
    ]


def test_the_database_is_a_stack_of_its_own() -> None:
    environments = tomllib.loads((ROOT / "samconfig.toml").read_text())
    database = environments["database"]["deploy"]["parameters"]
    assert resources(ROOT / database["template_file"], "AWS::RDS::DBInstance")
    assert database["stack_name"] != environments["default"]["global"]["parameters"]["stack_name"]


def test_sam_local_uses_the_network_and_the_addresses_of_compose() -> None:
    commands = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]
    for command in ("local_start_api", "local_start_lambda", "local_invoke"):
        assert commands[command]["parameters"]["docker_network"] == "imagescaler_default"
        assert commands[command]["parameters"]["env_vars"] == "sam-local.json"
    compose = (ROOT / "compose.yaml").read_text()
    assert compose.count("name: imagescaler\n") == 1
    given = sam_variables("postgresql://imagescaler:password@postgres/imagescaler", "k" * 32)["Parameters"]
    for variable in ("POSTGRES_DSN", "REDIS_URL", "QUEUE_URL", "STORE_URL"):
        assert f"\n  {urlsplit(given[variable]).hostname}:\n" in compose, variable
    queues = set(re.findall(r"(\w*QUEUE_URL): !Ref", (ROOT / "template.yaml").read_text()))
    assert len(queues) >= 3
    assert queues <= given.keys()
