"""The expected effects of each function on an order and on the stock."""

from collections.abc import Callable, Mapping

from tests.stateful.predicted import APPROVAL_MS, Call, Execution, Predicted, Shelf

ENRICHMENT = ("FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations")
TRANSIENT = {"lost": "PaymentUnsettled", "unavailable": "ProviderUnavailable"}


class Effects:
    """Each takes the order, the call and the time, and answers the name of an error, or nothing."""

    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._shelves = shelves
        self.of: Mapping[str, Callable[[Predicted, Call, int], str]] = {
            **dict.fromkeys(ENRICHMENT, self._enrich),
            "ReserveStock": self._reserve,
            "AwaitSignal": self._await,
            "ApplySignals": self._apply,
            "ProcessPayment": self._pay,
            "UpdateOrderStatus": self._complete,
            "SendOrderConfirmation": self._confirm,
            "RefundPayment": self._refund,
            "ReleaseStock": self._release,
            "SendCancellationEmail": self._tell_cancelled,
            "CloseOrder": self._close,
        }

    def _enrich(self, order: Predicted, call: Call, now: int) -> str:
        return _blocked(order, "start")

    def _reserve(self, order: Predicted, call: Call, now: int) -> str:
        if order.reserved:
            return ""
        if error := _blocked(order, "start"):
            return error
        if any(self._shelves[sku].available < n for sku, n in order.lines.items()):
            return "InsufficientStock"
        self._move(order.lines, "available", "held")
        order.stage, order.reserved, order.deadline = "awaiting-approval", True, now + APPROVAL_MS
        order.start_pending = False
        return ""

    def _await(self, order: Predicted, call: Call, now: int) -> str:
        """An error stands for a ring: there is something to do already."""
        if order.pending or order.stage != "awaiting-approval":
            return "rings"
        order.token = call.wait
        return ""

    def _apply(self, order: Predicted, call: Call, now: int) -> str:
        before_the_wait = order.stage == "start"
        while order.pending and (order.cancel is not None or not before_the_wait):
            self._apply_one(order, order.pending[0])
        if order.stage == "awaiting-approval" and order.deadline and now >= order.deadline:
            turn_back(order, "approval timeout")
            order.cancelled = True
        return ""

    def _apply_one(self, order: Predicted, signal_id: str) -> None:
        kind, *asked = order.inbox[signal_id]
        if kind == "cancel-order":
            turn_back(order, "")
        elif order.cancel is not None or order.stage != "awaiting-approval":
            order.outcomes[signal_id] = "superseded"
        elif kind == "decline-payment":
            order.outcomes[signal_id], order.cancelled = "applied", True
            turn_back(order, f"declined: {asked[0]}")
        elif kind == "approve-payment":
            order.outcomes[signal_id] = _approved(order, asked[0])
        else:
            order.outcomes[signal_id] = self._added(order, str(asked[0]), int(str(asked[1])))

    def _added(self, order: Predicted, sku: str, quantity: int) -> str:
        if sku not in self._shelves:
            return "rejected: unknown SKU"
        if self._shelves[sku].available < quantity:
            return "rejected: insufficient stock"
        self._move({sku: quantity}, "available", "held")
        order.lines[sku] = order.lines.get(sku, 0) + quantity
        order.revision += 1
        return "applied"

    def _pay(self, order: Predicted, call: Call, now: int) -> str:
        if order.charged:
            return ""
        if error := _blocked(order, "payment", "status-update"):
            return error
        answer = "approved" if order.captured_minor else _told(order)
        if answer in ("approved", "lost"):
            order.captured_minor = order.approved_minor or 0
        if answer != "approved":
            return TRANSIENT.get(answer, "PaymentDeclined")
        order.charged, order.stage = True, "status-update"
        return ""

    def _complete(self, order: Predicted, call: Call, now: int) -> str:
        if order.stage == "completed":
            return ""
        if error := _blocked(order, "status-update"):
            return error
        self._move(order.lines, "held", "sold")
        order.stage = "completed"
        return ""

    def _confirm(self, order: Predicted, call: Call, now: int) -> str:
        if order.stage == "completed" and not order.mails:
            order.mails.append("confirmed")
        return ""

    def _refund(self, order: Predicted, call: Call, now: int) -> str:
        if not order.ended and order.stage != "compensating":
            turn_back(order, owner(order).failure)
        if order.owes_payment and not order.ended:
            order.refunded_minor, order.charged = order.captured_minor, False
            order.owes_payment = order.start_pending = False
        return ""

    def _release(self, order: Predicted, call: Call, now: int) -> str:
        if order.stage == "compensating" and order.reserved:
            self._move(order.lines, "held", "available")
            order.reserved = order.start_pending = False
        return ""

    def _tell_cancelled(self, order: Predicted, call: Call, now: int) -> str:
        if order.stage != "completed" and not order.mails:
            order.mails.append("cancelled")
            order.start_pending = False
        return ""

    def _close(self, order: Predicted, call: Call, now: int) -> str:
        if order.stage == "compensating":
            order.stage = "cancelled" if order.cancelled else "failed"
            order.start_pending = False
        return ""

    def _move(self, lines: Mapping[str, int], source: str, target: str) -> None:
        for sku, quantity in lines.items():
            shelf = self._shelves[sku]
            setattr(shelf, source, getattr(shelf, source) - quantity)
            setattr(shelf, target, getattr(shelf, target) + quantity)


def turn_back(order: Predicted, reason: str) -> None:
    """Compensation begins: a cancel outranks every reason, what is pending gets its outcome."""
    for signal_id in order.pending:
        kind = order.inbox[signal_id][0]
        order.outcomes[signal_id] = "applied" if kind == "cancel-order" else "superseded"
    cancelled = order.cancel is not None
    order.reason = order.reason or (f"cancelled: {order.cancel}" if cancelled else reason)
    order.cancelled |= cancelled
    order.stage, order.token, order.start_pending = "compensating", None, False


def _approved(order: Predicted, revision: object) -> str:
    if revision != order.revision:
        return "stale"
    order.stage, order.approved_minor = "payment", order.total_minor
    order.owes_payment = True
    return "applied"


def _blocked(order: Predicted, *stages: str) -> str:
    if order.cancel is not None:
        return "OrderCancelled"
    return "" if order.stage in stages else "OrderMovedOn"


def _told(order: Predicted) -> str:
    return order.provider.pop(0) if order.provider else "approved"


def owner(order: Predicted) -> Execution:
    """The execution that owns the order."""
    return order.executions[order.epoch]
