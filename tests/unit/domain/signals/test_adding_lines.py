"""Lines added while an order waits: held and priced, or rejected."""

from dataclasses import replace

import pytest

from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.domain.record.order import MAX_LINES, MAX_QUANTITY, Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.signals.application import OUT_OF_STOCK
from tests.support.builders import a_line, an_order
from tests.unit.domain.signals.applying import ADD, applied


def test_an_added_line_is_held_and_priced_today() -> None:
    made = applied(an_order(), ADD)

    assert made.stock == (StockMove(StockMovement.HOLD, "MUG-RED", 2),)
    assert made.after.items == (a_line(), a_line("MUG-RED", 2, 800))
    assert made.after.revision == 2
    assert made.after.outcomes == {"N": "applied"}
    assert [(e.kind, e.detail) for e in made.events] == [
        ("signal-settled", {"signal_id": "N", "signal": "add-line-item", "outcome": "applied"})
    ]


def test_more_units_of_a_line_keep_its_quoted_price() -> None:
    made = applied(an_order(items=(a_line(), a_line("X"))), replace(ADD, sku="COFFEE-1KG"))

    assert made.stock == (StockMove(StockMovement.HOLD, "COFFEE-1KG", 2),)
    assert made.after.items == (a_line(quantity=4), a_line("X"))


def full() -> Order:
    return an_order(items=tuple(a_line(f"SKU-{i}", 1) for i in range(MAX_LINES)))


@pytest.mark.parametrize(
    ("order", "signal", "refusal", "reason"),
    [
        (an_order(), ADD, OUT_OF_STOCK, "insufficient stock"),
        (an_order(), replace(ADD, sku="TEA"), None, "unknown SKU"),
        (an_order(currency="USD"), ADD, None, "priced in EUR, the order is in USD"),
        (full(), ADD, None, "more than 50 distinct SKUs"),
        (
            an_order(items=(a_line(quantity=MAX_QUANTITY - 1),)),
            replace(ADD, sku="COFFEE-1KG"),
            None,
            "more than 999 units of one SKU",
        ),
        (an_order(), replace(ADD, quantity=1000), None, "more than 999 units of one SKU"),
    ],
)
def test_a_line_that_cannot_be_added_changes_nothing_but_its_outcome(
    order: Order, signal: Signal, refusal: str | None, reason: str
) -> None:
    made = applied(order, signal, refusal=refusal)

    assert made.after.outcomes == {"N": f"rejected: {reason}"}
    assert (made.after.items, made.after.revision) == (order.items, 1)
    assert made.stock == ()


@pytest.mark.parametrize(
    ("order", "quantity"),
    [
        (an_order(), MAX_QUANTITY),
        (an_order(items=(a_line("MUG-RED", MAX_QUANTITY - 1),)), 1),
        (an_order(items=(a_line("MUG-RED", 1), *full().items[1:])), 1),
    ],
    ids=["a new line", "more of a line", "more of a line of a full order"],
)
def test_as_many_units_as_a_line_may_have_can_be_added(order: Order, quantity: int) -> None:
    assert applied(order, replace(ADD, quantity=quantity)).after.outcomes == {"N": "applied"}
