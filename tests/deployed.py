"""The stack that template.yaml makes: transformed as SAM does it, deployed into a cloud that moto imitates."""

import ast
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import moto
from moto.awslambda.models import LambdaFunction
from moto.cloudformation.models import cloudformation_backends
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tests.cloud import CREDENTIALS, REGION

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
ACCOUNT = "123456789012"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/imagescaler"
PARAMETERS = {
    "PostgresDsn": "postgresql://database.example:5432/imagescaler?sslmode=verify-full",
    "PostgresSecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:postgres-AbCdEf",
}
MANAGED = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaSQSQueueExecutionRole")


def transformed(content: str = "") -> dict[str, Any]:
    """Return the CloudFormation template, with code and images where `sam package` puts them.

    An image's tag ends with its content, as `sam package` does.
    """
    template = yaml_parse(TEMPLATE.read_text())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "ContentUri" in properties:
            properties["ContentUri"] = "s3://artifacts/layer.zip"
        if "ImageUri" in properties:
            properties["ImageUri"] = f"{REPOSITORY}:{properties['ImageUri'].removesuffix(':latest')}{content}"
    policies = {name: f"arn:aws:iam::aws:policy/service-role/{name}" for name in MANAGED}
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}):
        result: dict[str, Any] = Translator(policies, Parser()).translate(template, dict(PARAMETERS))
    return result


class Stack:
    """A deployed stack."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self._cloudformation = boto3.client("cloudformation", REGION)
        self.requests: list[dict[str, Any]] = []  # to custom resources
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        as_text = partial(json.dumps, default=str)  # moto has an object where a reference to a version has an ARN
        with (
            mock.patch.object(LambdaFunction, "invoke", self._invoke),
            mock.patch("moto.cloudformation.custom_model.json.dumps", as_text),
            mock.patch("moto.settings.moto_server_host", return_value="http://127.0.0.1"),  # it would look for Docker
        ):
            self._cloudformation.create_stack(
                StackName="imagescaler", TemplateBody=json.dumps(transformed()), Parameters=given
            )
        found = self._cloudformation.describe_stack_resources(StackName="imagescaler")["StackResources"]
        made = [each for each in found if "PhysicalResourceId" in each]
        self.resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}

    def _invoke(self, body: str, *_: Any) -> None:
        """Answer CloudFormation as a function does that succeeds; moto would run the image."""
        request = json.loads(body)
        self.requests.append(request)
        stack = cloudformation_backends[ACCOUNT][REGION].get_stack(request["StackId"])
        stack.get_custom_resource(request["LogicalResourceId"]).set_data({})

    @property
    def status(self) -> str:
        return str(self._cloudformation.describe_stacks(StackName="imagescaler")["Stacks"][0]["StackStatus"])

    def configuration(self, function: str) -> Any:
        """Return Lambda's configuration of a function, by the name of its folder."""
        logical_id = "".join(word.capitalize() for word in function.split("_")) + "Function"
        return self.client("lambda").get_function_configuration(FunctionName=self.resources[logical_id])

    def trigger(self, logical_id: str) -> Any:
        """Return the event source of a function."""
        name = self.resources[logical_id]
        [made] = self.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        return made

    def statements(self, function: str) -> Iterator[Any]:
        """Go through what the policies of a function's role say."""
        iam, role = self.client("iam"), self.configuration(function)["Role"].rpartition("/")[2]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            statements = ast.literal_eval(str(document))["Statement"]  # moto gives a dictionary's text in place of JSON
            yield from filter(None, statements)  # it leaves AWS::NoValue in a list, which CloudFormation removes

    def name_of(self, arn: str) -> str:
        """Return the logical id behind an ARN; of objects, where in the bucket they are; secrets are in no stack."""
        if ":secretsmanager:" in arn:
            return arn
        physical, _, path = arn.rpartition(":")[2].partition("/")
        names = {value.rpartition("/")[2]: name for name, value in self.resources.items()}
        return path or names[physical]

    def client(self, service: str) -> Any:
        return boto3.client(service, REGION)


@contextmanager
def account() -> Iterator[None]:
    """Imitate an AWS account of its own, with the artifacts of `sam package` in a bucket."""
    with mock.patch.dict(os.environ, CREDENTIALS), moto.mock_aws():
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        layer = io.BytesIO()
        with zipfile.ZipFile(layer, "w") as archive:
            archive.writestr("python/imagescaler/__init__.py", "")
        s3.put_object(Bucket="artifacts", Key="layer.zip", Body=layer.getvalue())
        yield


@contextmanager
def deployed(**parameters: str) -> Iterator[Stack]:
    """Deploy the template into an account of its own."""
    with account():
        yield Stack({**PARAMETERS, **parameters})
