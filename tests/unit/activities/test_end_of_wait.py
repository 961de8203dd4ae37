"""ApplySignals when nothing is to be applied: the next wait, the deadline, and giving up."""

import pytest

from lambdas.activities.approval import apply_signals
from lambdas.domain.record.stages import Stage
from tests.support.world import World


def test_a_tick_without_signals_waits_again_for_what_is_left(world: World) -> None:
    order = world.place()
    world.clock.advance(300)

    answer = world.run(apply_signals, order, loops=1)

    assert answer == {
        "decision": "wait",
        "heartbeat_seconds": 600,
        "timeout_seconds": 601,
        "loops": 2,
        "back_off_seconds": 0,
    }
    assert world.now(order) == order


def test_a_cancel_between_the_last_signal_and_the_deadline_is_not_an_expiry(world: World) -> None:
    order = world.place()
    world.clock.advance(900)
    world.store.before_write = [lambda: world.cancel(order)]

    answer = world.run(apply_signals, order)

    assert answer["decision"] == "wait"
    assert world.run(apply_signals, order)["decision"] == "compensate"
    assert world.now(order).last_error == "cancelled: changed my mind"


@pytest.mark.parametrize(("backed_off", "seconds"), [(True, 45), (False, 0)])
def test_pauses_grow_until_a_step_succeeds(world: World, backed_off: bool, seconds: int) -> None:
    order = world.place()

    answer = world.run(apply_signals, order, back_off_seconds=45, backed_off=backed_off)

    assert answer["back_off_seconds"] == seconds


@pytest.mark.parametrize(
    ("after_seconds", "failure", "decision"),
    [
        (900, "ProviderUnavailable: away", "give-up"),
        (899, "ProviderUnavailable: away", "pay"),
        (9000, "PaymentUnsettled: no answer", "pay"),
        (9000, "StoreUnavailable: throttled", "pay"),
        (9000, "", "pay"),
    ],
)
def test_a_payment_is_given_up_after_its_deadline_if_the_provider_is_unavailable(
    world: World, after_seconds: int, failure: str, decision: str
) -> None:
    order = world.place(Stage.PAYMENT)
    world.clock.advance(after_seconds)

    assert world.run(apply_signals, order, failure=failure)["decision"] == decision

    given_up = decision == "give-up"
    assert world.now(order).last_error == (failure if given_up else None)
    assert (world.now(order).stage is Stage.COMPENSATING) is given_up


def test_a_charged_order_is_never_given_up(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)
    world.clock.advance(9000)

    answer = world.run(apply_signals, order, failure="ProviderUnavailable: away")

    assert answer["decision"] == "complete"
