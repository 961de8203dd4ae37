"""The requests to AWS that one request to the API leads to: a constant for every route, however
many orders a customer has, and however long a history is.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends, table

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import order_key, stage_key, to_record
from lambdas.api.application import OPERATIONS
from lambdas.api.handler import respond
from lambdas.dependencies import Dependencies
from lambdas.domain.mail.links import digest, new_code
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, Effect, EffectState
from lambdas.domain.record.order import MAX_LINES, Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.settings import Settings
from lambdas.telemetry import metrics
from tests.support import tables
from tests.support.api_caller import (
    ALICE,
    APPROVER,
    OPERATOR,
    Answer,
    Claims,
    Context,
    an_event,
    read,
)
from tests.support.builders import (
    SIGNALS,
    a_settlement,
    a_signal,
    a_stuck_order,
    an_order,
    an_order_id,
    fields_of,
)
from tests.support.definition import load
from tests.support.fakes.fake_clock import FakeClock
from tests.support.measuring import without_coverage
from tests.support.telemetry import discard_metrics

ORDERS_OF_ONE_CUSTOMER = 400
PAGE_BYTES = 40_000
"""DynamoDB returns 1 MB a page. Smaller pages have the effect of 10,000 orders."""
LONG_HISTORY = 2_500
RUNNING_EXECUTIONS = 3_000
PAGE = 1_000
STAGES = [stage for stage in Stage if stage is not Stage.NOTIFY]
OPEN_STAGES = 7
SHARDS = 2
HISTORY_PAGES = 3
POLLS = 46
"""For the outcome of a signal, in ten seconds, after the signal and its doorbell."""

AT_MOST = {
    "start_order": 4,  # stock, customer, transaction, StartExecution
    "list_orders": SHARDS + 1,  # keys, then the records
    "get_status": 1,
    "get_items": 1,
    "get_timeline": 2,
    "list_stages": SHARDS * len(STAGES),
    **{kind.replace("-", "_"): POLLS for kind in SignalKind},
    "get_signal": 2,
    "list_signals": 1,
    "heartbeat": 4,
    "get_approval": 1,
    "approve_by_link": POLLS,
    "get_execution": 2 + HISTORY_PAGES,
    "get_history": 1 + 10 * HISTORY_PAGES,
    "list_verdicts": SHARDS + 2 + 20 * (HISTORY_PAGES + 1),
    "compensate": 6,
    "resume": 6,
    "abort": 3,
    "settle": 7,
    "resend": 6,  # order, customer, suppression, claim, e-mail, its result
    "list_events": 1,
    "get_versions": SHARDS * OPEN_STAGES + 2,
    "list_products": 2,  # keys, then the records
    "get_product": 2,  # counters, corrections
    "put_product": 3,
    "correct_stock": 3,
    "save_customer": 1,
    "get_health": 0,
    "get_console": 0,
    "redirect_to_console": 0,
    "get_console_file": 0,
    "get_sign_in": 0,
    "get_openapi": 0,
    "get_docs": 0,
}

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:orders"
SETTINGS = Settings(
    orders_table=tables.ORDERS,
    inventory_table=tables.INVENTORY,
    customers_table=tables.CUSTOMERS,
    state_machine_alias_arn=f"{MACHINE}:live",
    event_log_group="events",
    sender_email="orders@example.com",
    email_configuration_set="orders",
    sign_in_url="https://id.example.com",
    user_pool_client_id="client-1",
)
SKUS = [f"SKU-{number}" for number in range(MAX_LINES)]
CUSTOMER = {"customer_id": "alice", "tier": "gold", "email": "alice@example.com", "name": "Alice"}
PREFER = {"Prefer": "wait=10"}


class Deployment:
    """The API as production wires it, on moto. Step Functions answers with as much as it may, and
    transactions succeed without a write: moto copies all tables for each of them.
    """

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.deps = Dependencies(SETTINGS)
        self.deps.clock = FakeClock()
        self.requests: Counter[str] = Counter()
        notifier: Any = self.deps.notifier
        notifier._client.meta.events.register_first("before-call.sesv2", self._count)
        notifier._client.meta.events.register("before-call.sesv2", _mail_service)
        for port in ("store", "engine", "executions"):
            events = getattr(self.deps, port)._client.meta.events
            events.register_first("before-call.sfn", self._count)
            events.register_first("before-call.dynamodb", self._count)
            events.register_first("before-call.sfn", _step_functions)
            events.register_first("before-call.dynamodb", _transactions)
        log: Any = self.deps.event_log
        log._client.meta.events.register_first("before-call.logs", self._count)
        log._client.meta.events.register("before-call.logs", _no_events)

    def put(self, order: Order) -> Order:
        tables.put_order(self.dynamodb, order)
        return order

    def waiting(self, **changes: Any) -> str:
        """A new order that waits for approval."""
        return self.put(an_order(wait_token="token", **changes)).order_id

    def _count(self, model: Any, **_: Any) -> None:
        self.requests[model.name] += 1

    def answer(self, request: "Request") -> tuple[Answer, Counter[str]]:
        """The API's answer, and the requests that it made."""
        text = None if request.body is None else json.dumps(request.body)
        event = an_event(
            request.method, request.path, request.claims, text=text, headers=request.headers
        )
        self.requests.clear()
        answer = read(respond(event, cast(LambdaContext, Context()), lambda: self.deps))
        return answer, self.requests


