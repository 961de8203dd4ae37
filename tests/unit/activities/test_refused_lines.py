"""Added lines that are refused while another service keeps the stock: it holds no more units than
those of the order's lines.
"""

import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.inventory import release_stock
from lambdas.adapters.orders.reserved_orders import ReservedOrders
from lambdas.domain.errors import CustomerCapReached, StoreUnavailable
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.usage import CustomerCaps
from lambdas.domain.reservations import Reservation, ReservationState
from lambdas.services.order_writer import OrderWriter
from tests.support.builders import a_line, a_signal
from tests.support.fakes.fake_reservations import FakeReservations
from tests.support.world import TOKEN, World

TWO = {"MUG-RED": 2}


class ReservedWorld(World):
    """An order of two red mugs that waits, whose reservation is at another service."""

    def __init__(self) -> None:
        super().__init__()
        self.reservations = FakeReservations(self.inventory)
        self.deps.store = ReservedOrders(self.store, self.reservations)
        self.deps.orders = OrderWriter(self.deps.store, self.clock)
        self.order = self.place(items=(a_line("MUG-RED", 2),), counted=True)
        self.stock("MUG-RED", available=10, unit_price_minor=800)
        self.reservations.put(self.hold(2, version=1))

    def hold(self, units: int, *, version: int) -> Reservation:
        """The reservation of the order with this number of mugs."""
        return Reservation(
            order_id=self.order.order_id,
            version=version,
            state=ReservationState.HELD,
            lines={"MUG-RED": units},
        )

    def add_line(self, quantity: int = 3) -> Signal:
        """Accept more red mugs."""
        signal = a_signal(SignalKind.ADD_LINE_ITEM, sku="MUG-RED", quantity=quantity)
        return self.accept(self.order, signal)

    def held(self) -> object:
        """The units that the service holds for the order."""
        found = self.reservations.find(self.order.order_id)
        return found and found.lines


@pytest.fixture
def world() -> ReservedWorld:
    return ReservedWorld()


def fail(world: World, number: int, error: Exception) -> None:
    """Let the write with this number raise an error before it has an effect."""

    def raise_error() -> None:
        raise error

    world.store.before_write = [*[lambda: None] * (number - 1), raise_error]


def die_before_the_write(world: ReservedWorld, number: int) -> Signal:
    """Accept more red mugs, and let the function that applies them die before this write."""
    signal = world.add_line()
    fail(world, number, StoreUnavailable("the function died"))
    with pytest.raises(StoreUnavailable):
        world.run(apply_signals, world.order)
    return signal


def outcome(world: ReservedWorld, signal: Signal) -> str:
    return world.now(world.order).outcomes[signal.signal_id]


def test_an_added_line_is_held_with_one_intent(world: ReservedWorld) -> None:
    signal = world.add_line()

    world.run(apply_signals, world.order)

    assert (outcome(world, signal), world.held()) == ("applied", {"MUG-RED": 5})
    assert world.now(world.order).ledger[RESERVE].holds_for is None
    assert world.problems() == []


def test_an_added_line_whose_first_attempt_died_is_held_without_an_intent_that_stays(
    world: ReservedWorld,
) -> None:
    signal = die_before_the_write(world, 2)
    assert world.now(world.order).ledger[RESERVE].holds_for == signal.signal_id

    world.run(apply_signals, world.order)

    assert (outcome(world, signal), world.held()) == ("applied", {"MUG-RED": 5})
    reserved = world.now(world.order).ledger
    assert (reserved.keys(), reserved[RESERVE].holds_for) == (world.order.ledger.keys(), None)


def test_units_beyond_the_cap_of_the_customer_are_released_at_once(world: ReservedWorld) -> None:
    world.store.caps = CustomerCaps(units=4)
    signal = world.add_line()

    world.run(apply_signals, world.order)

    assert outcome(world, signal).startswith("rejected: the customer's open orders")
    assert world.held() == TWO
    assert world.now(world.order).ledger[RESERVE].holds_for is None
    assert world.problems() == []


def test_a_late_request_for_refused_units_changes_nothing(world: ReservedWorld) -> None:
    signal = world.add_line(quantity=9)
    late = world.hold(11, version=world.now(world.order).sequence + 2)
    world.run(apply_signals, world.order)
    assert outcome(world, signal) == "rejected: insufficient stock"
    world.inventory.by_sku["MUG-RED"].available += 9

    world.reservations.put(late)

    assert world.held() == TWO


@pytest.mark.parametrize("write", [2, 3, 4], ids=["growth", "refusal", "release"])
def test_a_function_that_dies_leaves_no_refused_unit_held(world: ReservedWorld, write: int) -> None:
    world.store.caps = CustomerCaps(units=4)
    signal = die_before_the_write(world, write)

    world.run(apply_signals, world.order)

    assert outcome(world, signal).startswith("rejected")
    assert world.held() == TWO
    assert world.problems() == []


def test_a_line_whose_sku_is_withdrawn_after_its_units_were_held_is_released(
    world: ReservedWorld,
) -> None:
    signal = die_before_the_write(world, 2)
    assert world.held() == {"MUG-RED": 5}
    world.deps.catalogue.stock = lambda skus: {}  # type: ignore[method-assign]

    world.run(apply_signals, world.order)

    assert outcome(world, signal) == "rejected: unknown SKU"
    assert world.held() == TWO


def test_a_second_run_that_applies_the_line_first_keeps_its_units(world: ReservedWorld) -> None:
    signal = world.add_line()

    def applied_by_the_other_run() -> None:
        world.run(apply_signals, world.order)
        raise CustomerCapReached("the cap was reached before the other run made room")

    world.store.before_write = [lambda: None, applied_by_the_other_run]

    world.run(apply_signals, world.order)

    assert (outcome(world, signal), world.held()) == ("applied", {"MUG-RED": 5})
    assert world.problems() == []


def test_a_wait_begins_after_refused_units_are_released(world: ReservedWorld) -> None:
    world.store.caps = CustomerCaps(units=4)
    die_before_the_write(world, 4)

    world.run(await_signal, world.order, token=TOKEN)

    assert world.engine.rung == [TOKEN]


def test_a_cancelled_order_releases_refused_units_with_all_others(world: ReservedWorld) -> None:
    world.store.caps = CustomerCaps(units=4)
    die_before_the_write(world, 4)
    world.cancel(world.order)

    answer = world.run(apply_signals, world.order)
    world.run(release_stock, world.order)

    assert answer["decision"] == "compensate"
    assert world.held() == {}
    assert world.problems() == []
