"""Records the calls of AWS that functions make, as the statements that authorise them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.model import OperationModel

from tests.infrastructure.template import Statement

IN_ACCOUNT = "arn:<Partition>:{}:<Region>:<AccountId>:{}"
MACHINE = IN_ACCOUNT.format("states", "stateMachine:OrderWorkflow-dev")
EXECUTIONS = IN_ACCOUNT.format("states", "execution:OrderWorkflow-dev:*")
EVENT_LOG = IN_ACCOUNT.format("logs", "log-group:<EventsLog>")
IDENTITIES = IN_ACCOUNT.format("ses", "identity/*")
CONFIGURATION_SETS = IN_ACCOUNT.format("ses", "configuration-set/*")
HISTORIES = "<HistoriesBucket>/histories/*"

_AUTHORISED_BY: Mapping[str, tuple[Statement, ...]] = {
    "sfn.StartExecution": (("states:StartExecution", "<WorkflowMachine>"),),
    "sfn.SendTaskSuccess": (("states:SendTaskSuccess", MACHINE),),
    "sfn.SendTaskHeartbeat": (("states:SendTaskHeartbeat", MACHINE),),
    "sfn.ListExecutions": (("states:ListExecutions", MACHINE),),
    "sfn.DescribeExecution": (("states:DescribeExecution", EXECUTIONS),),
    "sfn.GetExecutionHistory": (("states:GetExecutionHistory", EXECUTIONS),),
    "sfn.DescribeStateMachineForExecution": (
        ("states:DescribeStateMachineForExecution", EXECUTIONS),
    ),
    "sfn.StopExecution": (("states:StopExecution", EXECUTIONS),),
    "sqs.SendMessage": (("sqs:SendMessage", "<OperationsQueue>"),),
    "sesv2.SendEmail": (("ses:SendEmail", IDENTITIES), ("ses:SendEmail", CONFIGURATION_SETS)),
    "sesv2.GetSuppressedDestination": (("ses:GetSuppressedDestination", "*"),),
    "eventbridge.PutEvents": (("events:PutEvents", "<EventsBus>"),),
    "cloudwatch-logs.FilterLogEvents": (("logs:FilterLogEvents", EVENT_LOG),),
    "s3.HeadObject": (("s3:GetObject", HISTORIES),),
    "s3.GetObject": (("s3:GetObject", HISTORIES),),
    "s3.PutObject": (("s3:PutObject", HISTORIES),),
}
"""The statements by operation. (Service authorization reference; HeadObject has no action)"""
_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem"}
"""Transactions are authorised by the actions that they consist of. (DynamoDB developer guide)"""


class Recorder:
    """`needed` has the statements that each function needs, by name of the function. `activity`
    returns the activity that runs in this thread, if one does.
    """

    def __init__(self, activity: Callable[[], str | None] = lambda: None) -> None:
        self.needed = defaultdict[str, set[Statement]](set)
        self.activity = activity
        self._function: str | None = None

    def install(self, session: Any) -> None:
        """Listen to the later clients of a botocore session."""
        session.register("provide-client-params", self._note)

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Attribute calls outside of activities to a function."""
        self._function = function
        try:
            yield
        finally:
            self._function = None

    def _note(self, params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
        function = self.activity() or self._function
        if function is not None:
            service = model.service_model.service_id.hyphenize()
            self.needed[function] |= set(_statements(service, model.name, params))


def _statements(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Statement]:
    if service == "secrets-manager":
        yield ("secretsmanager:GetSecretValue", params["SecretId"])
    elif service == "dynamodb":
        yield from _on_tables(operation, params)
    else:
        yield from _AUTHORISED_BY[f"{service}.{operation}"]


def _on_tables(operation: str, params: Mapping[str, Any]) -> Iterator[Statement]:
    for item in params.get("TransactItems", ()):
        ((kind, write),) = item.items()
        yield (f"dynamodb:{_TRANSACTION[kind]}", _table(write["TableName"]))
    for table in params.get("RequestItems", ()):
        yield (f"dynamodb:{operation}", _table(table))
    if "TableName" in params:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield (f"dynamodb:{operation}", _table(params["TableName"]) + index)


def _table(name: str) -> str:
    return f"<Tables{name.capitalize()}>"
