"""The rules of reservations in docs/adapters.md: at the example service, and in the fake of the
simulation.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lambdas.adapters.http.inventory import HttpReservations
from lambdas.domain.errors import InsufficientStock, LedgerMismatch
from lambdas.domain.reservations import Reservation, Reservations, ReservationState
from tests.adapters.http.services import connect
from tests.support.fakes.fake_directories import FakeInventory
from tests.support.fakes.fake_reservations import FakeReservations
from tests.support.raising import raises

HELD = Reservation(order_id="O", version=2, state=ReservationState.HELD, lines={"MUG-RED": 3})
SOLD = replace(HELD, version=3, state=ReservationState.SOLD)
RELEASED = replace(HELD, version=4, state=ReservationState.RELEASED, lines={})

Under = tuple[Reservations, Callable[[], tuple[int, int, int]]]
"""The reservations of a service with five mugs, and the (available, held, sold) units of them."""


@pytest.fixture(params=["in-memory", "http"])
def under(request: pytest.FixtureRequest) -> Under:
    if request.param == "in-memory":
        inventory = FakeInventory()
        mugs = inventory.put("MUG-RED", available=5)
        return FakeReservations(inventory), lambda: (mugs.available, mugs.held, mugs.sold)
    service = request.getfixturevalue("service")
    service.stock("MUG-RED", available=5)
    return HttpReservations(connect(service)), lambda: service.stock_counters("MUG-RED")


def test_a_reservation_is_held_sold_and_released(under: Under) -> None:
    reservations, counters = under

    assert reservations.find("O") is None
    assert reservations.put(HELD) == HELD == reservations.find("O")
    assert counters() == (2, 3, 0)
    assert reservations.put(SOLD) == SOLD
    assert counters() == (2, 0, 3)
    assert reservations.put(RELEASED) == RELEASED
    assert counters() == (5, 0, 0)


def test_a_request_moves_the_difference(under: Under) -> None:
    reservations, counters = under
    reservations.put(HELD)

    reservations.put(replace(HELD, version=5, lines={"MUG-RED": 5}))
    assert counters() == (0, 5, 0)
    reservations.put(replace(HELD, version=6, lines={"MUG-RED": 1}))
    assert counters() == (4, 1, 0)


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_that_is_not_higher_changes_nothing(under: Under, version: int) -> None:
    reservations, counters = under
    reservations.put(HELD)

    assert reservations.put(replace(HELD, version=version, lines={"MUG-RED": 5})) == HELD
    assert counters() == (2, 3, 0)


def test_nothing_follows_a_release(under: Under) -> None:
    reservations, counters = under
    reservations.put(RELEASED)

    assert reservations.put(HELD) == RELEASED
    assert reservations.put(replace(HELD, version=9)) == RELEASED
    assert counters() == (5, 0, 0)


def test_sold_units_are_not_held_again(under: Under) -> None:
    reservations, counters = under
    reservations.put(HELD)
    reservations.put(SOLD)

    assert reservations.put(replace(HELD, version=9)) == SOLD
    assert counters() == (2, 0, 3)


def test_a_sale_frees_the_units_that_it_does_not_name(under: Under) -> None:
    reservations, counters = under
    reservations.put(HELD)

    reservations.put(replace(SOLD, lines={"MUG-RED": 2}))

    assert counters() == (3, 0, 2)


def test_refusals_change_nothing_and_name_the_skus(under: Under) -> None:
    reservations, counters = under

    with raises(InsufficientStock, "insufficient stock: MUG-RED, NEW", "O"):
        reservations.put(replace(HELD, lines={"MUG-RED": 6, "NEW": 1}))
    with raises(LedgerMismatch, "less stock held than the order holds: MUG-RED", "O"):
        reservations.put(SOLD)
    assert counters() == (5, 0, 0)
    assert reservations.find("O") is None
