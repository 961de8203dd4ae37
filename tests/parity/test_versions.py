"""Versions and aliases of a state machine: the definition of an execution, and its listing."""

import json

from tests.parity.definitions import passing
from tests.parity.emulators import ROLE, Emulator
from tests.parity.fix_coverage import covers_fix


def published(aws: Emulator) -> tuple[str, str, str]:
    """A machine, its version 1 and its alias: version 1 returns "first", the machine "second"."""
    sfn = aws.client("stepfunctions")
    machine = aws.machine({"Say": passing("first")})
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    second = {"StartAt": "Say", "States": {"Say": passing("second")}}
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(second))
    return machine, version, alias["stateMachineAliasArn"]


@covers_fix("version-starts")
def test_a_start_by_alias_runs_the_versions_definition(aws: Emulator) -> None:
    machine, version, alias = published(aws)
    ended = aws.run(alias)
    assert json.loads(ended["output"]) == "first"
    assert ended["stateMachineVersionArn"] == version
    assert ended["stateMachineAliasArn"] == alias
    assert json.loads(aws.run(machine)["output"]) == "second"


@covers_fix("version-starts")
def test_a_start_by_version_runs_that_version(aws: Emulator) -> None:
    _, version, _ = published(aws)
    ended = aws.run(version)
    assert json.loads(ended["output"]) == "first"
    assert ended["stateMachineVersionArn"] == version
    assert "stateMachineAliasArn" not in ended


def test_executions_can_be_listed_by_version_and_by_alias(aws: Emulator) -> None:
    machine, version, alias = published(aws)
    sfn = aws.client("stepfunctions")
    by_alias, by_machine = aws.run(alias)["executionArn"], aws.run(machine)["executionArn"]
    for arn in (version, alias):
        found = sfn.list_executions(stateMachineArn=arn)["executions"]
        assert [item["executionArn"] for item in found] == [by_alias]
    found = sfn.list_executions(stateMachineArn=machine)["executions"]
    assert {item["executionArn"] for item in found} == {by_alias, by_machine}


def test_a_running_execution_keeps_the_definition_it_started_with(aws: Emulator) -> None:
    sfn = aws.client("stepfunctions")
    wait = {"Type": "Wait", "Seconds": 1, "Next": "Say"}
    machine = aws.machine({"Wait": wait, "Say": passing("old")})
    execution = aws.start(machine)
    new = {"StartAt": "Say", "States": {"Say": passing("new")}}
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(new), roleArn=ROLE)
    assert json.loads(aws.ended(execution)["output"]) == "old"
    definition = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert "Wait" in json.loads(definition["definition"])["States"]
