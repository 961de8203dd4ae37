"""Bounces and complaints: configuration set, event bus, rules, function."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.infrastructure.template import Template

ADDRESSES = ("Recipients", "destination", "emailAddress", "source", "headers")


def rules(template: Template) -> Mapping[str, Mapping[str, Any]]:
    """The rules for events of SES, by the part of the event that they require."""
    found = [one for one in template.properties("Events::Rule") if _is_of_ses(one)]
    return {
        part: rule
        for rule in found
        for part in ("bounce", "complaint")
        if part in rule["EventPattern"]["detail"]
    }


def _is_of_ses(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("EventPattern", {}).get("source") == ["aws.ses"])


def test_bounces_and_complaints_are_published_on_the_default_bus(template: Template) -> None:
    destination = template.only("SES::ConfigurationSetEventDestination")["Properties"]

    published = destination["EventDestination"]
    assert published["MatchingEventTypes"] == ["bounce", "complaint"]
    assert "event-bus/default" in json.dumps(published["EventBridgeDestination"])


@pytest.mark.parametrize("part", ["bounce", "complaint"])
def test_a_rule_selects_the_e_mails_of_this_stack_and_passes_no_address(
    template: Template, part: str
) -> None:
    rule = rules(template)[part]
    tags = rule["EventPattern"]["detail"]["mail"]["tags"]
    (target,) = rule["Targets"]
    passed = target["InputTransformer"]

    assert tags["ses:configuration-set"] == [{"Ref": next(iter(_sets(template)))}]
    assert tags["order_id"] == tags["mail"] == [{"exists": True}]
    paths = set(passed["InputPathsMap"].values())
    assert {"$.detail.mail.tags.order_id", "$.detail.mail.tags.mail"} <= paths
    assert not any(address in path for address in ADDRESSES for path in paths)
    assert (
        f'"delivery":"{"bounced" if part == "bounce" else "complained"}"'
        in (passed["InputTemplate"])
    )


def _sets(template: Template) -> Any:
    return template.of_type("SES::ConfigurationSet")
