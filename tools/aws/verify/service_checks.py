"""Checks of the AWS services around the workflow, most of them by reading."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tools.aws.verify.stack import MAILBOX, CheckFailed, Stack, eventually, require

ROOT = Path(__file__).resolve().parents[3]
FREE_CONCURRENCY = 100
"""Executions of Lambda that a deployment needs at least, see docs/limits.md."""
QUALIFIER = "states:StateMachineQualifier"
_LOCKED = re.compile(r"^([\w.-]+)==([\w.!+-]+)", re.MULTILINE)
_INSTALLED = re.compile(r"^python/([^/]+)-([^/-]+)\.dist-info/", re.MULTILINE)


def the_api_may_do_what_it_needs(stack: Stack) -> None:
    """IAM allows the API to start executions through the alias and not without it, and to answer
    waiting tasks.
    """
    function = stack.client("lambda").get_function_configuration(FunctionName=f"{stack.name}-api")
    live = {
        "ContextKeyName": QUALIFIER,
        "ContextKeyValues": ["live"],
        "ContextKeyType": "stringList",
    }
    for action, context, wanted in (
        ("StartExecution", [live], True),
        ("StartExecution", [], False),
        ("SendTaskSuccess", [], True),
        ("SendTaskHeartbeat", [], True),
        ("UpdateStateMachine", [], False),
    ):
        (found,) = stack.client("iam").simulate_principal_policy(
            PolicySourceArn=function["Role"],
            ActionNames=[f"states:{action}"],
            ResourceArns=[stack.outputs["StateMachineArn"]],
            ContextEntries=context,
        )["EvaluationResults"]
        decision = found["EvalDecision"]
        how = " through the alias" if context else ""
        require((decision == "allowed") is wanted, f"{action}{how}: {decision}")


def the_alias_routes_to_the_newest_version(stack: Stack) -> None:
    """The alias starts all executions with the version that was published last."""
    states = stack.client("stepfunctions")
    alias = states.describe_state_machine_alias(stateMachineAliasArn=stack.outputs["AliasArn"])
    versions = states.list_state_machine_versions(
        stateMachineArn=stack.outputs["StateMachineArn"], maxResults=1
    )["stateMachineVersions"]
    routed = {one["stateMachineVersionArn"] for one in alias["routingConfiguration"]}
    newest = versions[0]["stateMachineVersionArn"]
    require(routed == {newest}, f"the alias routes to {sorted(routed)}, the newest is {newest}")


def step_functions_accepts_the_definition(stack: Stack) -> None:
    """ValidateStateMachineDefinition finds nothing in the deployed definition."""
    states = stack.client("stepfunctions")
    machine = states.describe_state_machine(stateMachineArn=stack.outputs["StateMachineArn"])
    found = states.validate_state_machine_definition(
        definition=machine["definition"], type="STANDARD", severity="WARNING"
    )["diagnostics"]
    require(not found, "; ".join(f"{one['code']}: {one['message']}" for one in found))


def layers_hold_the_locked_libraries(stack: Stack) -> None:
    """The layers of the functions hold the versions of this checkout's lock files."""
    functions = stack.client("lambda")
    layers = {arn for _, arn in stack.resources("Lambda::LayerVersion")}
    require(bool(layers), "the stack has no layer")
    for arn in layers:
        layer = functions.get_layer_version_by_arn(Arn=arn)
        lock_file = ROOT / layer["Description"].removeprefix("Libraries of ")
        locked = {
            _normalise(*one) for one in _LOCKED.findall(lock_file.read_text(encoding="utf-8"))
        }
        content = httpx.get(layer["Content"]["Location"], timeout=60).raise_for_status().content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = "\n".join(archive.namelist())
        found = {_normalise(*one) for one in _INSTALLED.findall(names)}
        require(bool(found), f"layer {arn} holds no libraries")
        require(found <= locked, f"layer {arn} holds {sorted(found - locked)}, not locked")


def lambda_has_concurrency_left(stack: Stack) -> str:
    """The account has concurrent executions for requests that wait beside activities."""
    limits = stack.client("lambda").get_account_settings()["AccountLimit"]
    free = int(limits["UnreservedConcurrentExecutions"])
    require(free >= FREE_CONCURRENCY, f"{free} concurrent executions are not reserved")
    return f"{free} concurrent executions"


def no_message_is_dead(stack: Stack) -> None:
    """The dead-letter queues are empty."""
    queues = stack.client("sqs")
    for logical_id, url in stack.resources("SQS::Queue"):
        if not re.search("Failures|UnreadMessages", logical_id):
            continue
        name = "ApproximateNumberOfMessages"
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
        require(int(found[name]) == 0, f"{logical_id} holds {found[name]} messages")


def alarms_are_quiet(stack: Stack) -> None:
    """No alarm is on, and the metric of the janitor's sweep reaches its alarm."""
    pages = stack.client("cloudwatch").get_paginator("describe_alarms")
    states = {
        alarm["AlarmName"].removeprefix(f"{stack.name}-"): alarm["StateValue"]
        for page in pages.paginate(AlarmNamePrefix=f"{stack.name}-")
        for alarm in page["MetricAlarms"]
    }
    on = sorted(name for name, state in states.items() if state == "ALARM")
    require(not on, f"alarms are on: {', '.join(on)}")
    silent = states.get("JanitorSilent")
    require(silent == "OK", f"the alarm JanitorSilent is {silent}")


def an_alarm_reaches_its_topic(stack: Stack) -> str:
    """CloudWatch may publish to the topic of the alarms: one notification is sent. Reports how many
    addresses get it.
    """
    alarms, name = stack.client("cloudwatch"), f"{stack.name}-OperationsMessagesOld"
    begun = datetime.now(UTC) - timedelta(seconds=5)
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="verify-aws")

    def action() -> str | None:
        found = alarms.describe_alarm_history(
            AlarmName=name,
            HistoryItemType="Action",
            StartDate=begun,
            MaxRecords=1,
            ScanBy="TimestampDescending",
        )["AlarmHistoryItems"]
        return str(found[0]["HistorySummary"]) if found else None

    try:
        summary = eventually(action, f"alarm {name} executed no action")
    finally:
        alarms.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="verify-aws")
    require("Successfully executed" in summary, summary)
    (found,) = alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return _subscribers(stack, found["AlarmActions"][0])


def logs_hold_no_secret(stack: Stack) -> None:
    """The e-mail address and the token of the test customer are in no log since the test began."""
    logs, begun = stack.client("logs"), int(stack.started_at * 1000)
    for _, group in stack.resources("Logs::LogGroup"):
        for name, secret in (("address", MAILBOX), ("token", stack.user.access_token[-40:])):
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=begun, filterPattern=f'"{secret}"'
            )
            lines = sum(len(page["events"]) for page in pages)
            require(lines == 0, f"{lines} lines of {group} have the {name} of the customer")


def _subscribers(stack: Stack, topic: str) -> str:
    listed = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    pending = [one for one in listed if one["SubscriptionArn"] == "PendingConfirmation"]
    if pending:
        raise CheckFailed(f"{len(pending)} addresses have not confirmed their subscription")
    return f"{len(listed)} addresses subscribe to the topic"


def _normalise(name: str, version: str) -> str:
    """Name and version of a library as a lock file and a wheel both have them, after
    normalisation. (Python packaging user guide, "Names and normalization")
    """
    return f"{re.sub(r'[-_.]+', '-', name).lower()} {version}"
