"""The API at a domain of its own, with and without a firewall, in the transformed template: moto makes neither."""

import json
from typing import Any

from local.emulation.sam_template.cloudformation import resolve
from tests.deployed import transformed

TEMPLATE = transformed()
DOMAIN = {"DOMAIN_NAME": "images.example", "CERTIFICATE_ARN": "arn:aws:acm:us-east-1:1:certificate/1"}
FIREWALL = {"CLIENT_REQUESTS_PER_MINUTE": "100"}


def endpoint_is_off(template: dict[str, Any]) -> bool:
    [server] = template["Resources"]["Api"]["Properties"]["Body"]["servers"]
    return bool(server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"])


def test_an_api_without_a_domain_has_the_address_of_aws() -> None:
    plain = resolve(TEMPLATE, {})
    assert not endpoint_is_off(plain)
    used = json.dumps(TEMPLATE["Outputs"]["ApiUrl"])
    assert "${Api}.execute-api" in used
    assert "${Distribution.DomainName}" in used


def test_an_api_with_a_domain_answers_there_alone() -> None:
    template = resolve(TEMPLATE, DOMAIN)
    assert endpoint_is_off(template)
    assert template["Outputs"]["ApiUrl"]["Value"] == "https://images.example"
    domain, mapping = (template["Resources"][name] for name in ("ApiDomain", "ApiDomainMapping"))
    assert (domain["Condition"], mapping["Condition"]) == ("HasDomain", "HasDomain")
    assert domain["Properties"]["DomainName"] == "images.example"
    [configuration] = domain["Properties"]["DomainNameConfigurations"]
    assert (configuration["CertificateArn"], configuration["SecurityPolicy"]) == (DOMAIN["CERTIFICATE_ARN"], "TLS_1_2")
    [stage] = [name for name, made in TEMPLATE["Resources"].items() if made["Type"] == "AWS::ApiGatewayV2::Stage"]
    mapped = TEMPLATE["Resources"]["ApiDomainMapping"]["Properties"]
    assert mapped == {"ApiId": {"Ref": "Api"}, "DomainName": {"Ref": "ApiDomain"}, "Stage": {"Ref": stage}}
    assert template["Outputs"]["DomainTarget"]["Value"] == "ApiDomain"


def test_behind_a_firewall_the_distribution_has_the_domain_and_passes_it_on() -> None:
    """API Gateway finds the API of a domain by Host, and its own address is off."""
    template = resolve(TEMPLATE, DOMAIN | FIREWALL)
    made = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    assert made["Aliases"] == ["images.example"]
    assert made["ViewerCertificate"]["AcmCertificateArn"] == DOMAIN["CERTIFICATE_ARN"]
    [origin] = made["Origins"]
    assert origin["DomainName"] == "ApiDomain"
    all_viewer, without_host = "216adef6-5c7f-47e4-b989-5492eafa07d3", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert made["DefaultCacheBehavior"]["OriginRequestPolicyId"] == all_viewer
    assert template["Outputs"]["DomainTarget"]["Value"] == "Distribution"
    bare = resolve(TEMPLATE, FIREWALL)["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    assert bare["DefaultCacheBehavior"]["OriginRequestPolicyId"] == without_host


def test_a_domain_needs_a_certificate() -> None:
    [rule] = TEMPLATE["Rules"].values()
    assert rule["RuleCondition"] == TEMPLATE["Conditions"]["HasDomain"]
    [assertion] = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}
