"""Order <-> META item: nothing is lost, older items are readable, newer attributes survive."""

from collections import Counter
from dataclasses import MISSING, fields, replace
from functools import partial
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.orders.dynamodb_waits import wait_record, with_wait
from lambdas.adapters.orders.order_records import (
    event_record,
    from_event_record,
    from_record,
    to_record,
)
from lambdas.domain.mail.claims import claim_mail, record_mail_sent
from lambdas.domain.record.changes import Event, make_change
from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import MAX_LINES, Enrichment, Order
from lambdas.domain.record.outside import OutsideSettlement
from lambdas.domain.record.signals import MAX_SIGNALS, SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.stock import reserve
from lambdas.services.order_writer import OrderWriter
from tests.support import tables
from tests.support.builders import a_line, a_settlement, a_signal, an_order
from tests.support.fakes.fake_clock import NOW, FakeClock

SKU = "COFFEE-1KG"
NO_WAIT: dict[str, Any] = {"wait_token": None, "wait_loops": 0}
"""The fields that are stored in an item of the wait."""

SAMPLES: dict[Any, Any] = {
    str | None: "text",
    int | None: NOW,
    OutsideSettlement | None: a_settlement(newer={"later": 1}),
}
"""A value of each optional field that FULL does not set."""
PARTLY_FULL = an_order(
    Stage.STATUS_UPDATE,
    items=(a_line(), a_line("MUG-RED", 1, 800)),
    enrichment=Enrichment(customer_tier="gold", inventory_ok=False, recommendations=("A", "B")),
    inbox=tuple(a_signal(kind) for kind in SignalKind),
    applied=1,
    outcomes={"S": "rejected: insufficient stock"},
    cancel_requested_at=NOW,
    last_heartbeat_at=NOW,
    wait_token="T",
    approval_links={"digest": "mail-approval-1"},
    last_error="approval timeout",
    cancelled=True,
    epoch=3,
    compensation_attempts=2,
    takeovers=2,
    taken_over_at=NOW,
    signal_check_at=NOW,
    check_failures=2,
    counted=True,
)
FULL = replace(
    PARTLY_FULL,
    **{
        name: SAMPLES[kind]
        for name, kind in get_type_hints(
            Order, localns={"OutsideSettlement": OutsideSettlement}
        ).items()
        if kind in SAMPLES and getattr(PARTLY_FULL, name) is None
    },
)
WITH_DEFAULT = {
    field.name
    for field in fields(Order)
    if field.default is not MISSING or field.default_factory is not MISSING
} - {"stage"}


def stored(order: Order) -> dict[str, Any]:
    """The record after its way through DynamoDB's notation."""
    return from_item(to_item(to_record(order)))


def test_every_field_makes_the_round_trip() -> None:
    empty = {name for name in WITH_DEFAULT if getattr(FULL, name) in (None, (), {})}

    assert empty == set()
    assert from_record(stored(FULL)) == replace(FULL, **NO_WAIT)


def test_the_token_makes_the_round_trip_in_another_item() -> None:
    order = an_order(wait_token="T", wait_loops=3, epoch=2)
    wait = from_item(to_item(wait_record(order)))

    assert with_wait(from_record(stored(order)), wait) == order


@pytest.mark.parametrize(
    "later", [{"epoch": 3}, {"stage": Stage.COMPENSATING}, {"stage": Stage.PAYMENT}]
)
def test_an_order_has_no_token_of_another_execution_or_of_an_ended_wait(later: Any) -> None:
    wait = wait_record(an_order(wait_token="T", epoch=2))
    order = replace(an_order(epoch=2), **later)

    assert with_wait(order, wait) == order


def test_only_what_differs_from_its_usual_value_is_stored() -> None:
    order = an_order(Stage.COMPLETED)
    record = stored(order)
    empty = {"compensation_attempts", "takeovers", "check_failures", "approval_links", "counted"}
    assert record.keys().isdisjoint({"requested_by", *empty})
    assert all("key" not in entry for entry in record["ledger"].values())

    entry = Effect(key="pay:another", state=EffectState.DONE, at=NOW)
    unusual = replace(order, requested_by="shop-assistant", ledger={"pay": entry})
    assert from_record(stored(unusual)) == unusual


@pytest.mark.parametrize("stage", list(Stage))
def test_an_order_makes_the_round_trip_and_is_in_the_janitors_index_while_it_is_open(
    stage: Stage,
) -> None:
    order = an_order(stage)
    record = stored(order)

    assert from_record(record) == order
    assert ("open_shard" in record) == (stage not in ENDS)


@pytest.mark.parametrize("missing", sorted(WITH_DEFAULT))
def test_an_item_from_before_a_field_existed_has_its_default(missing: str) -> None:
    record = {name: value for name, value in stored(FULL).items() if name != missing}
    plain = an_order(Stage.START, start_pending=True)

    assert getattr(from_record(record), missing) == getattr(plain, missing)


