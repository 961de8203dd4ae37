"""The invariants hold after every step of random sequences."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.activities.approval import apply_signals
from lambdas.activities.enrichment import fetch_customer_profile, fetch_inventory_snapshot
from lambdas.activities.inventory import release_stock, reserve_stock
from lambdas.activities.notification import send_cancellation_email
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.adapters.orders.order_records import to_record
from lambdas.domain.errors import OrderError
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome, Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.services.janitor import Janitor
from tests.support.builders import a_signal
from tests.support.invariants import acceptance_problems
from tests.support.world import World

FORWARD = (
    fetch_customer_profile,
    fetch_inventory_snapshot,
    reserve_stock,
    apply_signals,
    process_payment,
    update_order_status,
)
COMPENSATION = (refund_payment, release_stock, send_cancellation_email, close_order)

signals = st.one_of(
    st.builds(
        a_signal,
        st.just(SignalKind.APPROVE_PAYMENT),
        revision=st.integers(1, 3),
    ),
    st.builds(
        a_signal,
        st.just(SignalKind.ADD_LINE_ITEM),
        sku=st.sampled_from(["MUG-RED", "COFFEE-1KG", "RARE-1", "TEA"]),
        quantity=st.integers(1, 4),
    ),
    st.builds(a_signal, st.sampled_from([SignalKind.CANCEL_ORDER, SignalKind.DECLINE_PAYMENT])),
)
steps = st.one_of(
    signals,
    st.sampled_from([*FORWARD, *COMPENSATION]),
    st.integers(1, 600),
    st.just("take over"),
)
methods = st.sampled_from(["pm_ok", "pm_declined", "pm_slow", "pm_flaky_2", "pm_refund_fails_2"])


class Scenario:
    """One order through any steps, each by the execution that owns the order at that time."""

    def __init__(self, payment_method: str) -> None:
        self.world = World()
        self.world.stock("RARE-1", available=1)
        self.order = self.world.place(
            Stage.START, payment_method=payment_method, start_pending=False
        )
        self.accepted: list[str] = []

    def step(self, step: Any) -> None:
        if isinstance(step, Signal):
            self._signal(step)
        elif isinstance(step, int):
            self.world.clock.advance(step)
        elif step == "take over":
            self._survive(lambda: self._janitor().compensate(self.order.order_id))
        else:
            self._survive(lambda: self.world.run(step, self.now))

    @property
    def now(self) -> Order:
        return self.world.now(self.order)

    def problems(self) -> list[str]:
        return self.world.problems() + acceptance_problems(to_record(self.now), self.accepted)

    def finish(self) -> None:
        """What the state machine, its retries and the janitor do once the faults are over."""
        self.step("take over")
        for activity in COMPENSATION:
            for _ in range(3):
                self.step(activity)

    def _signal(self, signal: Signal) -> None:
        _, appended = self.world.store.append_signal(
            self.order.order_id, signal, self.world.clock.now()
        )
        self.accepted += [signal.signal_id] * appended

    def _janitor(self) -> Janitor:
        return self.world.deps.janitor

    def _survive(self, act: Callable[[], object]) -> None:
        with suppress(OrderError):
            act()


@settings(max_examples=120, deadline=None)
@given(method=methods, todo=st.lists(steps, max_size=25))
def test_no_order_of_steps_breaks_an_invariant(method: str, todo: list[Any]) -> None:
    scenario = Scenario(method)

    for step in todo:
        scenario.step(step)
        assert scenario.problems() == []


@settings(max_examples=60, deadline=None)
@given(method=methods, todo=st.lists(steps, max_size=15))
def test_every_order_can_be_brought_to_an_end(method: str, todo: list[Any]) -> None:
    scenario = Scenario(method)
    for step in todo:
        scenario.step(step)

    scenario.finish()

    assert scenario.now.ended
    assert set(scenario.now.outcomes) == set(scenario.accepted)
    assert scenario.problems() == []


@settings(max_examples=60, deadline=None)
@given(accepted=st.lists(st.lists(signals, max_size=4), max_size=6))
def test_each_accepted_signal_gets_one_outcome_and_the_deadline_stays(
    accepted: list[list[Signal]],
) -> None:
    scenario = Scenario("pm_ok")
    for activity in (fetch_customer_profile, fetch_inventory_snapshot, reserve_stock):
        scenario.step(activity)
    deadline = scenario.now.approval_deadline

    for batch in accepted:
        for signal in batch:
            scenario.step(signal)
        scenario.step(apply_signals)

    assert list(scenario.now.outcomes) == scenario.accepted
    assert scenario.now.approval_deadline == deadline
    assert scenario.now.total.amount_minor > 0
    assert scenario.problems() == []


@settings(max_examples=40, deadline=None)
@given(before=st.lists(signals, max_size=4))
def test_nothing_that_is_approved_is_charged_with_another_amount(before: list[Signal]) -> None:
    scenario = Scenario("pm_ok")
    for activity in (fetch_customer_profile, fetch_inventory_snapshot, reserve_stock):
        scenario.step(activity)
    for signal in before:
        scenario.step(signal)
    scenario.step(apply_signals)
    scenario.step(a_signal(revision=scenario.now.revision))

    for activity in (apply_signals, process_payment, update_order_status):
        scenario.step(activity)

    decided = {SignalKind.APPROVE_PAYMENT, SignalKind.DECLINE_PAYMENT}
    applied = [
        s for s in scenario.now.inbox if scenario.now.outcomes[s.signal_id] == Outcome.APPLIED
    ]
    decisions = [signal.kind for signal in applied if signal.kind in decided]
    asked_to_cancel = any(signal.kind is SignalKind.CANCEL_ORDER for signal in before)
    cancelled = asked_to_cancel or decisions == [SignalKind.DECLINE_PAYMENT]
    assert asked_to_cancel or len(decisions) == 1
    assert (scenario.now.stage is Stage.COMPLETED) != cancelled
    paid = scenario.world.payments.net_minor(f"pay:{scenario.order.order_id}")
    assert paid == (0 if cancelled else scenario.now.total.amount_minor)
    assert scenario.problems() == []