def _step_functions(model: Any, params: Mapping[str, Any], **_: Any) -> Any:
    sent = json.loads(params["body"])
    answers: Mapping[str, Any] = {
        "GetExecutionHistory": lambda: _page(sent, "events", LONG_HISTORY, _event),
        "ListExecutions": lambda: _page(sent, "executions", RUNNING_EXECUTIONS, _execution),
        "DescribeStateMachineForExecution": lambda: {"definition": json.dumps(load())},
        "DescribeExecution": lambda: {"status": "FAILED"},
    }
    return SimpleNamespace(status_code=200), answers.get(model.name, dict)()


def _mail_service(model: Any, **_: Any) -> Any:
    if model.name == "GetSuppressedDestination":
        return SimpleNamespace(status_code=404), {
            "Error": {"Code": "NotFoundException"},
            "ResponseMetadata": {"HTTPStatusCode": 404},
        }
    return SimpleNamespace(status_code=200), {}


def _no_events(**_: Any) -> Any:
    return SimpleNamespace(status_code=200), {"events": []}


def _transactions(model: Any, **_: Any) -> Any:
    if model.name == "TransactWriteItems":
        return SimpleNamespace(status_code=200), {}
    return None


def _page(sent: Mapping[str, Any], name: str, total: int, entry: Any) -> dict[str, Any]:
    begin = int(sent.get("nextToken") or 0)
    end = min(begin + min(sent.get("maxResults") or 100, PAGE), total)
    more = {"nextToken": str(end)} if end < total else {}
    return {name: [entry(number) for number in range(begin + 1, end + 1)], **more}


def _event(number: int) -> dict[str, Any]:
    if number == LONG_HISTORY:
        return {"id": number, "type": "ExecutionSucceeded"}
    return {
        "id": number,
        "type": "TaskStateEntered",
        "stateEnteredEventDetails": {"name": "AwaitSignal"},
    }


def _execution(number: int) -> dict[str, Any]:
    return {"name": f"O-{number}", "stateMachineVersionArn": f"{MACHINE}:7"}


@dataclass(frozen=True)
class Request:
    """One request to the API."""

    operation: str
    path: str
    claims: Claims | None = None
    body: Any = None
    headers: Mapping[str, str] | None = None
    status: int = 200

    @property
    def method(self) -> str:
        return next(
            operation.method for operation in OPERATIONS if operation.name == self.operation
        )


def requests(on: Deployment, oldest: str, newest: str) -> Iterator[Request]:
    """At least one request for each route; the lists in every combination of filters."""
    lines = [{"sku": sku, "quantity": 1} for sku in SKUS]
    order = {"items": lines, "payment_method": "pm_ok"}
    key = {"Idempotency-Key": "k"}
    yield Request("start_order", "/orders", ALICE, order, key, 201)
    filters = ("", "&stage=failed", "&stage=completed", f"&cursor={newest}")
    for query in filters:
        page = f"/orders?limit={10 if query else 100}{query}"
        yield Request("list_orders", page, ALICE)
        yield Request("list_orders", page, APPROVER)
        yield Request("list_orders", f"{page}&customer_id=alice", OPERATOR)
    yield Request("list_orders", "/orders?problem=debt", OPERATOR)
    for name, part in (("get_status", ""), ("get_items", "/items"), ("get_timeline", "/timeline")):
        yield Request(name, f"/orders/{oldest}{part}", ALICE)
    yield Request("list_stages", "/stages", ALICE)
    yield Request("list_stages", "/stages", OPERATOR)
    yield from _signals(on)
    several = on.put(an_order(Stage.COMPLETED, epoch=12)).order_id
    yield Request("get_execution", f"/orders/{several}/execution", OPERATOR)
    yield Request("get_history", f"/orders/{several}/history", OPERATOR)
    yield Request("list_verdicts", "/ops/verdicts?limit=20", OPERATOR)
    yield from _operations(on)
    yield Request("get_versions", "/ops/versions", OPERATOR)
    yield from _catalogue()
    yield Request("get_health", "/health")
    yield Request("get_console", "/console")
    yield Request("redirect_to_console", "/console/", status=308)
    yield Request("get_console_file", "/console/console.js")
    yield Request("get_sign_in", "/sign-in")
    yield Request("get_openapi", "/openapi.json")
    yield Request("get_docs", "/docs")


def _catalogue() -> Iterator[Request]:
    product, path = {"name": "Mug", "unit_price_minor": 950, "currency": "EUR"}, "/ops/products/"
    key = {"Idempotency-Key": "k"}
    change = {"change": 1, "reason": "delivered"}
    customer = {"customer_id": "bob", "tier": "new", "name": "Bob", "email": "bob@example.com"}
    yield Request("list_products", "/catalogue?limit=100", ALICE)
    yield Request("get_product", path + SKUS[0], OPERATOR)
    yield Request("put_product", f"{path}NEW", OPERATOR, product, status=201)
    yield Request("correct_stock", f"{path}{SKUS[0]}/corrections", OPERATOR, change, key, 201)
    yield Request("list_events", "/ops/events", OPERATOR)
    yield Request("save_customer", "/ops/customers", OPERATOR, customer)


