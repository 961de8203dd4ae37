"""What every adapter asks of AWS, where no local engine shows the difference: consistency of reads,
conditions of writes, and how often and how long each client tries. The adapters are those that
production wires; the answers are canned.
"""

import inspect
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from re import fullmatch
from types import SimpleNamespace
from typing import Any
from unittest.mock import call

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import to_record
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.executions import ExecutionOutcome
from lambdas.domain.mail.rendering import MailTags
from lambdas.domain.record.changes import StockMove, StockMovement, make_change
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_customer, a_difference, a_key, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.unit.test_dependencies import FULL

ORDER = an_order(order_id="01KDVDNH000000000000000001")
META = to_item(to_record(replace(ORDER, stage=Stage.PAYMENT, check_failures=1)))
MOVE = StockMove(movement=StockMovement.HOLD, sku="MUG-RED", quantity=1)
MOVED = make_change(ORDER, replace(ORDER, stage=Stage.PAYMENT), NOW, ("noted", {}), stock=(MOVE,))
LOOKED = make_change(ORDER, replace(ORDER, last_heartbeat_at=NOW), NOW)
OUTCOME = ExecutionOutcome(
    order_id="O1", epoch=1, verdict="completed", reason="", started_at=None, stopped_at=None
)
PAYMENT = {"payment_key": "pay:O1", "amount_minor": 5, "currency": "EUR", "state": "prepared"}

UNCHANGED = "#sequence = :read_sequence AND #epoch = :read_epoch"
IS_NEW = "attribute_not_exists(pk)"

ANSWERS: Mapping[str, Any] = {
    "GetItem": {"Item": META},
    "UpdateItem": {"Attributes": META},
    "Query": {"Items": [], "Count": 0},
    "BatchGetItem": {"Responses": {}},
    "DescribeExecution": {"status": "RUNNING"},
    "DescribeStateMachineForExecution": {"definition": "{}"},
    "GetExecutionHistory": {"events": []},
    "ListExecutions": {"executions": []},
    "GetSuppressedDestination": {"SuppressedDestination": {"Reason": "BOUNCE"}},
}

CONSISTENT = {"ConsistentRead": True}
QUEUE = {"QueueUrl": FULL.operations_queue_url}
NEWEST_FIRST = {"ScanIndexForward": False}
MAIL_TAGS = [{"Name": "order_id", "Value": "O1"}, {"Name": "mail", "Value": "mail-1"}]

