"""GET /orders/{order_id}: the status of an order, sent again only when it changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lambdas.domain.record.ledger import PAY, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ApiCaller
from tests.support.world import World


def test_status_shows_every_field_of_a_waiting_order(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.AWAITING_APPROVAL)

    status = api.get(f"/orders/{order.order_id}").json
    del status["shown_fields"]

    assert {name: value for name, value in status.items() if value is not None} == {
        "order_id": order.order_id,
        "customer_id": "alice",
        "stage": "awaiting-approval",
        "items": [{"sku": "COFFEE-1KG", "quantity": 2, "unit_price_minor": 1250}],
        "reserved": True,
        "payment_approved": False,
        "charged": False,
        "cancelled": False,
        "approvals": {"given": 0, "needed": 1},
        "approved_by": [],
        "enrichment": {"customer_tier": "gold", "inventory_ok": True, "recommendations": []},
        "approval_deadline": "2026-01-01T00:15:00.000Z",
        "version": "v2",
        "revision": 1,
        "total": {"amount_minor": 2500, "currency": "EUR", "exponent": 2},
        "allowed_signals": list(SignalKind),
        "ledger": {
            "reserve": {
                "state": "done",
                "stuck": False,
                "amount_minor": None,
                "refunded_minor": None,
                "error": None,
                "delivery": None,
            }
        },
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
    }


def test_status_names_the_fields_that_clients_show_in_their_sequence(
    api: ApiCaller, world: World
) -> None:
    found = api.get(f"/orders/{world.place().order_id}").json["shown_fields"]

    shown = [(field["path"], field["title"], field["format"]) for field in found]
    some = [
        ("customer_id", "Customer", "text"),
        ("payment_pending_until", "Payment pending until", "instant"),
        ("enrichment.customer_tier", "Customer tier", "text"),
        ("enrichment.recommendations", "Recommendations", "list"),
        ("created_at", "Placed", "instant"),
    ]
    assert [field for field in shown if field in some] == some


def test_status_shows_the_result_and_the_payment_of_a_completed_order(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)

    status = api.get(f"/orders/{order.order_id}").json

    assert status["result"] == f"Order {order.order_id} completed (version v2)"
    assert status["allowed_signals"] == []
    assert status["ledger"]["pay"]["amount_minor"] == 2500


def test_status_shows_how_a_dispute_ended(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.COMPLETED)
    dispute = Effect(key="k", state=EffectState.UNDONE, at=1, amount_minor=2500, reference="dp_1")
    world.store.put(order.with_effect("dispute", dispute))
    assert api.get(f"/orders/{order.order_id}").json["dispute"] == "won"

    again = replace(dispute, state=EffectState.DONE, reference="dp_2")
    world.store.put(world.now(order).with_effect("dispute-2", again))

    assert api.get(f"/orders/{order.order_id}").json["dispute"] == "lost"


def test_status_shows_which_effect_is_stuck(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)
    stuck = replace(order.ledger[PAY], stuck=True)
    world.store.put(replace(order.with_effect(PAY, stuck), stage=Stage.COMPENSATING))

    assert api.get(f"/orders/{order.order_id}").json["ledger"]["pay"]["stuck"] is True


@pytest.mark.parametrize("form", ["{tag}", '"other", {tag}', "*", "{strong}"])
def test_an_order_that_did_not_change_is_not_sent_again(
    api: ApiCaller, world: World, form: str
) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]
    given = form.format(tag=tag, strong=tag.removeprefix("W/"))

    again = api.get(path, headers={"if-none-match": given})

    assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert again.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("act", "signals"),
    [
        (lambda world, order: world.another_write(order), list(SignalKind)),
        (lambda world, order: world.clock.advance(901), ["cancel-order"]),
    ],
    ids=["a write", "the deadline"],
)
def test_an_order_that_changed_has_another_etag(
    api: ApiCaller, world: World, act: Callable[[World, Order], None], signals: list[str]
) -> None:
    order = world.place()
    path = f"/orders/{order.order_id}"
    tag = api.get(path).headers["etag"]

    act(world, order)

    changed = api.get(path, headers={"If-None-Match": tag})
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)
    assert changed.json["allowed_signals"] == signals


def test_an_if_none_match_that_is_too_long_is_refused_as_documented(
    api: ApiCaller, world: World
) -> None:
    path = f"/orders/{world.place().order_id}"

    assert api.get(path, headers={"If-None-Match": "x" * 2001}).status == 400
