import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stacks.settings.deployment_settings import DeploymentSettings
from stacks.workflow.order_state_machine import canary_minutes
from tests.infrastructure.synthesis import Synthesis, synthesised
from tests.infrastructure.template import Resource, Template, text
from tests.support.definition import DEFINITION, ROOT, load, placeholder, tasks


def machine(template: Template) -> Resource:
    properties: Resource = template.only("StepFunctions::StateMachine")["Properties"]
    return properties


def test_the_state_machine_is_standard_traced_and_logs_no_data(
    template: Template,
) -> None:
    properties = machine(template)

    assert properties["StateMachineName"] == template.stack_name
    assert properties["StateMachineType"] == "STANDARD"
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_state_machine_logs_under_the_vended_prefix(template: Template) -> None:
    (destination,) = machine(template)["LoggingConfiguration"]["Destinations"]
    group = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"][0]

    name = template.resources[group]["Properties"]["LogGroupName"]
    assert text(name) == f"/aws/vendedlogs/states/{template.stack_name}-<StackId>"


def test_state_changes_are_logged_in_dev_and_elsewhere_only_errors(
    dev: Template, staging: Template, full: Template
) -> None:
    levels = [machine(one)["LoggingConfiguration"]["Level"] for one in (dev, staging, full)]

    assert levels == ["ALL", "ERROR", "OFF"]


def test_the_committed_definition_is_deployed_as_it_is(dev: Template) -> None:
    key = machine(dev)["DefinitionS3Location"]["Key"]

    assert (dev.directory / f"asset.{key}").read_bytes() == DEFINITION.read_bytes()


def test_every_placeholder_is_a_published_version_that_is_retained(template: Template) -> None:
    substitutions = machine(template)["DefinitionSubstitutions"]
    assert set(substitutions) == {placeholder(task) for task in tasks(load()).values()}

    for state, reference in substitutions.items():
        version = template.resources[reference["Ref"]]
        assert version["Type"] == "AWS::Lambda::Version"
        assert version["Properties"]["FunctionName"]["Ref"].startswith(f"Activities{state}")
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_dev_releases_at_once(dev: Template) -> None:
    alias = dev.only("StepFunctions::StateMachineAlias")["Properties"]

    (version,) = dev.of_type("StepFunctions::StateMachineVersion")
    assert alias == {
        "Name": "live",
        "DeploymentPreference": {
            "Type": "ALL_AT_ONCE",
            "StateMachineVersionArn": {"Fn::GetAtt": [version, "Arn"]},
        },
    }


def preference(template: Template) -> Mapping[str, Any]:
    properties = template.only("StepFunctions::StateMachineAlias")["Properties"]
    found: Mapping[str, Any] = properties["DeploymentPreference"]
    return found


def test_staging_releases_to_a_tenth_first_and_rolls_back_on_alarms(staging: Template) -> None:
    canary = preference(staging)

    assert (canary["Type"], canary["Percentage"]) == ("CANARY", 10)
    assert {alarm["Ref"][:-8].removeprefix("Operations") for alarm in canary["Alarms"]} == {
        "ActivityCrashes1",
        "ActivityCrashes2",
        "ActivityCrashes3",
        "ActivityDefect",
        "CanaryOrdersFailing",
        "ExecutionsTimedOut",
        "OrdersFailing",
    }


@pytest.mark.parametrize(
    ("approval_seconds", "minutes"), [(900, 20), (901, 21), (120_000, 2005), (518_400, 2100)]
)
def test_a_canary_outlives_the_approval_of_its_orders(approval_seconds: int, minutes: int) -> None:
    """Up to the longest interval that Step Functions takes."""
    settings = DeploymentSettings(approval_timeout_seconds=approval_seconds)

    assert canary_minutes(settings) == minutes


def test_a_fix_can_be_released_at_once_while_an_alarm_is_on(full: Template) -> None:
    assert set(preference(full)) == {"Type", "StateMachineVersionArn"}
    assert preference(full)["Type"] == "ALL_AT_ONCE"


def test_readers_of_records_are_updated_before_the_first_canary_order(template: Template) -> None:
    """They write the alias by name: a reference would update them after the whole canary."""
    alias_id, alias = next(iter(template.of_type("StepFunctions::StateMachineAlias").items()))
    readers = [
        logical_id
        for logical_id, function in template.of_type("Lambda::Function").items()
        if not logical_id.startswith("Activities")
    ]

    assert len(readers) == 9
    assert set(readers) <= set(alias["DependsOn"])
    for resource in template.resources.values():
        assert alias_id not in json.dumps(resource.get("Properties", {}))


def test_the_same_sources_give_the_same_template_so_that_nothing_is_published_again(
    dev: Template, tmp_path: Path
) -> None:
    assert synthesised(tmp_path, ROOT).body == dev.body


def test_a_changed_setting_publishes_new_versions_of_what_reads_it(
    dev: Template, synthesise: Synthesis
) -> None:
    changed = synthesise(heartbeat_seconds="60")

    new = set(changed.resources) - set(dev.resources)
    kinds = sorted(changed.resources[one]["Type"].removeprefix("AWS::") for one in new)
    assert kinds == ["Lambda::Version"] * 3 + ["StepFunctions::StateMachineVersion"]
    assert {one.split("Function")[0] for one in new if one.startswith("Activities")} == {
        "ActivitiesReserveStock",
        "ActivitiesApplySignals",
        "ActivitiesRequestApproval",
    }


def test_orders_are_started_by_the_alias(template: Template) -> None:
    alias = template.only("StepFunctions::StateMachineAlias")["Properties"]
    for name in ("api", "janitor-sweep", "janitor-execution-stopped"):
        variables = template.functions()[name]["Environment"]["Variables"]
        arn = text(variables["STATE_MACHINE_ALIAS_ARN"])
        assert arn.endswith(f":stateMachine:{template.stack_name}:{alias['Name']}")
