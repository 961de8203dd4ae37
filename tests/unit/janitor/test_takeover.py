"""The fast path, stuck orders, and the operator's takeover by hand."""

from dataclasses import replace

import pytest

from lambdas.activities.order_status import close_order
from lambdas.activities.payment import process_payment
from lambdas.domain.errors import NotResumable, SignalNotAdmitted, StaleEpoch
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.services.janitor import Janitor
from lambdas.services.janitor_sweep import JanitorSweep
from tests.support.world import TOKEN, World
from tests.unit.janitor.stopped import LOST, OPEN, gone, stopped


def test_the_fast_path_takes_over_what_the_engine_says_has_stopped(
    world: World, janitor: Janitor
) -> None:
    lost, aborted = gone(world), stopped(world)

    assert janitor.execution_stopped(lost.order_id, lost.execution) == "resumed"
    assert janitor.execution_stopped(aborted.order_id, aborted.execution) == "taken-over"


@pytest.mark.parametrize("execution", ["other-1", "{order_id}-2"])
def test_the_fast_path_ignores_an_execution_that_does_not_own_the_order(
    world: World, janitor: Janitor, execution: str
) -> None:
    order = gone(world)
    name = execution.format(order_id=order.order_id)

    assert janitor.execution_stopped(order.order_id, name) == "nothing"

    assert world.now(order) == order


def test_the_fast_path_leaves_a_stuck_order_to_its_backoff(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.COMPENSATING)
    world.run(close_order, order)
    stuck = world.now(order)
    assert stuck.ledger[RESERVE].stuck

    assert janitor.execution_stopped(order.order_id, order.execution) == "nothing"
    assert world.now(order) == stuck


def test_a_stuck_order_is_tried_again_until_it_works(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    order = gone(world, Stage.COMPENSATING)
    world.inventory.by_sku["COFFEE-1KG"].held = 0
    world.run(close_order, order)
    world.clock.advance(3600)

    assert janitor_sweep.run() == {"taken-over": 1}
    world.inventory.by_sku["COFFEE-1KG"].held = 2
    world.compensate(world.now(order))

    assert world.now(order).stage is Stage.FAILED
    assert world.problems() == []


def test_an_order_whose_compensation_never_began_is_taken_over_with_its_cancel(
    world: World, janitor: Janitor
) -> None:
    """RefundPayment failed before its first write, then CloseOrder ended the execution."""
    order = world.place()
    cancel = world.cancel(order)
    world.run(close_order, order)
    world.engine.end(order, ExecutionStatus.FAILED)

    assert janitor.execution_stopped(order.order_id, order.execution) == "taken-over"
    world.compensate(world.now(order))

    after = world.now(order)
    assert (after.stage, after.outcomes) == (Stage.CANCELLED, {cancel.signal_id: "applied"})
    assert world.problems() == []


@pytest.mark.parametrize("stage", OPEN)
def test_an_operator_compensates_an_order_in_any_state_of_its_execution(
    world: World, janitor: Janitor, stage: Stage
) -> None:
    order = world.place(stage, wait_token=TOKEN, last_error=None)

    after = janitor.compensate(order.order_id)

    assert (after.stage, after.epoch) == (Stage.COMPENSATING, 2)
    assert after.last_error == "compensated by an operator"
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.engine.rung == [TOKEN]


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_operator_cannot_turn_back_an_order_that_ended(
    world: World, janitor: Janitor, end: Stage
) -> None:
    order = world.place(end)

    with pytest.raises(SignalNotAdmitted, match=f"the order is {end} already") as late:
        janitor.compensate(order.order_id)
    assert (late.value.order_id, late.value.stage) == (order.order_id, end)

    assert world.now(order) == order


def test_an_operators_takeover_during_a_payment_gives_the_money_back(
    world: World, janitor: Janitor
) -> None:
    order = world.prepare_payment(world.place(Stage.PAYMENT, total=4200))
    world.store.before_write = [lambda: janitor.compensate(order.order_id)]

    with pytest.raises(StaleEpoch):
        world.run(process_payment, order)
    world.compensate(world.now(order))

    assert world.payments.net_minor(f"pay:{order.order_id}") == 0
    assert world.now(order).ledger["pay"].refunded_minor == 4200
    assert world.problems() == []


@pytest.mark.parametrize("status", LOST)
def test_an_operator_resumes_an_order_at_once_after_its_execution_was_lost(
    world: World, janitor: Janitor, status: ExecutionStatus
) -> None:
    order = gone(world, status=status, takeovers=5, taken_over_at=world.clock.now())
    assert janitor.reconcile(order.order_id) == "postponed"

    taken, resumed = janitor.resume(order.order_id)

    assert (resumed, taken.epoch, taken.stage) == (True, 2, order.stage)
    event = world.store.timeline(order.order_id)[-1]
    assert (event.kind, event.detail) == ("execution-resumed", {"epoch": 2})
    assert taken.takeovers == 6
    assert taken.execution in world.engine.running
    assert janitor.resume(order.order_id) == (world.now(order), False)
    assert world.now(order).epoch == 2


@pytest.mark.parametrize("stage", [*sorted(ENDS), Stage.COMPENSATING])
def test_an_order_that_does_not_continue_is_not_resumed(
    world: World, janitor: Janitor, stage: Stage
) -> None:
    order = gone(world, stage)

    with pytest.raises(NotResumable):
        janitor.resume(order.order_id)

    assert world.now(order) == order


def test_an_order_that_a_person_stopped_or_cancelled_is_not_resumed(
    world: World, janitor: Janitor
) -> None:
    aborted, cancelled = stopped(world), gone(world)
    world.cancel(cancelled)

    for order in (aborted, cancelled):
        with pytest.raises(NotResumable):
            janitor.resume(order.order_id)
        assert world.now(order).epoch == 1


def test_a_cancel_that_is_accepted_while_an_order_is_resumed_wins(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    world.store.before_write = [lambda: world.cancel(order)]

    taken, resumed = janitor.resume(order.order_id)

    assert (resumed, taken.stage, taken.cancelled) == (True, Stage.COMPENSATING, True)


def test_of_the_janitor_and_an_operator_at_once_one_starts_an_execution(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    world.store.before_write = [lambda: janitor.reconcile(order.order_id)]

    taken, _ = janitor.resume(order.order_id)

    assert (taken.epoch, world.now(order).epoch) == (2, 2)
    assert world.engine.started == [f"{order.order_id}-2"]


def test_an_order_that_ends_while_it_is_resumed_is_not_started(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    ended = replace(order, stage=Stage.CANCELLED, sequence=order.sequence + 1)
    world.store.before_write = [lambda: world.store.put(ended)]

    assert janitor.resume(order.order_id) == (ended, False)
    assert world.engine.started == []


def test_an_operator_repeats_a_lost_start(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.START, ExecutionStatus.UNKNOWN)

    assert janitor.resume(order.order_id)[1]
    assert world.now(order).epoch == 1
    assert order.execution in world.engine.running
