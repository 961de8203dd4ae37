"""A stack with the functions that write to the tables, their rules and queues, on moto."""

import json
from typing import Any

from tools.table_restore.writers import KEEP_RULES, WRITERS, Sessions

STACK = "OrderWorkflow-staging"
API_CONCURRENCY = 50


def create_writers(sessions: Sessions) -> None:
    """Create the stack. The API has reserved concurrency, the export of histories has a queue."""
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = {"Statement": [{**trusted, "Principal": {"Service": "lambda.amazonaws.com"}}]}
    resources: dict[str, Any] = {
        "Role": _resource("IAM::Role", AssumeRolePolicyDocument=trust),
        "Queue": _resource("SQS::Queue"),
    }
    for number, name in enumerate(sorted({*WRITERS, "publish-events"})):
        resources |= _function(f"F{number}", name)
    template = json.dumps({"Resources": resources})
    sessions.client("cloudformation").create_stack(StackName=STACK, TemplateBody=template)


def states(sessions: Sessions) -> dict[str, tuple[int | None, bool]]:
    """The reserved concurrency of each function, and whether what invokes it is enabled."""
    functions, rules = sessions.client("lambda"), sessions.client("events")
    found = {}
    for function in functions.list_functions()["Functions"]:
        name, arn = function["FunctionName"], function["FunctionArn"]
        reserved = functions.get_function_concurrency(FunctionName=name)
        queues = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        named = rules.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
        enabled = [rules.describe_rule(Name=one)["State"] == "ENABLED" for one in named]
        enabled += [queue["State"] == "Enabled" for queue in queues]
        short = name.removeprefix(f"{STACK}-")
        found[short] = (reserved.get("ReservedConcurrentExecutions"), all(enabled))
    return found


def expected(*, stopped: bool) -> dict[str, tuple[int | None, bool]]:
    """The states that `states` has to return."""
    running: dict[str, tuple[int | None, bool]] = dict.fromkeys(
        {*WRITERS, "publish-events"}, (None, True)
    )
    running["api"] = (API_CONCURRENCY, True)
    refused = {name: (0, name in {"api", "payment-webhook", *KEEP_RULES}) for name in WRITERS}
    return {**running, **(refused if stopped else {})}


def _function(logical_id: str, name: str) -> dict[str, Any]:
    function = _resource(
        "Lambda::Function",
        FunctionName=f"{STACK}-{name}",
        Runtime="python3.13",
        Handler="index.handle",
        Role={"Fn::GetAtt": ["Role", "Arn"]},
        Code={"ZipFile": "def handle(event, context): ..."},
        **({"ReservedConcurrentExecutions": API_CONCURRENCY} if name == "api" else {}),
    )
    arn = {"Fn::GetAtt": [logical_id, "Arn"]}
    if name in ("api", "payment-webhook", "publish-events"):
        return {logical_id: function}
    if name == "export-histories":
        queue = {"Fn::GetAtt": ["Queue", "Arn"]}
        source = _resource(
            "Lambda::EventSourceMapping", EventSourceArn=queue, FunctionName={"Ref": logical_id}
        )
    else:
        target = {"Arn": arn, "Id": "Target0"}
        source = _resource(
            "Events::Rule", ScheduleExpression="rate(1 minute)", State="ENABLED", Targets=[target]
        )
    return {logical_id: function, f"{logical_id}Source": source}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}
