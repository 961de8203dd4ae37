"""The code of the mutants."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lambdas.domain.errors import OrderError
from lambdas.domain.mail.claims import claim_mail
from lambdas.domain.payments import Captured, CaptureResult, Declined, Payment
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, PAY, RESERVE, EffectState
from lambdas.domain.record.money import Money, Price
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import EXPIRED
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.signals import application
from lambdas.domain.steps import payment, stock
from lambdas.domain.steps.compensation import begin_compensation, close
from lambdas.domain.steps.payment import require_captured
from lambdas.services.janitor import Janitor, JanitorAction
from tests.simulation.step_functions.branch import Branch
from tests.simulation.step_functions.engine import Engine, Execution
from tests.simulation.step_functions.event_queue import Entry
from tests.simulation.step_functions.interpreter import StateFailed
from tests.simulation.world.fakes import WatchedStore
from tests.simulation.world.ports import Payments, Store
from tests.support.fakes import fake_store
from tests.support.fakes.fake_payments import Book

_approve, _apply_next = application._approve, application.apply_next
_admits = fake_store._admits
_append = fake_store._with_signal
_capture = Payments.capture
_answer_later = Branch._answer_later


def commit_without_condition(store: WatchedStore, planned: Change) -> Order:
    store.inventory.require(planned.stock, planned.before.order_id)
    store.inventory.apply(planned.stock)
    return store._write(planned.after, planned.events)


def record_no_reference(order: Order, now: int, reference: str) -> Change | None:
    order.require_forward(PAYING)
    return None


def complete_despite_cancel(order: Order, now: int) -> Change | None:
    made = stock.complete(replace(order, cancel_requested_at=None), now)
    if made is None:
        return None
    after = replace(made.after, cancel_requested_at=order.cancel_requested_at)
    return replace(made, before=order, after=after)


def look_up(payments: Payments, reference: str) -> Payment:
    def found() -> Payment:
        books = payments._world.payments.payments
        return books.get(reference, Book(reference, Money(0, "EUR"))).payment()

    return payments._cross("payments.void", found)


def claim_again(
    order: Order, now: int, mail: str, claimant: str, link: str | None
) -> Change | None:
    unclaimed = {name: effect for name, effect in order.ledger.items() if name != mail}
    made = claim_mail(replace(order, ledger=unclaimed), now, mail, claimant, link)
    return None if made is None else replace(made, before=order)


def reserve_again(
    order: Order, now: int, timeout_ms: int, findings: Mapping[str, Any]
) -> Change | None:
    if not order.reserved:
        return stock.reserve(order, now, timeout_ms, findings)
    return make_change(order, replace(order, approval_deadline=now + timeout_ms), now)


def release_again(order: Order, now: int) -> Change | None:
    if RESERVE not in order.ledger:
        return None
    held = order.ledger[RESERVE].with_state(EffectState.DONE, now)
    made = stock.release(order.with_effect(RESERVE, held), now)
    return None if made is None else replace(made, before=order)


def approve_anything(order: Order, now: int, signal: Signal) -> Change:
    return _approve(order, now, replace(signal, revision=order.revision))


def admit_twice(order: Order, signal: Signal, now: int) -> bool:
    return _admits(order, replace(signal, signal_id="never seen"), now)


def capture_lightly(payments: Payments, reference: str) -> CaptureResult:
    """The activity takes a missing answer for a capture."""
    try:
        return _capture(payments, reference)
    except OrderError as error:
        if error.message != "the answer was lost" and not error.message.startswith("given up"):
            raise
        return Captured(payments._world.payments.payments[reference].amount)


def newest(engine: Engine, execution: Execution) -> Mapping[str, Any]:
    """States are looked up in what is live now; one that is gone there is found where it was."""

    class States(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            return engine.machine["States"].get(name) or super().__getitem__(name)

    return {**execution.machine, "States": States(execution.machine["States"])}


def compensate_on_every_error(engine: Engine, execution: Execution) -> Mapping[str, Any]:
    """Every caught error starts compensation, as a refusal does."""

    def turned(state: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            key: [{**one, "Next": "RefundPayment"} if _pauses(one) else one for one in value]
            if key == "Catch"
            else value
            for key, value in state.items()
        }

    states = {name: turned(state) for name, state in execution.machine["States"].items()}
    return {**execution.machine, "States": states}


def _pauses(catcher: Mapping[str, Any]) -> bool:
    return bool(catcher["Next"] == "RouteBackOff")


def compensate_lost(order: Order, now: int) -> Change:
    return begin_compensation(order, now, error="the execution was lost", next_epoch=True)


def never_ring(janitor: Janitor, order: Order) -> str:
    """The janitor looks again later, and leaves it at that."""
    janitor._check_later(order)
    return "running"


def never_confirm(order: Order, now: int, *, mail: str, **more: Any) -> Change | None:
    return None if mail == MAIL_CONFIRMATION else claim_mail(order, now, mail=mail, **more)


def accept_any_sum(order: Order, result: CaptureResult) -> None:
    if not isinstance(result, Captured):
        require_captured(order, result)


def two_decimals(money: Money) -> str:
    return f"{money.amount_minor / 100:.2f} {money.currency}"


def append_if_awaited(order: Order, signal: Signal, now: int) -> Order:
    return _append(order, signal, now) if order.wait_token else order


def wait_without_end(branch: Branch, delay: int, answer: Any, failure: StateFailed | None) -> Entry:
    if branch._token is not None and failure is not None:
        return Entry(lambda: None)
    return _answer_later(branch, delay, answer, failure)


def leave_to_itself(janitor: Janitor, order: Order, reason: str | None) -> JanitorAction:
    janitor._check_later(order)
    return JanitorAction.RUNNING


def expire_before_applying(
    order: Order, now: int, prices: Mapping[str, Price], *, refusal: str | None = None
) -> Change:
    is_late = order.approval_deadline is not None and now >= order.approval_deadline
    if is_late and order.stage is Stage.AWAITING_APPROVAL:
        return begin_compensation(order, now, error=EXPIRED, cancelled=True)
    return _apply_next(order, now, prices, refusal=refusal)


def decline_lightly(payments: Payments, reference: str) -> CaptureResult:
    """The activity takes a missing answer for a refusal."""
    try:
        return _capture(payments, reference)
    except OrderError as error:
        if error.message != "the answer was lost":
            raise
        return Declined("no answer")


def commit_in_two_writes(store: Store, change: Change) -> Order:
    """The stage first, then the stock."""
    boundary = store._boundary
    after: Order = boundary.cross(
        "store.commit",
        lambda: boundary.world.store.commit_as(boundary.epoch, replace(change, stock=())),
    )
    if change.stock:
        inventory = boundary.world.inventory
        boundary.cross("store.commit", lambda: inventory.apply(change.stock))
    return after


def approve_without_intent(order: Order, now: int, signal: Signal) -> Change:
    made = _approve(order, now, signal)
    ledger = {name: effect for name, effect in made.after.ledger.items() if name != PAY}
    return replace(made, after=replace(made.after, ledger=ledger))


def record_charge_anywhere(order: Order, now: int) -> Change | None:
    made = payment.record_charge(replace(order, stage=Stage.PAYMENT), now)
    return None if made is None else replace(made, before=order)


def leave_pending(order: Order, **changes: Any) -> Order:
    if "outcomes" in changes:
        changes = {**changes, "outcomes": order.outcomes}
    return replace(order, **changes)


def close_unbegun(order: Order, now: int) -> Change | None:
    if order.ended or order.stage is Stage.COMPENSATING:
        return close(order, now)
    made = close(replace(order, stage=Stage.COMPENSATING), now)
    return None if made is None else replace(made, before=order)