CALLS: Mapping[str, tuple[Any, str, Mapping[str, Any]]] = {
    "store.get": (call("O1"), "Query", CONSISTENT),
    "store.create": (
        call(ORDER, (), a_key()),
        "TransactWriteItems",
        {"Put.ConditionExpression": [IS_NEW, IS_NEW]},
    ),
    "store.commit": (
        call(MOVED),
        "TransactWriteItems",
        {
            "Update.ConditionExpression": [UNCHANGED, "#source >= :quantity"],
            "Put.ConditionExpression": [IS_NEW],
        },
    ),
    "store.commit without events": (
        call(LOOKED),
        "UpdateItem",
        {"ConditionExpression": UNCHANGED},
    ),
    "store.append_signal": (
        call("O1", a_signal(), NOW),
        "UpdateItem",
        {
            "ConditionExpression": "#stage IN (:stage0, :stage1, :stage2, :stage3) AND "
            "(attribute_not_exists(signal_ids) OR NOT contains(signal_ids, :id)) AND "
            "size(inbox) < :room AND "
            "(attribute_not_exists(approval_deadline) OR approval_deadline > :now)",
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    "store.timeline": (call("O1"), "Query", {**CONSISTENT, **NEWEST_FIRST, "Limit": 1_001}),
    "index.page": (
        call(stage=None, customer_id="alice", limit=20, cursor=None),
        "Query",
        {**NEWEST_FIRST, "IndexName": "by_customer", "Limit": 21},
    ),
    "index.with_problem": (
        call(PaymentProblem.DEBT, limit=20, cursor=None),
        "Query",
        {**NEWEST_FIRST, "IndexName": "open", "Limit": 21},
    ),
    "index.counts": (
        call(customer_id="alice", at_most=9),
        "Query",
        {"IndexName": "by_customer_stage", "Limit": 10, "Select": "COUNT"},
    ),
    "index.open_versions": (call(at_most=9), "Query", {"IndexName": "by_stage", "Limit": 9}),
    "index.postpone": (
        call("O1", NOW, back_off=True),
        "UpdateItem",
        {"ConditionExpression": "attribute_exists(open_shard)"},
    ),
    "index.due": (call(NOW, 9), "Query", {"IndexName": "open", "Limit": 9}),
    "customers.save": (call(a_customer()), "PutItem", {}),
    "outcomes.find": (call([("O1", 1)]), "BatchGetItem", {}),
    "outcomes.add": (call(OUTCOME), "PutItem", {"ConditionExpression": IS_NEW}),
    "catalogue.page": (
        call(limit=20, cursor="MUG-RED"),
        "Query",
        {"IndexName": "listed", "Limit": 21},
    ),
    "catalogue.stock": (call(["MUG-RED"]), "BatchGetItem", {}),
    "engine.start": (
        call(ORDER),
        "StartExecution",
        {"stateMachineArn": FULL.state_machine_alias_arn, "name": ORDER.execution},
    ),
    "engine.ring": (call("t"), "SendTaskSuccess", {"taskToken": "t", "output": "{}"}),
    "engine.extend_wait": (call("t"), "SendTaskHeartbeat", {"taskToken": "t"}),
    "engine.status": (call(ORDER), "DescribeExecution", {}),
    "engine.stop": (call(ORDER), "StopExecution", {"error": "AbortedByOperator"}),
    "executions.history": (
        call(ORDER, 1),
        "GetExecutionHistory",
        {"includeExecutionData": True, "maxResults": 1_000},
    ),
    "executions.definition": (call(ORDER), "DescribeStateMachineForExecution", {}),
    "executions.running_by_version": (
        call(9),
        "ListExecutions",
        {"statusFilter": "RUNNING", "maxResults": 1_000},
    ),
    "operations.report_stuck": (call(ORDER, ["refund"]), "SendMessage", QUEUE),
    "operations.report_payment": (call(ORDER, "refund-failed", 1), "SendMessage", QUEUE),
    "operations.report_difference": (call(a_difference()), "SendMessage", QUEUE),
    "operations.report_takeovers": (call(ORDER), "SendMessage", QUEUE),
    "notifier.suppression": (
        call("a@example.com"),
        "GetSuppressedDestination",
        {"EmailAddress": "a@example.com"},
    ),
    "notifier.send": (
        call("a@example.com", "s", "t", "<p>h</p>", MailTags("O1", "mail-1")),
        "SendEmail",
        {"FromEmailAddress": FULL.sender_email, "EmailTags": MAIL_TAGS},
    ),
}
"""Port and method -> its arguments, the operation of AWS, parameters that the request has."""
SEEN_BY_BEHAVIOUR = {
    "store.find_by_key",  # below: a record of another kind
    "customers.find",
    "payments.prepare",  # the provider's contract and the sandbox's own tests
    "payments.capture",
    "payments.look_up",
    "payments.void",
    "payments.refund",
    "payments.list_moved",
}
PORTS = ("store", "index", "outcomes", "catalogue", "customers", "engine", "executions")
OTHERS = ("operations", "notifier", "payments")


@pytest.fixture
def deps(monkeypatch: pytest.MonkeyPatch) -> Dependencies:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return Dependencies(FULL)


def client_of(deps: Dependencies, port: str) -> Any:
    """The client of an adapter; the sandbox's belongs to its table."""
    adapter = getattr(deps, port)
    return adapter._client if hasattr(adapter, "_client") else adapter._table._client


def record(deps: Dependencies, port: str, answers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Answer the port's client; returns its requests as (operation, parameters)."""
    requests: list[tuple[str, Any]] = []
    events = client_of(deps, port).meta.events

    def note(params: Any, model: Any, **_: Any) -> None:
        requests.append((model.name, params))

    def reply(model: Any, **_: Any) -> Any:
        return SimpleNamespace(status_code=200), answers.get(model.name, {})

    events.register_first("provide-client-params", note)
    events.register_first("before-call", reply)
    return requests


def parameter(params: Mapping[str, Any], name: str) -> Any:
    """A parameter of a request; `Put.X` is X of every Put of a transaction."""
    kind, dot, inner = name.partition(".")
    if not dot:
        return params.get(name)
    return [item[kind][inner] for item in params["TransactItems"] if kind in item]


@pytest.mark.parametrize("name", CALLS)
def test_a_request_says_what_the_adapter_relies_on(deps: Dependencies, name: str) -> None:
    arguments, operation, wanted = CALLS[name]
    port, _, method = name.partition(" ")[0].partition(".")
    requests = record(deps, port, ANSWERS)

    with suppress(OrderNotFound):
        getattr(getattr(deps, port), method)(*arguments.args, **arguments.kwargs)

    assert {one for one, _ in requests} == {operation}
    for _, params in requests:
        assert {key: parameter(params, key) for key in wanted} == wanted


def test_the_token_is_read_consistently_after_the_signal_was_written(deps: Dependencies) -> None:
    waiting = {"UpdateItem": {"Attributes": to_item(to_record(ORDER))}, "GetItem": {}}
    requests = record(deps, "store", waiting)

    deps.store.append_signal("O1", a_signal(), NOW)

    assert [one for one, _ in requests] == ["UpdateItem", "GetItem"]
    assert requests[1][1]["ConsistentRead"]


def test_a_token_is_stored_before_the_record_is_checked(deps: Dependencies) -> None:
    resting = make_change(ORDER, ORDER, NOW).after
    answers = {"UpdateItem": {}, "Query": {"Items": [to_item(to_record(resting))]}}
    requests = record(deps, "store", answers)

    deps.store.commit(make_change(resting, replace(resting, wait_token="T"), NOW + 1))

    (stored, how), (checked, read) = requests
    assert (stored, checked, read["ConsistentRead"]) == ("UpdateItem", "Query", True)
    assert how["Key"]["sk"] == {"S": "WAIT"}
    assert how["ConditionExpression"] == (
        "attribute_not_exists(pk) OR #epoch < :epoch OR (#epoch = :epoch AND #loops <= :loops)"
    )


def test_a_repeated_start_is_looked_up_consistently(deps: Dependencies) -> None:
    """The order that it names, too."""
    found = {"fingerprint": "f1", "order_id": ORDER.order_id}
    answers = {"GetItem": {"Item": to_item(found)}, "Query": {"Items": [META]}}
    requests = record(deps, "store", answers)

    deps.store.find_by_key(a_key())

    read = [(one, params["ConsistentRead"]) for one, params in requests]
    assert read == [("GetItem", True), ("Query", True)]


def test_the_provider_reads_and_lists_its_books_consistently(deps: Dependencies) -> None:
    answers = {"GetItem": {"Item": to_item(PAYMENT)}, "Scan": {"Items": []}}
    requests = record(deps, "payments", answers)

    deps.payments.look_up("pay:O1")
    assert list(deps.payments.list_moved(0, 1)) == []

    read = [(one, params["ConsistentRead"]) for one, params in requests]
    assert read == [("GetItem", True), ("Scan", True)]


def test_no_method_of_an_adapter_is_missing_here(deps: Dependencies) -> None:
    methods = {
        f"{port}.{name}"
        for port in (*PORTS, *OTHERS)
        for name, _ in inspect.getmembers(getattr(deps, port), inspect.ismethod)
        if fullmatch("[a-z][a-z_]*", name)  # not private, and not one that mutmut added
    }

    assert methods == {name.partition(" ")[0] for name in CALLS} | SEEN_BY_BEHAVIOUR


@pytest.mark.parametrize("port", [*PORTS, "operations", "payments"])
def test_a_client_makes_two_short_attempts(deps: Dependencies, port: str) -> None:
    config = client_of(deps, port).meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 2}
    assert (config.connect_timeout, config.read_timeout) == (2, 4)


def test_a_mail_is_sent_in_one_attempt(deps: Dependencies) -> None:
    notifier: Any = deps.notifier
    config = notifier._client.meta.config

    assert config.retries["total_max_attempts"] == 1
    assert (config.connect_timeout, config.read_timeout) == (2, 4)
