"""State machine versions and aliases in CloudFormation."""

import json
import uuid
from typing import Any

from tests.parity.definitions import passing
from tests.parity.emulators import ROLE, Emulator
from tests.parity.fix_coverage import covers_fix

Template = dict[str, Any]


def template(text: str, version_id: str, alias: dict[str, Any] | None = None) -> Template:
    """A machine that says ``text``, a retained version of it, and the alias ``live``."""
    definition = {"StartAt": "Say", "States": {"Say": passing(text)}}
    preference = {"StateMachineVersionArn": {"Ref": version_id}, "Type": "ALL_AT_ONCE"}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "DefinitionString": json.dumps(definition)},
    }
    revision = {"Fn::GetAtt": ["Machine", "StateMachineRevisionId"]}
    version = {
        "Type": "AWS::StepFunctions::StateMachineVersion",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"StateMachineArn": {"Ref": "Machine"}, "StateMachineRevisionId": revision},
    }
    live = {
        "Type": "AWS::StepFunctions::StateMachineAlias",
        "Properties": {"Name": "live", **(alias or {"DeploymentPreference": preference})},
    }
    outputs = {"Alias": {"Value": {"Ref": "Live"}}, "Version": {"Value": {"Ref": version_id}}}
    resources = {"Machine": machine, version_id: version, "Live": live}
    return {"Resources": resources, "Outputs": outputs}


def deploy(aws: Emulator, stack: str, body: Template, *, update: bool = False) -> dict[str, str]:
    """Create or update a stack and return its outputs."""
    cfn = aws.client("cloudformation")
    action = cfn.update_stack if update else cfn.create_stack
    action(StackName=stack, TemplateBody=json.dumps(body))
    wanted = "UPDATE_COMPLETE" if update else "CREATE_COMPLETE"

    def find() -> dict[str, Any] | None:
        found: dict[str, Any] = cfn.describe_stacks(StackName=stack)["Stacks"][0]
        assert "ROLLBACK" not in found["StackStatus"], found.get("StackStatusReason")
        return found if found["StackStatus"] == wanted else None

    outputs = aws.eventually(find)["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


@covers_fix("cfn-versions")
def test_a_stack_publishes_versions_and_moves_the_alias(aws: Emulator) -> None:
    stack = f"s-{uuid.uuid4().hex[:8]}"
    first = deploy(aws, stack, template("one", "VersionA"))
    assert first["Version"].endswith(":1")
    second = deploy(aws, stack, template("two", "VersionB"), update=True)
    assert second["Version"].endswith(":2")
    assert second["Alias"] == first["Alias"]
    assert json.loads(aws.run(second["Alias"])["output"]) == "two"
    assert json.loads(aws.run(first["Version"])["output"]) == "one"


def test_an_alias_can_route_by_weight(aws: Emulator) -> None:
    route = {"StateMachineVersionArn": {"Ref": "Version"}, "Weight": 100}
    body = template("one", "Version", {"RoutingConfiguration": [route]})
    outputs = deploy(aws, f"s-{uuid.uuid4().hex[:8]}", body)
    assert json.loads(aws.run(outputs["Alias"])["output"]) == "one"


def test_a_linear_shift_is_made_at_once(aws: Emulator) -> None:
    preference = {
        "StateMachineVersionArn": {"Ref": "Version"},
        "Type": "LINEAR",
        "Percentage": 20,
        "Interval": 5,
    }
    body = template("one", "Version", {"DeploymentPreference": preference})
    outputs = deploy(aws, f"s-{uuid.uuid4().hex[:8]}", body)
    assert json.loads(aws.run(outputs["Alias"])["output"]) == "one"


def test_deleting_the_stack_takes_the_alias_and_keeps_the_version(aws: Emulator) -> None:
    stack, cfn = f"s-{uuid.uuid4().hex[:8]}", aws.client("cloudformation")
    outputs = deploy(aws, stack, template("one", "Version"))
    cfn.delete_stack(StackName=stack)
    sfn = aws.client("stepfunctions")

    def gone() -> bool:
        try:
            sfn.describe_state_machine_alias(stateMachineAliasArn=outputs["Alias"])
        except sfn.exceptions.ResourceNotFound:
            return True
        return False

    assert aws.eventually(gone)
    kept = sfn.describe_state_machine(stateMachineArn=outputs["Version"])
    assert kept["stateMachineArn"] == outputs["Version"]
