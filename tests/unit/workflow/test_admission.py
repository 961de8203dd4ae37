"""Who may approve, and which signals would be accepted."""

import pytest

from lambdas.domain.errors import NotAllowed, SignalNotAdmitted
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import MAX_SIGNALS, Actor, Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.admission import allowed_signals, require_four_eyes
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.world import World


@pytest.mark.parametrize(
    "approver",
    [Actor("sub-a", "alice"), Actor("sub-o", "operator1"), Actor("sub-x", "old-operator")],
    ids=["customer", "requester", "requester of an older version"],
)
def test_neither_the_customer_nor_the_requester_approves(approver: Actor) -> None:
    requester = "old-operator" if approver.name == "old-operator" else "sub-o"
    order = an_order(requested_by=requester)

    with pytest.raises(NotAllowed, match="the requester cannot approve the order"):
        require_four_eyes(order, approver)


def test_a_new_user_with_the_name_of_the_requester_may_approve() -> None:
    require_four_eyes(an_order(requested_by="sub-1"), Actor("sub-2", "operator1"))


@pytest.mark.parametrize(("applied", "outcomes"), [(0, {}), (1, {"N": "applied"})])
def test_the_actor_of_an_added_line_cannot_approve(applied: int, outcomes: dict[str, str]) -> None:
    added = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N", actor="sub-s")
    order = an_order(inbox=(added,), applied=applied, outcomes=outcomes)

    with pytest.raises(NotAllowed, match="the requester cannot approve the order"):
        require_four_eyes(order, Actor("sub-s", "shop"))


def test_the_sender_of_a_rejected_line_may_approve() -> None:
    added = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N", actor="shop")
    outcomes = {"N": "rejected: unknown SKU"}

    require_four_eyes(an_order(inbox=(added,), applied=1, outcomes=outcomes), Actor("shop", "shop"))


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("late", [False, True])
def test_the_allowed_signals_are_those_that_would_be_accepted(
    world: World, workflow: OrderWorkflow, stage: Stage, late: bool
) -> None:
    order = world.place(stage)
    world.clock.advance(APPROVAL_TIMEOUT_MS / 1000 if late else 0)

    accepted = {kind for kind in SignalKind if accepts(workflow, order, a_signal(kind))}

    assert set(allowed_signals(order, world.clock.now())) == accepted


def accepts(workflow: OrderWorkflow, order: Order, signal: Signal) -> bool:
    try:
        workflow.signal(order.order_id, signal)
    except SignalNotAdmitted:
        return False
    return True


def test_nothing_is_worth_sending_to_an_order_that_is_being_cancelled(world: World) -> None:
    order = world.place()
    world.cancel(order)

    assert allowed_signals(world.now(order), world.clock.now()) == ()


def test_an_order_full_of_signals_admits_a_cancel_only() -> None:
    added = tuple(a_signal(SignalKind.ADD_LINE_ITEM) for _ in range(MAX_SIGNALS))

    assert allowed_signals(an_order(inbox=added), NOW) == (SignalKind.CANCEL_ORDER,)
