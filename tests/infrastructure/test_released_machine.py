"""The constructs of a release, with another definition than that of orders."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from stacks.released_machine import Canary, MachineLogs, Release, ReleasedMachine
from tests.infrastructure.template import Template

LOG = MachineLogs(
    level="ERROR", retention=logs.RetentionDays.ONE_DAY, removal_policy=RemovalPolicy.DESTROY
)


def a_definition(folder: Path, *, seconds: int = 30) -> Path:
    task = {"Type": "Task", "Resource": "${Ship}", "TimeoutSeconds": seconds, "End": True}
    path = folder / "shipments.asl.json"
    path.write_text(json.dumps({"StartAt": "Ship", "States": {"Ship": task}}))
    return path


def released(folder: Path, definition: Path, *, by_canary: bool = True) -> Template:
    """A stack with one function, its state machine and a release of it."""
    folder.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(folder))
    stack = Stack(app, "Shipments")
    ship = lambda_.Function(
        stack,
        "Ship",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handle",
        code=lambda_.Code.from_inline("def handle(event, context): return {}"),
    )
    functions = {"Ship": ship.current_version}
    workflow = ReleasedMachine(
        stack, "Workflow", name="shipments", definition=definition, functions=functions, log=LOG
    )
    failures = workflow.machine.metric_failed().create_alarm(
        stack, "Failures", threshold=5, evaluation_periods=1
    )
    canary = Canary(percent=20, minutes=30, alarms=[failures]) if by_canary else None
    Release(stack, "Release", workflow=workflow, alias="live", canary=canary)
    app.synth()
    return Template(folder, "Shipments")


def preference(template: Template) -> Mapping[str, Any]:
    alias = template.only("StepFunctions::StateMachineAlias")["Properties"]
    assert alias["Name"] == "live"
    found: Mapping[str, Any] = alias["DeploymentPreference"]
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("shipments")
    return released(folder / "first", a_definition(folder))


def test_a_release_is_a_retained_version_behind_the_alias(template: Template) -> None:
    (version_id,) = template.of_type("StepFunctions::StateMachineVersion")
    version, canary = template.resources[version_id], preference(template)

    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert (canary["Type"], canary["Percentage"], canary["Interval"]) == ("CANARY", 20, 30)
    (alarm,) = canary["Alarms"]
    assert alarm["Ref"] in template.of_type("CloudWatch::Alarm")
    assert canary["StateMachineVersionArn"] == {"Fn::GetAtt": [version_id, "Arn"]}


def test_a_changed_definition_publishes_another_version(template: Template, tmp_path: Path) -> None:
    changed = a_definition(tmp_path, seconds=60)

    kind = "StepFunctions::StateMachineVersion"
    new = released(tmp_path / "second", changed, by_canary=False)
    assert set(new.of_type(kind)).isdisjoint(template.of_type(kind))
    assert preference(new)["Type"] == "ALL_AT_ONCE"
