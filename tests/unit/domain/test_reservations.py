"""What the order does with the reservation that the service returns."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import LedgerMismatch, OrderError, StoreConflict
from lambdas.domain.record.changes import StockMove, StockMovement, make_change
from lambdas.domain.reservations import (
    Reservation,
    ReservationState,
    require_current,
    reservation_after,
)
from tests.support.builders import a_line, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises

WANTED = Reservation(order_id="O-1", version=5, state=ReservationState.HELD, lines={"MUG": 2})


@pytest.mark.parametrize("version", [4, 5, 6])
def test_the_wanted_reservation_is_accepted_in_every_version(version: int) -> None:
    require_current(replace(WANTED, version=version), WANTED)


@pytest.mark.parametrize(
    ("version", "refused"), [(4, LedgerMismatch), (5, LedgerMismatch), (6, StoreConflict)]
)
@pytest.mark.parametrize(
    "found",
    [
        replace(WANTED, lines={"MUG": 3}),
        replace(WANTED, state=ReservationState.RELEASED, lines={}),
        replace(WANTED, state=ReservationState.SOLD),
    ],
    ids=["other units", "released", "sold"],
)
def test_another_reservation_is_a_conflict_if_it_is_newer_and_a_mismatch_otherwise(
    found: Reservation, version: int, refused: type[OrderError]
) -> None:
    mismatch = f"the reservation is {found.state} and not held"
    message = "the reservation is newer" if refused is StoreConflict else mismatch
    with raises(refused, message, "O-1"):
        require_current(replace(found, version=version), WANTED)


@pytest.mark.parametrize(
    ("movement", "reserved", "state", "lines"),
    [
        (StockMovement.HOLD, True, "held", {"MUG-RED": 2, "BOWL": 1}),
        (StockMovement.SELL, True, "sold", {"MUG-RED": 2, "BOWL": 1}),
        (StockMovement.RELEASE, False, "released", {}),
        (StockMovement.RELEASE, True, "held", {"MUG-RED": 2, "BOWL": 1}),
    ],
    ids=["hold", "sale", "release", "release of refused units"],
)
def test_a_change_sets_the_whole_reservation_in_the_version_of_the_record(
    movement: StockMovement, reserved: bool, state: str, lines: dict[str, int]
) -> None:
    order = an_order(items=(a_line("MUG-RED", quantity=2), a_line("BOWL", quantity=1)))
    moved = (StockMove(movement, "MUG-RED", 2),)

    change = make_change(order, replace(order, reserved=reserved), NOW, stock=moved)

    assert reservation_after(change) == Reservation(
        order_id=order.order_id,
        version=change.after.sequence,
        state=ReservationState(state),
        lines=lines,
    )