VALUES = st.recursive(
    st.text(max_size=5) | st.integers(-9, 9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
UNKNOWN = st.dictionaries(st.text(max_size=8).map("from the future {}".format), VALUES, max_size=3)


def parts(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Every map of the record whose fields a version adds to."""
    return [*record["items"], *record["inbox"], *record["ledger"].values(), record["enrichment"]]


@given(data=st.data())
def test_unknown_fields_of_every_part_make_the_round_trip(data: st.DataObject) -> None:
    record = stored(FULL)
    for part in parts(record):
        part.update(data.draw(UNKNOWN))

    again = from_item(to_item(to_record(from_record({**record, **data.draw(UNKNOWN)}))))

    assert again == record


def test_attributes_of_a_newer_version_survive_every_kind_of_write(
    dynamodb: Any, store: DynamoDBOrders
) -> None:
    """Each write moves one part; so do the functions of an older version."""
    newer = {"from_the_future": {"x": [1, 2]}}
    order = an_order(Stage.ENRICHMENT, enrichment=Enrichment(customer_tier="gold"))
    tables.put_order(dynamodb, order, **newer)
    tables.put_stock(dynamodb, SKU, available=10)
    old = store.get(order.order_id)
    later = replace(
        old,
        items=tuple(replace(line, newer=newer) for line in old.items),
        enrichment=replace(old.enrichment, newer=newer),
        ledger={"mail-approval-1": Effect(key="K", state=EffectState.UNDONE, at=NOW, newer=newer)},
    )
    store.commit(make_change(old, later, NOW))

    orders = OrderWriter(store, FakeClock())
    write = partial(orders.change, order.order_id)
    write(partial(reserve, approval_timeout_ms=900_000, findings={"inventory_ok": True}))
    write(partial(claim_mail, mail="mail-approval-1", claimant="one"))
    write(partial(record_mail_sent, mail="mail-approval-1", claimant="one"))
    store.append_signal(order.order_id, a_signal(SignalKind.ADD_LINE_ITEM, sku=SKU), NOW)
    write(partial(apply_next, prices={SKU: Price(1250, "EUR")}))

    [meta] = [r for r in tables.records(dynamodb, tables.ORDERS) if r["sk"] == "META"]
    assert meta["from_the_future"] == newer["from_the_future"]
    [line] = meta["items"]
    assert line == {"sku": SKU, "quantity": 4, "unit_price_minor": 1250, **newer}
    assert meta["enrichment"]["inventory_ok"] is True
    assert meta["enrichment"]["from_the_future"] == newer["from_the_future"]
    mail = meta["ledger"]["mail-approval-1"]
    assert (mail["state"], mail["from_the_future"]) == ("done", newer["from_the_future"])


def test_orders_are_spread_over_the_shards_evenly() -> None:
    records = [stored(an_order()) for _ in range(400)]
    busy = [stored(an_order(Stage.PAYMENT)) for _ in range(400)]
    resting = [f"resting#{shard}" for shard in "0123"]
    for orders, name, shards in (
        (records, "open_shard", resting),
        (busy, "open_shard", "0123"),
        (records, "list_shard", "01"),
    ):
        counts = Counter(record[name] for record in orders)
        assert set(counts) == set(shards)
        assert min(counts.values()) > 50


def test_index_keys_and_total_follow_the_order() -> None:
    record = stored(FULL)

    assert (record["pk"], record["sk"]) == (f"ORDER#{FULL.order_id}", "META")
    assert record["stage_key"] == f"status-update#{record['list_shard']}"
    assert record["customer_id"] == "alice"
    assert record["customer_stage"] == "alice#status-update"
    assert record["total"] == 2 * 1250 + 800


def test_events_make_the_round_trip_and_stay_out_of_the_indexes() -> None:
    event = Event(number=12, at=NOW, kind="noted", stage=Stage.NOTIFY, detail={"n": 1, "s": "x"})

    record = from_item(to_item(event_record("O1", event)))

    assert from_event_record(record) == event
    assert (record["pk"], record["sk"]) == ("ORDER#O1", "EVENT#000012")
    keys = {"list_shard", "stage_key", "customer_id", "customer_stage", "open_shard"}
    assert not {"stage", *keys} & set(record)


def test_the_largest_order_is_far_below_the_limit_of_an_item() -> None:
    cancel = a_signal(SignalKind.CANCEL_ORDER, reason="r" * 2000)
    largest = replace(
        FULL,
        items=tuple(a_line(f"{i:032d}", 999, 10**9) for i in range(MAX_LINES)),
        inbox=(cancel,) * MAX_SIGNALS,
        outcomes={a_signal().signal_id: "rejected: " + "x" * 60 for _ in range(MAX_SIGNALS)},
        wait_token="t" * 2048,
    )

    assert len(repr(to_item(to_record(largest))).encode()) < 200_000
