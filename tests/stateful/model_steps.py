"""The model of the way: what each function does to an order, and which one comes next."""

from collections.abc import Callable, Mapping

from tests.stateful.predicted import APPROVAL_MS, Call, Execution, Predicted, Shelf

ENRICHMENT = ("FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations")
BACK = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
TRANSIENT = {"lost": "PaymentUnsettled", "unavailable": "ProviderUnavailable"}
ATTEMPTS = 5


class Steps:
    """Runs functions on predicted orders."""

    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._shelves = shelves
        self._effects: Mapping[str, Callable[[Predicted, Call, int], str]] = {
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

    def begin(self, order: Predicted) -> None:
        """The first calls of a new execution."""
        if order.stage == "compensating":
            self.ask(order, "RefundPayment")
        elif order.version == "v1":
            self.ask(order, ENRICHMENT[0])
        else:
            _owner(order).left = len(ENRICHMENT)
            for function in ENRICHMENT:
                self.ask(order, function)

    def ask(self, order: Predicted, function: str) -> None:
        """The owner asks for a function."""
        call = Call(function, order.epoch)
        if function == "AwaitSignal":
            order.waits += 1
            call.wait = order.waits
        order.calls.append(call)

    def run(self, order: Predicted, function: str, now: int) -> None:
        """Run the owner's oldest open call, which must be this function."""
        mine = [call for call in order.calls if call.epoch == order.epoch]
        assert mine, f"nobody asked for {function}"
        assert mine[0].function == function, f"{function}, not {mine[0].function}"
        order.calls.remove(mine[0])
        error = self._effects[function](order, mine[0], now)
        if _owner(order).alive and mine[0].heard:
            self._go_on(order, mine[0], error)

    def _go_on(self, order: Predicted, call: Call, error: str) -> None:
        execution = _owner(order)
        if call.function in ENRICHMENT:
            self._after_enrichment(order, execution, call, error)
        elif call.function == "AwaitSignal":
            execution.waiting = None if error else call.wait
            if error:
                self.ask(order, "ApplySignals")
        elif call.function == "ProcessPayment" and error in TRANSIENT.values():
            execution.attempts += 1
            self._ask_or_turn(order, "ProcessPayment", error * (execution.attempts >= ATTEMPTS))
        elif call.function == "CloseOrder" and order.stage == "completed":
            self.ask(order, "SendOrderConfirmation")
        elif call.function in ("CloseOrder", "SendOrderConfirmation"):
            execution.alive = False
        elif call.function in BACK:
            self.ask(order, BACK[BACK.index(call.function) + 1])
        else:
            self._ask_or_turn(order, _next(order, call.function), error)

    def _after_enrichment(
        self, order: Predicted, execution: Execution, call: Call, error: str
    ) -> None:
        failed = error * (call.function != "FetchRecommendations")
        if order.version == "v1":
            later = (*ENRICHMENT, "ReserveStock")
            self._ask_or_turn(order, later[later.index(call.function) + 1], failed)
            return
        execution.left -= 1
        if failed:
            for other in order.calls:
                other.heard = False
        if failed or execution.left == 0:
            self._ask_or_turn(order, "ReserveStock", failed)

    def _ask_or_turn(self, order: Predicted, function: str, error: str) -> None:
        _owner(order).failure = error
        self.ask(order, "RefundPayment" if error else function)

    def _enrich(self, order: Predicted, call: Call, now: int) -> str:
        if error := _blocked(order, "start", "enrichment", "reserve"):
            return error
        order.tier |= call.function == "FetchCustomerProfile"
        order.counted |= call.function == "FetchInventorySnapshot"
        order.stage = "reserve" if order.tier and order.counted else "enrichment"
        order.start_pending = False
        return ""

    def _reserve(self, order: Predicted, call: Call, now: int) -> str:
        if order.reserved:
            return ""
        if error := _blocked(order, "start", "enrichment", "reserve"):
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
        while order.pending:
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
            turn_back(order, _owner(order).failure)
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


def _next(order: Predicted, function: str) -> str:
    if function == "ReserveStock":
        return "AwaitSignal"
    if function == "ApplySignals":
        if order.stage in ("payment", "status-update") and order.cancel is None:
            return "ProcessPayment"
        return "AwaitSignal" if order.stage == "awaiting-approval" else "RefundPayment"
    return {"ProcessPayment": "UpdateOrderStatus"}.get(function, "SendOrderConfirmation")


def _blocked(order: Predicted, *stages: str) -> str:
    if order.cancel is not None:
        return "OrderCancelled"
    return "" if order.stage in stages else "OrderMovedOn"


def _told(order: Predicted) -> str:
    return order.provider.pop(0) if order.provider else "approved"


def _owner(order: Predicted) -> Execution:
    return order.executions[order.epoch]
