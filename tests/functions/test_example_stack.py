"""deploy/database.yaml, deployed, and template.yaml on top of it: a VPC without a way to the internet, and Postgres."""

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import pytest
from moto.rds.models import DBInstance, DBParameterGroup

from local.emulation.sam_template.cloudformation import read
from tests.cloud import REGION
from tests.deployed import ACCOUNT, Stack, account
from tests.functions.test_deployment import CONNECTIONS, NOT_MADE
from tests.handlers import NAMES

ROOT = Path(__file__).parents[2]
TEMPLATE = read(ROOT / "deploy/database.yaml")
RESOURCES, SERVICE = TEMPLATE["Resources"], read(ROOT / "template.yaml")
SECRET_ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-AbCdEf"


@dataclass(frozen=True)
class Example:
    """The outputs and resources of the database's stack, and the stack of the service."""

    outputs: dict[str, str]
    resources: dict[str, str]
    service: Stack


@pytest.fixture(scope="module")
def example() -> Iterator[Example]:
    attribute = DBInstance.get_cfn_attribute

    def with_secret(database: DBInstance, name: str) -> Any:
        return SECRET_ARN if name == "MasterUserSecret.SecretArn" else attribute(database, name)

    with (
        warnings.catch_warnings(),
        account(),
        # moto knows no secret of RDS, and cannot refer to a group of parameters.
        mock.patch.multiple(DBInstance, get_cfn_attribute=with_secret, has_cfn_attr=lambda *_: True),
        mock.patch.object(DBParameterGroup, "physical_resource_id", property(lambda group: group.name), create=True),
    ):
        warnings.filterwarnings("ignore", NOT_MADE)
        cloudformation = boto3.client("cloudformation", REGION)
        name = "imagescaler-database"
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
        [described] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
        found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        made = [each for each in found if "PhysicalResourceId" in each]
        resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
        yield Example(outputs, resources, Stack(outputs))


def test_the_outputs_are_the_parameters_that_the_service_needs(example: Example) -> None:
    parameters = SERVICE["Parameters"]
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert needed | {"SubnetIds", "SecurityGroupIds"} == example.outputs.keys()
    assert re.fullmatch(parameters["PostgresDsn"]["AllowedPattern"], example.outputs["PostgresDsn"])
    assert ":5432/imagescaler?sslmode=verify-full&" in example.outputs["PostgresDsn"]
    assert example.service.status == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_in_the_private_subnets(example: Example, name: str) -> None:
    inside = example.service.configuration(name)["VpcConfig"]
    assert inside["SubnetIds"] == [example.resources["SubnetA"], example.resources["SubnetB"]]
    assert inside["SecurityGroupIds"] == [example.resources["FunctionSecurityGroup"]]


def test_functions_reach_what_they_need_without_the_internet(example: Example) -> None:
    ec2 = boto3.client("ec2", REGION)
    endpoints = {each["ServiceName"].rpartition(".")[2]: each for each in ec2.describe_vpc_endpoints()["VpcEndpoints"]}
    called = {"s3"} | {
        action.partition(":")[0]
        for name in NAMES
        for statement in example.service.statements(name)
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert endpoints.keys() == called
    assert endpoints["s3"]["VpcEndpointType"] == "Gateway"
    for service in called - {"s3"}:
        assert endpoints[service]["PrivateDnsEnabled"]
        [group] = RESOURCES["EndpointSecurityGroup"]["Properties"]["SecurityGroupIngress"]
        assert (group["FromPort"], group["SourceSecurityGroupId"]) == (443, {"Ref": "FunctionSecurityGroup"})
    assert not [
        name for name, made in RESOURCES.items() if made["Type"] in ("AWS::EC2::Route", "AWS::EC2::InternetGateway")
    ]


def test_the_database_is_reached_by_the_functions_alone(example: Example) -> None:
    groups = boto3.client("ec2", REGION).describe_security_groups(
        GroupIds=[example.resources["DatabaseSecurityGroup"]]
    )["SecurityGroups"]
    [rule] = groups[0]["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (5432, 5432, [])
    [source] = rule["UserIdGroupPairs"]
    assert source["GroupId"] == example.resources["FunctionSecurityGroup"]
    database = RESOURCES["Database"]["Properties"]
    assert (database["PubliclyAccessible"], database["StorageEncrypted"]) == (False, True)
    assert RESOURCES["DatabaseParameters"]["Properties"]["Parameters"]["rds.force_ssl"] == "1"


def test_the_database_outlives_its_stack_and_has_backups() -> None:
    database = RESOURCES["Database"]
    assert (database["DeletionPolicy"], database["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert database["Properties"]["DeletionProtection"] is True
    assert TEMPLATE["Parameters"]["BackupRetentionDays"]["MinValue"] >= 1


def test_the_password_is_made_by_rds_and_in_no_template() -> None:
    database = RESOURCES["Database"]["Properties"]
    assert database["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in database


def test_the_database_accepts_the_connections_of_the_example_of_reservations_twice() -> None:
    """Environments of the release before keep theirs for some minutes."""
    page = (ROOT / "docs/deployment.md").read_text()
    needed = 2 * sum(int(total) for *_, total in CONNECTIONS.findall(page))
    assert f"During a deployment it is twice as many, {needed}:" in page
    parameters = RESOURCES["DatabaseParameters"]["Properties"]["Parameters"]
    assert parameters["max_connections"] == {"Ref": "MaxConnections"}
    reserved = 3 + 2  # superuser_reserved_connections, and rds.rds_superuser_reserved_connections
    assert needed <= TEMPLATE["Parameters"]["MaxConnections"]["Default"] - reserved
    assert 0 < int(parameters["idle_session_timeout"]) <= 15 * 60 * 1000
