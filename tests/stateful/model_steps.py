"""The model of the way: which function comes next."""

from collections.abc import Mapping

from tests.stateful.model_effects import ENRICHMENT, TRANSIENT, Effects, owner
from tests.stateful.predicted import Call, Execution, Predicted, Shelf

BACK = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
ATTEMPTS = 5
REFUSALS = ("InsufficientStock", "PaymentDeclined", "OrderCancelled")
_DECIDED = {
    "start": "start",
    "awaiting-approval": "AwaitSignal",
    "payment": "ProcessPayment",
    "status-update": "UpdateOrderStatus",
    "completed": "SendOrderConfirmation",
}
"""What follows ApplySignals, by the order's stage."""


class Steps:
    """Runs functions on predicted orders."""

    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._effects = Effects(shelves)

    def begin(self, order: Predicted) -> None:
        """The first calls of a new execution."""
        if order.stage == "compensating":
            self.ask(order, "RefundPayment")
        elif order.version == "v1":
            self.ask(order, ENRICHMENT[0])
        else:
            owner(order).left = len(ENRICHMENT)
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
        assert mine, f"no execution asked for {function}"
        assert mine[0].function == function, f"{function}, not {mine[0].function}"
        order.calls.remove(mine[0])
        error = self._effects.of[function](order, mine[0], now)
        if owner(order).alive and mine[0].heard:
            self._go_on(order, mine[0], error)

    def _go_on(self, order: Predicted, call: Call, error: str) -> None:
        execution = owner(order)
        if call.function in ENRICHMENT:
            self._after_enrichment(order, execution, call, error)
        elif call.function == "AwaitSignal":
            execution.waiting = None if error else call.wait
            if error:
                self.ask(order, "ApplySignals")
        elif call.function == "ProcessPayment" and error in TRANSIENT.values():
            execution.attempts += 1
            execution.pausing = execution.attempts >= ATTEMPTS
            if execution.pausing:
                execution.attempts = 0
            else:
                self.ask(order, "ProcessPayment")
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
        owner(order).failure = error
        if error and error not in REFUSALS:
            owner(order).pausing = True
        elif function == "start" and not error:
            self.begin(order)
        else:
            self.ask(order, "RefundPayment" if error else function)


def _next(order: Predicted, function: str) -> str:
    if function == "ReserveStock":
        return "AwaitSignal"
    if function == "ApplySignals":
        return _DECIDED.get(order.stage, "RefundPayment")
    return {"ProcessPayment": "UpdateOrderStatus"}.get(function, "SendOrderConfirmation")
