"""Operators: the account of a payment is closed, so that the provider knows it no longer, and two
operators settle what it cannot report: the end of a dispute, a stuck refund, a debt. A refund that
is pending gets stuck if they repeat it.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from lambdas.dependencies import Dependencies
from lambdas.domain.payments import DisputeState
from lambdas.domain.record.ledger import DEBT, PAY, EffectState, disputes, owes
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement, Settled
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.outside_settlement import confirm_settlement, request_settlement
from lambdas.domain.steps.payment import recorded_reference
from lambdas.domain.steps.reported_payments import record_debt, record_disputes, settle_debt
from lambdas.services.order_writer import Decide
from tests.simulation.world.world import SimulatedWorld
from tests.support.fakes.fake_payments import Book

CONFIRMED_MS = 20_000
_SECOND = Actor("sub-operator2", "operator2")
_ENDS = {DisputeState.WON: Settled.DISPUTE_WON, DisputeState.LOST: Settled.DISPUTE_LOST}


class _Letter(NamedTuple):
    """What a bank writes: money that it transferred, or how it decided a dispute."""

    settled: Settled
    amount_minor: int
    dispute: str | None = None


class Operators:
    """Settles orders of a world, with random numbers of a seed. `disturbed` is called with each
    order that is confirmed or compensated by hand, and `actions` counts them: each one may begin an
    execution.
    """

    def __init__(
        self, world: SimulatedWorld, seed: int, disturbed: Callable[[str, int], None]
    ) -> None:
        self._world, self._disturbed = world, disturbed
        self._random = Random(f"operators {seed}")
        self._requests = 0
        self.actions: Counter[str] = Counter()

    @property
    def are_done(self) -> bool:
        """Whether no order needs a settlement."""
        return not any(map(self._needs_help, self._world.store.orders()))

    def settle_some(self) -> None:
        """Close some accounts, and settle some of the orders whose account is closed."""
        for order in self._world.store.orders():
            if self._random.random() < 0.3:
                self._close_account(order)
            if self._random.random() < 0.3:
                self._settle(order)

    def settle_all(self) -> None:
        """Settle every debt, and every order whose account is closed."""
        for order in self._world.store.orders():
            if owes(order.ledger, DEBT):
                self._close_account(order)
            self._settle(order)

    def _needs_help(self, order: Order) -> bool:
        is_open = self._letter(order) is not None or self._is_pending(order)
        return owes(order.ledger, DEBT) or is_open

    def _close_account(self, order: Order) -> None:
        """Close the account of a payment that needs a settlement. The bank decides its disputes."""
        reference = recorded_reference(order) or ""
        book = self._world.payments.payments.get(reference)
        if book is None or not _can_close(order, book) or not _is_open(order):
            return
        captured_other = book.key in self._world.payments.extra_minor
        if captured_other and not order.ended:
            return  # operators settle no more than the approved amount
        self._world.log("account closed", reference, "")
        self._world.payments.closed.add(reference)
        for name, dispute in book.disputes.items():
            if dispute.state in (DisputeState.OPEN, DisputeState.INQUIRY):
                self._decide(book, name)

    def _decide(self, book: Book, name: str) -> None:
        amount_minor = book.disputes[name].amount_minor
        withheld = book.disputes[name].state is DisputeState.OPEN
        can_lose = withheld or book.undisputed_minor >= amount_minor
        if can_lose and self._random.random() < 0.5:
            returned = self._random.choice((amount_minor, self._random.randint(1, amount_minor)))
            book.dispute(DisputeState.LOST, returned, name)
        else:
            book.dispute(DisputeState.WON, amount_minor, name)

    def _letter(self, order: Order) -> _Letter | None:
        """What operators can settle now. None while the account is open, and without a problem."""
        reference = recorded_reference(order)
        if reference not in self._world.payments.closed:
            return None
        book = self._world.payments.payments[reference]
        for name, entry in disputes(order.ledger).items():
            if entry.state is EffectState.INTENT:
                decided = book.disputes[entry.reference or ""]
                return _Letter(_ENDS[decided.state], decided.amount_minor, name)
        returned = 0 if order.settlement is None else order.settlement.returned_minor
        rest = book.payment().outstanding_minor - returned
        # The end of a dispute of the whole amount ends the order: no settlement of 0 is needed.
        is_left = rest > 0 or not disputes(order.ledger)
        return _Letter(Settled.REFUND_PAID, rest) if is_left and _owes_money(order) else None

    def _is_pending(self, order: Order) -> bool:
        """Whether only the ledger has a refund as pending: the account is closed."""
        is_closed = recorded_reference(order) in self._world.payments.closed
        return is_closed and order.refund_pending_until is not None and not order.stuck

    def _settle(self, order: Order) -> None:
        """One operator requests, another one confirms soon, at times twice. Until a pending refund
        is stuck, an operator repeats it.
        """
        letter = self._letter(order)
        if letter is None:
            if self._is_pending(order):
                self._compensate(order.order_id)
            return
        self._requests += 1
        settlement = OutsideSettlement(
            settlement_id=f"S{self._requests}",
            **letter._asdict(),
            currency=order.currency,
            evidence=f"letter {self._requests}",
            requested_by="sub-operator1",
            requested_by_name="operator1",
            requested_at=self._world.event_queue.now,
        )
        self._act(order.order_id, "settle", partial(request_settlement, requested=settlement))
        confirm = partial(
            confirm_settlement,
            settlement_id=settlement.settlement_id,
            payment=settlement,
            actor=_SECOND,
        )
        for _ in range(self._random.choice((1, 1, 2))):
            later = self._random.randint(0, CONFIRMED_MS)
            run = partial(self._act, order.order_id, "confirm", confirm)
            self._world.event_queue.after(later, run)

    def _compensate(self, order_id: str) -> None:
        self._record_action(order_id)
        self._world.act(
            "takeover",
            lambda deps: self._world.janitor(deps).compensate(order_id),
            order_id=order_id,
        )

    def _act(self, order_id: str, name: str, decide: Decide) -> None:
        """What the route of settlements does."""

        def action(deps: Dependencies) -> None:
            before = deps.orders.get(order_id)
            order = deps.orders.change(order_id, decide, seen=before)
            confirmed = name == "confirm" and order.sequence != before.sequence
            if confirmed and order.stage is Stage.COMPENSATING:
                self._world.janitor(deps).compensate(order_id)

        if name == "confirm":
            self._record_action(order_id)
        self._world.act(name, action, order_id=order_id)

    def _record_action(self, order_id: str) -> None:
        self.actions[order_id] += 1
        self._disturbed(order_id, self._world.event_queue.now)


def _can_close(order: Order, book: Book) -> bool:
    """Whether operators can know all that the provider knew: nothing is pending, and the ledger has
    every dispute and debt. Its last statements show a refund that was made, and not recorded.
    """
    payment, now = book.payment(), order.updated_at
    records = (record_debt, settle_debt, record_disputes)
    is_recorded = not any(record(order, now, payment) for record in records)
    is_left = payment.outstanding_minor > 0 or not book.disputes
    return is_recorded and is_left and not book.is_pending


def _is_open(order: Order) -> bool:
    """Whether the order has an open dispute, a refund that is stuck or pending, or a debt."""
    if not order.ended and order.stage is not Stage.COMPENSATING:
        return False
    is_disputed = any(
        dispute.state is EffectState.INTENT for dispute in disputes(order.ledger).values()
    )
    return is_disputed or _owes_money(order) or order.refund_pending_until is not None


def _owes_money(order: Order) -> bool:
    payment = order.ledger.get(PAY)
    return owes(order.ledger, DEBT) or (payment is not None and payment.stuck)
