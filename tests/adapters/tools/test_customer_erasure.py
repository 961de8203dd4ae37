"""The erasure of a customer: what it refuses, and that it can be repeated after every error."""

from dataclasses import replace
from typing import Any

import boto3
import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.dynamodb_orders import IDEMPOTENCY_DAYS
from lambdas.domain.record.ledger import DEBT, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import ENDS as STAGES_OF_ENDS
from lambdas.domain.record.stages import Stage
from tests.support import tables
from tests.support.builders import a_signal, an_order, an_order_id
from tests.support.fakes.fake_clock import NOW
from tools.customer_erasure.__main__ import run
from tools.customer_erasure.erased_records import ENDS
from tools.customer_erasure.erasure import KEY_DAYS, CustomerErasure, ErasureRefused

DAYS_MS = 86_400_000


@pytest.fixture
def erasure(dynamodb: Any) -> CustomerErasure:
    names = iter(("erased-1", "erased-2", "erased-3"))
    database = boto3.resource("dynamodb", region_name=dynamodb.meta.region_name)
    return CustomerErasure(
        database.Table(tables.ORDERS),
        database.Table(tables.CUSTOMERS),
        new_pseudonym=lambda: next(names),
        now=lambda: NOW + DAYS_MS,
    )


def a_cancelled_order(**changes: Any) -> Order:
    signal = a_signal(SignalKind.CANCEL_ORDER, actor="sub-alice", actor_name="alice")
    return an_order(
        Stage.CANCELLED,
        inbox=(signal,),
        applied=1,
        outcomes={signal.signal_id: "applied"},
        last_error="cancelled: changed my mind",
        **changes,
    )


def put(dynamodb: Any, *orders: Order) -> None:
    for order in orders:
        tables.put_order(dynamodb, order)


def remaining(dynamodb: Any) -> str:
    return str([tables.records(dynamodb, table) for table in (tables.ORDERS, tables.CUSTOMERS)])


@pytest.mark.parametrize("stage", [Stage.AWAITING_APPROVAL, Stage.COMPENSATING])
def test_an_open_order_refuses_the_erasure(
    dynamodb: Any, erasure: CustomerErasure, stage: Stage
) -> None:
    put(dynamodb, a_cancelled_order(), an_order(stage))
    before = remaining(dynamodb)

    with pytest.raises(ErasureRefused, match="1 orders are open or owe a refund"):
        erasure.erase("alice")

    assert remaining(dynamodb) == before


def test_an_order_that_owes_its_customer_a_refund_refuses_the_erasure(
    dynamodb: Any, erasure: CustomerErasure
) -> None:
    owed = Effect(key="debt", state=EffectState.INTENT, at=NOW, amount_minor=900)
    put(dynamodb, a_cancelled_order().with_effect(DEBT, owed))

    with pytest.raises(ErasureRefused):
        erasure.check("alice")


def test_a_check_changes_nothing(dynamodb: Any, erasure: CustomerErasure) -> None:
    put(dynamodb, a_cancelled_order())
    before = remaining(dynamodb)

    assert run(erasure, "alice", erase=False).startswith("1 orders of alice have ended")
    assert remaining(dynamodb) == before


def test_an_erasure_that_was_ended_continues_with_the_same_pseudonym(
    dynamodb: Any, erasure: CustomerErasure
) -> None:
    put(dynamodb, a_cancelled_order(), a_cancelled_order())
    calls = 0

    def break_off(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:  # after the pseudonym and the first order
            raise ConnectionError

    events = erasure.orders.meta.client.meta.events
    events.register_first("before-call.dynamodb.UpdateItem", break_off)
    try:
        with pytest.raises(ConnectionError):
            erasure.erase("alice")
    finally:
        events.unregister("before-call.dynamodb.UpdateItem", break_off)

    assert erasure.erase("alice") == 1
    assert "erased-2" not in remaining(dynamodb)
    assert "alice" not in remaining(dynamodb)
    assert remaining(dynamodb).count("'customer_id': 'erased-1'") == 2


def test_an_order_that_changed_meanwhile_is_not_overwritten(
    dynamodb: Any, erasure: CustomerErasure
) -> None:
    order = a_cancelled_order()
    put(dynamodb, order)
    events = erasure.orders.meta.client.meta.events

    def change(params: Any, **_: Any) -> None:
        if order.order_id not in str(params["body"]):
            return
        events.unregister("before-call.dynamodb.UpdateItem", change)
        put(dynamodb, replace(order, sequence=order.sequence + 1))

    events.register_first("before-call.dynamodb.UpdateItem", change)

    with pytest.raises(ErasureRefused, match="changed meanwhile"):
        erasure.erase("alice")
    assert erasure.erase("alice") == 1


def test_the_orders_of_other_customers_stay_as_they_are(
    dynamodb: Any, erasure: CustomerErasure
) -> None:
    others = a_cancelled_order(customer_id="bob", requested_by="bob")
    put(dynamodb, others)
    before = remaining(dynamodb)

    assert erasure.erase("alice") == 0
    assert remaining(dynamodb) == before


def test_keys_of_requests_are_deleted(dynamodb: Any, erasure: CustomerErasure) -> None:
    order = a_cancelled_order()
    put(dynamodb, order)
    for principal, order_id in (("sub-alice", order.order_id), ("sub-bob", an_order_id())):
        key = {"pk": f"IDEMPOTENCY#{principal}#k", "sk": "IDEMPOTENCY"}
        dynamodb.put_item(TableName=tables.ORDERS, Item=to_item({**key, "order_id": order_id}))

    erasure.erase("alice")

    assert "IDEMPOTENCY#sub-alice#" not in remaining(dynamodb)
    assert "IDEMPOTENCY#sub-bob#" in remaining(dynamodb)


def test_the_tool_knows_the_ends_and_the_keys_of_the_application() -> None:
    assert {str(stage) for stage in STAGES_OF_ENDS} == ENDS
    assert KEY_DAYS == IDEMPOTENCY_DAYS
