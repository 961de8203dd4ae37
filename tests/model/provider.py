"""The payment provider: a payment is captured once; a voided payment is never captured."""

from tests.model.calls import Call, Move
from tests.model.record import INTENT, UNDONE
from tests.model.world import CAPTURES, RECALLS, REFUNDS, VOIDS, replace_order


def looks_up(call: Call) -> Move:
    books = call.state.provider
    if books.captures:
        return call.continues(RECALLS)
    return Move(call.state, error="PaymentClosed") if books.closed else call.continues(CAPTURES)


def captures(call: Call) -> Move:
    """A call without a reference on the ledger captures the payment that it prepared itself."""
    books, order = call.state.provider, call.state.order
    if not books.captures or not order.reference:
        if books.closed:
            return Move(call.state, error="PaymentClosed")
        books = books._replace(captures=books.captures + 1, captured=books.captured + order.amount)
    return call._replace(state=call.state._replace(provider=books)).continues(RECALLS)


def voids(call: Call) -> Move:
    books = call.state.provider._replace(closed=True)
    refund_next = books.captured and call.rules.voided_before_refund
    closed = call._replace(state=call.state._replace(provider=books))
    return closed.continues(REFUNDS if refund_next else RECALLS, note=books.captured)


def refunds(call: Call) -> Move:
    """One refund id: a refund that was made before is not made again."""
    books = call.state.provider
    found = call.worker.note if call.rules.voided_before_refund else books.captured
    books = books._replace(refunded=max(books.refunded, found))
    paid_back = call._replace(state=call.state._replace(provider=books))
    return paid_back.continues(RECALLS if call.rules.voided_before_refund else VOIDS)


def answer_lost(call: Call) -> Move:
    """The capture arrives, its answer does not: PaymentUnsettled, unless it counts as declined."""
    state, order = captures(call).state, call.state.order
    if call.rules.unknown_is_not_failed:
        return Move(state, error="PaymentUnsettled")
    if order.pay == INTENT:
        state = replace_order(state, order._replace(pay=UNDONE))
    return Move(state, error="PaymentDeclined")
