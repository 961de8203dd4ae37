"""AWS::StepFunctions::StateMachineAlias."""

from typing import Any

from local.emulator.cloudformation.calls import Created, Properties, call, engine, provisioners

_SHIFTS = ("ALL_AT_ONCE", "LINEAR", "CANARY")
_NAME_LIMIT = 80


def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Create the alias with its RoutingConfiguration or DeploymentPreference."""
    name = properties.get("Name") or _generated_name(stack_name, logical_id)
    request = {
        "name": name,
        "description": properties.get("Description", ""),
        "routingConfiguration": _routing(properties),
    }
    arn = call(engine._create_state_machine_alias, request)["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def update(
    physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
) -> Created:
    """Change the alias's routing; a new Name replaces the resource."""
    name = new.get("Name") or _generated_name(stack_name, logical_id)
    if name != physical_id.rsplit(":", 1)[-1]:
        created = create(logical_id, new, stack_name)
        provisioners._delete_predecessor(delete, physical_id, old)
        return created
    request = {
        "stateMachineAliasArn": physical_id,
        "description": new.get("Description", ""),
        "routingConfiguration": _routing(new),
    }
    call(engine._update_state_machine_alias, request)
    return physical_id, {"Arn": physical_id}


def delete(physical_id: str, _properties: Properties) -> None:
    """Delete the alias; its versions stay."""
    call(engine._delete_state_machine_alias, {"stateMachineAliasArn": physical_id})


def _generated_name(stack_name: str, logical_id: str) -> str:
    name: str = provisioners._physical_name(stack_name, logical_id, max_len=_NAME_LIMIT)
    return name


def _routing(properties: Properties) -> list[dict[str, Any]]:
    """The routing of the alias.

    AWS shifts LINEAR and CANARY over Interval minutes and rolls back on Alarms; here the shift is
    immediate, because there is no traffic to monitor.
    """
    preference = properties.get("DeploymentPreference")
    routes = properties.get("RoutingConfiguration")
    if bool(preference) == bool(routes):
        raise ValueError("give either RoutingConfiguration or DeploymentPreference")
    if preference:
        if preference.get("Type") not in _SHIFTS:
            raise ValueError(f"DeploymentPreference.Type must be one of {', '.join(_SHIFTS)}")
        return [{"stateMachineVersionArn": preference["StateMachineVersionArn"], "weight": 100}]
    return [
        {"stateMachineVersionArn": route["StateMachineVersionArn"], "weight": int(route["Weight"])}
        for route in routes or []
    ]
