"""The payment provider: idempotent by key; a closed key never captures."""

from tests.model.calls import Call, Move
from tests.model.record import INTENT, UNDONE
from tests.model.world import CLOSES, RECALLS, REFUNDS, replace_order


def charges(call: Call) -> Move:
    books, order = call.state.provider, call.state.order
    if not books.captures or not call.rules.one_payment_key:
        if books.closed:
            return Move(call.state, error="PaymentClosed")
        books = books._replace(captures=books.captures + 1, captured=books.captured + order.amount)
    return call._replace(state=call.state._replace(provider=books)).continues(RECALLS)


def closes(call: Call) -> Move:
    books = call.state.provider._replace(closed=True)
    refund_next = books.captured and call.rules.key_closed_before_refund
    closed = call._replace(state=call.state._replace(provider=books))
    return closed.continues(REFUNDS if refund_next else RECALLS, note=books.captured)


def refunds(call: Call) -> Move:
    """One refund key: a refund that was made before is not made again."""
    books = call.state.provider
    found = call.worker.note if call.rules.key_closed_before_refund else books.captured
    books = books._replace(refunded=max(books.refunded, found))
    paid_back = call._replace(state=call.state._replace(provider=books))
    return paid_back.continues(RECALLS if call.rules.key_closed_before_refund else CLOSES)


def answer_lost(call: Call) -> Move:
    """The charge arrives, its answer does not: PaymentUnsettled, unless that counts as declined."""
    state, order = charges(call).state, call.state.order
    if call.rules.unknown_is_not_failed:
        return Move(state, error="PaymentUnsettled")
    if order.pay == INTENT:
        state = replace_order(state, order._replace(pay=UNDONE))
    return Move(state, error="PaymentDeclined")