def _operations(on: Deployment) -> Iterator[Request]:
    yield Request("compensate", f"/ops/orders/{on.waiting()}/compensate", OPERATOR, status=202)
    yield Request("resume", f"/ops/orders/{on.waiting()}/resume", OPERATOR, status=202)
    yield Request("abort", f"/ops/orders/{on.waiting()}/abort", OPERATOR, status=202)
    yield _confirmation(on)
    yield _second_confirmation(on)


def _confirmation(on: Deployment) -> Request:
    """The confirmation of a settlement: the order is then taken over. (It is read again without
    the write of the confirmation, so the answer is 202.)
    """
    order = on.put(replace(a_stuck_order(), settlement=a_settlement()))
    paid = {"settled": "refund-paid", "amount_minor": 2500, "currency": "EUR"}
    body = {**paid, "evidence": "seen on the account", "confirm": "S"}
    return Request("settle", f"/ops/orders/{order.order_id}/settle", OPERATOR, body, status=202)


def _second_confirmation(on: Deployment) -> Request:
    """An e-mail that is sent again."""
    sent = Effect(key="mail-confirmation:1", state=EffectState.DONE, at=1)
    order = on.put(an_order(Stage.COMPLETED).with_effect(MAIL_CONFIRMATION, sent))
    return Request("resend", f"/ops/orders/{order.order_id}/resend", OPERATOR)


def _signals(on: Deployment) -> Iterator[Request]:
    def signal(kind: str, claims: Claims, **body: Any) -> Request:
        path = f"/orders/{on.waiting()}/signals/{kind}"
        return Request(kind.replace("-", "_"), path, claims, body, PREFER, 202)

    for kind, fields in SIGNALS.items():
        body = {**fields_of(kind), **({"sku": SKUS[0]} if "sku" in fields else {})}
        yield signal(kind, ALICE if fields["actor"] == "alice" else APPROVER, **body)
    accepted = a_signal()
    path = f"/orders/{on.waiting(inbox=(accepted,))}/signals/{accepted.signal_id}"
    yield Request("get_signal", path, ALICE)
    yield Request("list_signals", path.rpartition("/")[0], ALICE)
    yield Request("heartbeat", f"/orders/{on.waiting()}/heartbeat", APPROVER, status=204)
    order = an_order(wait_token="token")
    code = new_code(order.order_id, lambda count: b"s" * count)
    on.put(an_order(order_id=order.order_id, approval_links={digest(code): "mail-approval-1"}))
    yield Request("get_approval", f"/approvals/{code}")
    yield Request("approve_by_link", f"/approvals/{code}", APPROVER, {"revision": 1}, PREFER, 202)


def fill(client: Any, orders: int) -> tuple[str, str]:
    """Orders of alice, nearly all completed, two of each other stage at the beginning of her
    history; returns the ids of the oldest and of the newest.
    """
    early = [stage for stage in STAGES if stage is not Stage.COMPLETED for _ in range(2)]
    models = {str(stage): to_record(an_order(stage)) for stage in STAGES}
    backend: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name]
    ids: list[str] = []
    for stage in early + [Stage.COMPLETED] * (orders - len(early)):
        order_id = an_order_id()
        shard = len(ids) % SHARDS
        keys = {**order_key(order_id), "order_id": order_id, "list_shard": str(shard)}
        record = {**models[str(stage)], **keys, "stage_key": stage_key(stage, shard)}
        backend.put_item(tables.ORDERS, to_item(record))  # without HTTP: a tenth of the time
        ids.append(order_id)
    return ids[0], ids[-1]


def test_no_route_makes_more_requests_than_its_constant(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_coverage():  # counting lines would make the orders take much longer
        monkeypatch.setattr(metrics, "namespace", "OrderWorkflow")
        monkeypatch.setattr(table, "RESULT_SIZE_LIMIT", PAGE_BYTES)
        discard_metrics()
        on = Deployment(dynamodb)
        for sku in SKUS:
            tables.put_stock(dynamodb, sku, available=9)
        dynamodb.put_item(TableName=tables.CUSTOMERS, Item=to_item(CUSTOMER))
        oldest, newest = fill(dynamodb, ORDERS_OF_ONE_CUSTOMER)
        found: Counter[str] = Counter()

        for request in requests(on, oldest, newest):
            answer, made = on.answer(request)
            assert answer.status == request.status, (request, answer.text)
            assert made.total() <= AT_MOST[request.operation], (request, made)
            found[request.operation] = max(found[request.operation], made.total())

        tight = {name: most for name, most in AT_MOST.items() if most != POLLS}
        assert found.keys() == {operation.name for operation in OPERATIONS} == AT_MOST.keys()
        assert {name: found[name] for name in tight} == tight
