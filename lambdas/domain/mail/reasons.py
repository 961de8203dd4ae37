"""The reason of an order's end, in one sentence for its customer."""

from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import sentence_of
from lambdas.domain.record.stages import COMPENSATED


def reason(order: Order) -> str | None:
    """Why the order was not completed, in one sentence for its customer; None if it was not
    compensated. The technical reason is `last_error`. The words of a signal are not escaped here.
    """
    if order.stage not in COMPENSATED or order.last_error is None:
        return None
    return sentence_of(order.last_error)
