import json

from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Resource, Template, text
from tests.support.definition import DEFINITION, load, placeholder, tasks


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


def test_a_version_of_the_machine_is_published_and_retained(template: Template) -> None:
    version = template.only("StepFunctions::StateMachineVersion")

    (machine_id,) = template.of_type("StepFunctions::StateMachine")
    assert version["Properties"] == {
        "StateMachineArn": {"Ref": machine_id},
        "StateMachineRevisionId": {"Fn::GetAtt": [machine_id, "StateMachineRevisionId"]},
    }
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


def test_staging_releases_to_a_tenth_first_and_rolls_back_on_alarms(staging: Template) -> None:
    preference = staging.only("StepFunctions::StateMachineAlias")["Properties"][
        "DeploymentPreference"
    ]

    assert (preference["Type"], preference["Percentage"], preference["Interval"]) == (
        "CANARY",
        10,
        10,
    )
    watched = {alarm["Ref"][:-8] for alarm in preference["Alarms"]}
    assert watched == {
        "OperationsCompensationStuck",
        "OperationsExecutionsTimedOut",
        "OperationsOrdersFailing",
    }


def test_an_unchanged_workflow_publishes_no_new_version(dev: Template, emulator: Template) -> None:
    kind = "StepFunctions::StateMachineVersion"

    assert set(dev.of_type(kind)) == set(emulator.of_type(kind))


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


def test_the_starters_know_the_alias_and_not_the_machine(template: Template) -> None:
    (alias,) = template.of_type("StepFunctions::StateMachineAlias")
    (machine_id,) = template.of_type("StepFunctions::StateMachine")
    for name in ("api", "janitor-sweep", "janitor-execution-stopped"):
        variables = template.functions()[name]["Environment"]["Variables"]
        assert variables["STATE_MACHINE_ALIAS_ARN"] == {"Fn::GetAtt": [alias, "Arn"]}
        assert machine_id not in json.dumps(variables)
