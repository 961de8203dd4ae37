from dataclasses import replace

import pytest

from lambdas.domain.errors import InvalidRequest
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import MAX_LINES, MAX_QUANTITY
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.start import StartRequest, merge_lines, new_order
from tests.support.builders import a_line
from tests.support.fakes.fake_clock import NOW

PRICES = {"COFFEE-1KG": Price(1250, "EUR"), "MUG-RED": Price(800, "EUR"), "US": Price(1, "USD")}
REQUEST = StartRequest(
    customer_id="bob",
    requested_by="alice",
    payment_method="pm_ok",
    version="v1",
    items=(("MUG-RED", 1), ("COFFEE-1KG", 2), ("MUG-RED", 3)),
)


def test_lines_of_one_sku_become_one_line_at_todays_price() -> None:
    order = new_order("O1", REQUEST, PRICES, NOW)

    assert order.items == (
        a_line("MUG-RED", quantity=4, unit_price_minor=800),
        a_line("COFFEE-1KG", quantity=2, unit_price_minor=1250),
    )
    assert order.total.amount_minor == 4 * 800 + 2 * 1250


def test_a_new_order_has_its_requester_and_waits_for_its_start() -> None:
    order = new_order("O1", REQUEST, PRICES, NOW)

    assert (order.customer_id, order.requested_by, order.version) == ("bob", "alice", "v1")
    assert (order.currency, order.payment_method) == ("EUR", "pm_ok")
    assert (order.stage, order.epoch, order.start_pending) == (Stage.START, 1, True)
    assert (order.created_at, order.updated_at) == (NOW, NOW)
    assert order.next_check_at == NOW + CHECK_SOON_MS
    assert not order.ledger


def test_unknown_skus_are_named() -> None:
    request = replace(REQUEST, items=(("TEA", 1), ("MUG-RED", 1), ("CAKE", 1)))

    with pytest.raises(InvalidRequest, match=r"unknown SKU: CAKE, TEA$"):
        new_order("O1", request, PRICES, NOW)


def test_two_currencies_make_no_order() -> None:
    request = replace(REQUEST, items=(("US", 1), ("MUG-RED", 1)))

    with pytest.raises(InvalidRequest, match="one currency, not EUR and USD"):
        new_order("O1", request, PRICES, NOW)


@pytest.mark.parametrize("currency", ["ABC", "XXX", "eur", ""])
def test_a_currency_that_iso_4217_does_not_list_makes_no_order(currency: str) -> None:
    request = replace(REQUEST, items=(("MUG-RED", 1), ("US", 1)))

    message = (
        f"^MUG-RED, US cannot be ordered: the price is in '{currency}', which is not an ISO 4217 "
        "currency; correct the currency in the inventory$"
    )
    with pytest.raises(InvalidRequest, match=message):
        new_order("O1", request, dict.fromkeys(("MUG-RED", "US"), Price(1, currency)), NOW)


@pytest.mark.parametrize("count", [0, MAX_LINES + 1])
def test_no_line_and_too_many_lines_are_refused(count: int) -> None:
    with pytest.raises(InvalidRequest, match="1 to 50 distinct SKUs"):
        merge_lines((f"SKU-{i}", 1) for i in range(count))


@pytest.mark.parametrize(
    "items",
    [[("A", 0)], [("A", -1)], [("A", MAX_QUANTITY + 1)], [("A", MAX_QUANTITY), ("A", 1)]],
)
def test_a_quantity_out_of_bounds_is_refused(items: list[tuple[str, int]]) -> None:
    with pytest.raises(InvalidRequest, match="quantity of A must be 1 to 999"):
        merge_lines(items)


def test_the_limits_themselves_are_allowed() -> None:
    quantities = merge_lines((f"SKU-{i}", MAX_QUANTITY) for i in range(MAX_LINES))

    assert len(quantities) == MAX_LINES
    assert set(quantities.values()) == {MAX_QUANTITY}
