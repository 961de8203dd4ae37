"""AWS::StepFunctions::StateMachineVersion."""

from local.emulator.cloudformation.calls import Created, Properties, call, engine, provisioners


def create(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    """Publish a version, once for each revision.

    AWS, API Reference, PublishStateMachineVersion: publishing the same revision again answers the
    version that is there. A StateMachineRevisionId that is not the current one is refused.
    """
    machine_arn = properties["StateMachineArn"]
    machine = engine._state_machines.get(machine_arn) or {}
    wanted = properties.get("StateMachineRevisionId") or machine.get("revisionId")
    for arn, version in engine._state_machine_versions.items():
        if (version["stateMachineArn"], version["stateMachineRevisionId"]) == (machine_arn, wanted):
            return arn, {"Arn": arn}
    request = {"stateMachineArn": machine_arn, "description": properties.get("Description", "")}
    if "StateMachineRevisionId" in properties:
        request["revisionId"] = properties["StateMachineRevisionId"]
    arn = call(engine._publish_state_machine_version, request)["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Every change is a replacement (AWS: "Update requires: Replacement" on each property)."""
    created = create("", new, stack_name)
    if created[0] != physical_id:
        provisioners._delete_predecessor(delete, physical_id, old)
    return created


def delete(physical_id: str, _properties: Properties) -> None:
    """Delete the version; refused while an alias routes to it."""
    request = {"stateMachineVersionArn": physical_id}
    call(engine._delete_state_machine_version, request)
