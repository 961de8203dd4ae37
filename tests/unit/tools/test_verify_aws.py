"""Checks of a deployed stack that the emulator cannot pass: the calls to AWS, and what fails."""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import boto3
import httpx
import pytest
from botocore.stub import ANY, Stubber

from cli.client.api import Api
from cli.commands.admin.user_pool import UserPool
from tools.aws.account import Account
from tools.aws.first_data import Deployment, TemporaryUser
from tools.aws.verify import service_checks as checks
from tools.aws.verify.__main__ import main
from tools.aws.verify.api_checks import user_names_ignore_case
from tools.aws.verify.stack import MAILBOX, CheckFailed, Stack
from tools.aws.verify.table import CHECKS

NAME = "OrderWorkflow-staging"
MACHINE = f"arn:aws:states:eu-central-1:123456789012:stateMachine:{NAME}"
OUTPUTS = {"StateMachineArn": MACHINE, "AliasArn": f"{MACHINE}:live"}
ROLE = "arn:aws:iam::123456789012:role/api"
LAYER = "arn:aws:lambda:eu-central-1:123456789012:layer:Libraries:4"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
TOKEN = "header." + "t" * 60
SUCCESS = "Successfully executed action arn:aws:sns:…"


class Aws:
    """Clients whose answers a test adds, in the order of the calls."""

    region_name = "eu-central-1"

    def __init__(self) -> None:
        self._stubs: dict[str, Stubber] = {}

    def client(self, service: str) -> Any:
        return self._stub(service).client

    def answer(self, service: str, call: str, answer: dict[str, Any], **sent: Any) -> None:
        self._stub(service).add_response(call, answer, sent or None)

    def resources(self, kind: str, **ids: str) -> None:
        rows = [
            {
                "LogicalResourceId": logical,
                "PhysicalResourceId": physical,
                "ResourceType": f"AWS::{kind}",
                "LastUpdatedTimestamp": 0,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for logical, physical in ids.items()
        ]
        answer = {"StackResourceSummaries": rows}
        self.answer("cloudformation", "list_stack_resources", answer, StackName=NAME)

    def require_all_called(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()

    def _stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            create: Any = boto3.client  # its stubs know service names as literals only
            self._stubs[service] = Stubber(create(service, region_name=self.region_name))
            self._stubs[service].activate()
        return self._stubs[service]


@pytest.fixture
def aws() -> Iterator[Aws]:
    made = Aws()
    yield made
    made.require_all_called()


@pytest.fixture
def stack(aws: Aws) -> Stack:
    api, pool = cast(Api, None), UserPool(aws.client("cognito-idp"), "eu-central-1_1")
    return Stack(
        account=Account(aws),
        name=NAME,
        outputs=OUTPUTS,
        deployment=Deployment(pool, "client", "https://api.example.com"),
        customer=api,
        approver=api,
        operator=api,
        approver_token="",
        user=TemporaryUser("setup-1", "", TOKEN, ""),
    )


def fails(check: Callable[[Stack], object], stack: Stack, why: str) -> None:
    with pytest.raises(CheckFailed, match=why):
        check(stack)


def test_every_check_is_listed_with_its_text_and_advice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--list"]) == 0

    listed = capsys.readouterr().out
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.text
        assert check.advice
        assert f"{check.name}: {check.text}\n  → {check.advice}\n" in listed


@pytest.mark.parametrize(("in_token", "same"), [("setup-1", True), ("SETUP-1", False)])
def test_a_name_in_capitals_in_a_token_fails(
    aws: Aws, stack: Stack, in_token: str, same: bool
) -> None:
    claims = b64encode(json.dumps({"username": in_token}).encode()).decode()
    aws.answer(
        "cognito-idp",
        "admin_initiate_auth",
        {"AuthenticationResult": {"AccessToken": f"header.{claims}.signature"}},
        UserPoolId="eu-central-1_1",
        ClientId="client",
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "SETUP-1", "PASSWORD": ""},
    )

    if same:
        user_names_ignore_case(stack)
    else:
        fails(user_names_ignore_case, stack, "setup-1 is SETUP-1")


DECISIONS = {
    "StartExecution through the alias": True,
    "StartExecution": False,
    "SendTaskSuccess": True,
    "SendTaskHeartbeat": True,
    "UpdateStateMachine": False,
}


def simulate(aws: Aws, decisions: Sequence[bool]) -> None:
    configuration = {"Role": ROLE, "FunctionName": f"{NAME}-api"}
    aws.answer("lambda", "get_function_configuration", configuration, FunctionName=f"{NAME}-api")
    for action, allowed in zip(DECISIONS, decisions, strict=False):
        name, _, through_alias = action.partition(" ")
        decision = "allowed" if allowed else "implicitDeny"
        live = {"ContextKeyValues": ["live"], "ContextKeyType": "stringList"}
        context = [{"ContextKeyName": checks.QUALIFIER, **live}] if through_alias else []
        aws.answer(
            "iam",
            "simulate_principal_policy",
            {"EvaluationResults": [{"EvalActionName": name, "EvalDecision": decision}]},
            PolicySourceArn=ROLE,
            ActionNames=[f"states:{name}"],
            ResourceArns=[MACHINE],
            ContextEntries=context,
        )


def test_the_permissions_of_the_api_are_simulated(aws: Aws, stack: Stack) -> None:
    simulate(aws, list(DECISIONS.values()))

    checks.the_api_may_do_what_it_needs(stack)


@pytest.mark.parametrize("number", range(len(DECISIONS)))
def test_one_wrong_permission_is_named(aws: Aws, stack: Stack, number: int) -> None:
    wanted = list(DECISIONS.values())
    simulate(aws, [*wanted[:number], not wanted[number]])

    fails(checks.the_api_may_do_what_it_needs, stack, f"{list(DECISIONS)[number]}: ")


@pytest.mark.parametrize(("free", "enough"), [(100, True), (99, False)])
def test_the_concurrency_of_a_new_account_is_too_low(
    aws: Aws, stack: Stack, free: int, enough: bool
) -> None:
    limits = {"UnreservedConcurrentExecutions": free}
    aws.answer("lambda", "get_account_settings", {"AccountLimit": limits})

    if enough:
        assert checks.lambda_has_concurrency_left(stack) == "100 concurrent executions"
    else:
        fails(checks.lambda_has_concurrency_left, stack, "99 concurrent executions are not")


@pytest.mark.parametrize(
    ("janitor", "other", "why"),
    [
        ("OK", "OK", None),
        ("OK", "INSUFFICIENT_DATA", None),
        ("OK", "ALARM", "alarms are on: ApiErrors"),
        ("INSUFFICIENT_DATA", "OK", "JanitorSilent is INSUFFICIENT_DATA"),
    ],
)
def test_an_alarm_that_is_on_or_a_metric_that_is_missing_fails(
    aws: Aws, stack: Stack, janitor: str, other: str, why: str | None
) -> None:
    alarms = [
        {"AlarmName": f"{NAME}-{name}", "StateValue": state}
        for name, state in (("JanitorSilent", janitor), ("ApiErrors", other))
    ]
    aws.answer(
        "cloudwatch", "describe_alarms", {"MetricAlarms": alarms}, AlarmNamePrefix=f"{NAME}-"
    )

    if why is None:
        checks.alarms_are_quiet(stack)
    else:
        fails(checks.alarms_are_quiet, stack, why)


@pytest.mark.parametrize(
    ("summary", "subscription", "why"),
    [
        (SUCCESS, f"{TOPIC}:1", None),
        (SUCCESS, "PendingConfirmation", "1 addresses have not confirmed"),
        ("Failed to execute action", None, "Failed to execute action"),
    ],
)
def test_an_alarm_is_set_and_reset_whether_its_action_succeeds_or_not(
    aws: Aws, stack: Stack, summary: str, subscription: str | None, why: str | None
) -> None:
    alarm = f"{NAME}-OperationsMessagesOld"
    sent = {"AlarmName": alarm, "StateReason": "verify-aws"}
    history = {
        "HistoryItemType": "Action",
        "MaxRecords": 1,
        "ScanBy": "TimestampDescending",
        "StartDate": ANY,
    }
    aws.answer("cloudwatch", "set_alarm_state", {}, StateValue="ALARM", **sent)
    items = {"AlarmHistoryItems": [{"HistorySummary": summary}]}
    aws.answer("cloudwatch", "describe_alarm_history", items, AlarmName=alarm, **history)
    aws.answer("cloudwatch", "set_alarm_state", {}, StateValue="OK", **sent)
    if subscription:
        found = {"MetricAlarms": [{"AlarmName": alarm, "AlarmActions": [TOPIC]}]}
        aws.answer("cloudwatch", "describe_alarms", found, AlarmNames=[alarm])
        listed = {"Subscriptions": [{"SubscriptionArn": subscription}]}
        aws.answer("sns", "list_subscriptions_by_topic", listed, TopicArn=TOPIC)

    if why is None:
        assert checks.an_alarm_reaches_its_topic(stack) == "1 addresses subscribe to the topic"
    else:
        fails(checks.an_alarm_reaches_its_topic, stack, why)


@pytest.mark.parametrize(
    ("installed", "why"),
    [
        (None, None),
        ("six-0.0.1", "six 0.0.1'"),
        ("unlocked-1.0", "unlocked 1.0'"),
        ("", "holds no libraries"),
    ],
)
def test_a_layer_holds_what_the_lock_file_has(
    aws: Aws, stack: Stack, monkeypatch: pytest.MonkeyPatch, installed: str | None, why: str | None
) -> None:
    lock = (checks.ROOT / "requirements/layer.txt").read_text()
    if installed is None:
        name, _, rest = next(line for line in lock.splitlines() if "==" in line).partition("==")
        installed = f"{name.replace('-', '_')}-{rest.split()[0]}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"python/{installed}.dist-info/METADATA" if installed else "python/a", "")
    request = httpx.Request("GET", "https://s3.example.com/layer")
    response = httpx.Response(200, content=content.getvalue(), request=request)
    monkeypatch.setattr(checks, "httpx", SimpleNamespace(get=lambda *_, **__: response))
    aws.resources("Lambda::LayerVersion", Libraries1=LAYER)
    layer = {
        "Description": "Libraries of requirements/layer.txt",
        "Content": {"Location": str(request.url)},
    }
    aws.answer("lambda", "get_layer_version_by_arn", layer, Arn=LAYER)

    if why is None:
        checks.layers_hold_the_locked_libraries(stack)
    else:
        fails(checks.layers_hold_the_locked_libraries, stack, why)


def test_a_message_in_a_dead_letter_queue_fails_and_one_that_waits_does_not(
    aws: Aws, stack: Stack
) -> None:
    aws.resources("SQS::Queue", OperationsQueue1="https://q/1", HistoryFailures2="https://q/2")
    name = "ApproximateNumberOfMessages"
    sent = {"QueueUrl": "https://q/2", "AttributeNames": [name]}
    aws.answer("sqs", "get_queue_attributes", {"Attributes": {name: "1"}}, **sent)

    fails(checks.no_message_is_dead, stack, "HistoryFailures2 holds 1 messages")


@pytest.mark.parametrize(("secret", "name"), [(MAILBOX, "address"), (TOKEN[-40:], "token")])
def test_a_line_with_a_secret_of_the_customer_fails(
    aws: Aws, stack: Stack, secret: str, name: str
) -> None:
    aws.resources("Logs::LogGroup", Api1="/aws/lambda/api")
    for one in (MAILBOX, TOKEN[-40:])[: 1 if name == "address" else 2]:
        aws.answer(
            "logs",
            "filter_log_events",
            {"events": [{"message": "…"}] if one == secret else []},
            logGroupName="/aws/lambda/api",
            startTime=ANY,
            filterPattern=f'"{one}"',
        )

    fails(checks.logs_hold_no_secret, stack, f"1 lines of /aws/lambda/api have the {name}")


def test_an_alias_that_does_not_route_to_the_newest_version_fails(aws: Aws, stack: Stack) -> None:
    route = [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 100}]
    alias = {"routingConfiguration": route}
    versions = [{"stateMachineVersionArn": f"{MACHINE}:2", "creationDate": 0}]
    aws.answer("stepfunctions", "describe_state_machine_alias", alias)
    aws.answer("stepfunctions", "list_state_machine_versions", {"stateMachineVersions": versions})

    fails(checks.the_alias_routes_to_the_newest_version, stack, f"the newest is {MACHINE}:2")
