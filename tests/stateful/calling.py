"""The machine's callers: rules that start orders and signal them, as the API does for people."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.stateful.drawn import ANSWERS, LINES, SKUS, WHICH, signal_of
from tests.stateful.environments import UNITS, InMemory
from tests.stateful.model import Model
from tests.stateful.predicted import Body, Predicted
from tests.stateful.surface import Surface


class CallingMachine(RuleBasedStateMachine):
    """Calls about up to three orders at once. `which` chooses one of those that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.surface = Surface(InMemory())
        self.model = Model(UNITS)
        self.signals = 0

    @rule(key=WHICH, lines=LINES, engine=ANSWERS)
    def start(self, key: int, lines: dict[str, int], engine: bool) -> None:
        surface, made = self.surface, [""]
        expected, order_id = self.model.start(
            f"k{key}", lines, surface.next_id, surface.version, engine=engine
        )

        def place() -> None:
            made[0] = surface.start(f"k{key}", lines)

        assert surface.answer(place, engine=engine) == expected
        assert made == [order_id]

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, behind=st.sampled_from((0, 0, 0, 1)), engine=ANSWERS)
    def approve(self, which: int, behind: int, engine: bool) -> None:
        """`behind` = how many revisions ago the approver looked."""
        order = self._order(which)
        self._signal(order, ("approve-payment", order.revision - behind), engine)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, sku=SKUS, quantity=st.integers(1, 3), engine=ANSWERS)
    def add_line_item(self, which: int, sku: str, quantity: int, engine: bool) -> None:
        self._signal(self._order(which), ("add-line-item", sku, quantity), engine)

    @precondition(lambda self: self.model.orders)
    @rule(
        which=WHICH,
        kind=st.sampled_from(("cancel-order", "cancel-order", "decline-payment")),
        reason=st.sampled_from(("too late", "too dear")),
        engine=ANSWERS,
    )
    def end(self, which: int, kind: str, reason: str, engine: bool) -> None:
        self._signal(self._order(which), (kind, reason), engine)

    @precondition(lambda self: self._signalled())
    @rule(which=WHICH, one=st.integers(0, 9), other=st.booleans())
    def signal_again(self, which: int, one: int, other: bool) -> None:
        """Under a known id: the same body, or that of an `other` signal."""
        order = self._signalled()[which % len(self._signalled())]
        signal_id, body = list(order.inbox.items())[one % len(order.inbox)]
        asked: Body = ("cancel-order", "quite another") if other else body
        self._send(order, signal_id, asked, engine=True)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH)
    def heartbeat(self, which: int) -> None:
        order = self._order(which)
        expected = self.model.heartbeat(order, self.surface.now)
        workflow = self.surface.workflow
        assert self.surface.answer(lambda: workflow.heartbeat(order.order_id)) == expected

    def _order(self, which: int) -> Predicted:
        orders = list(self.model.orders.values())
        return orders[which % len(orders)]

    def _signalled(self) -> list[Predicted]:
        return [order for order in self.model.orders.values() if order.inbox]

    def _signal(self, order: Predicted, body: Body, engine: bool) -> None:
        self.signals += 1
        self._send(order, f"S{self.signals:02}", body, engine=engine)

    def _send(self, order: Predicted, signal_id: str, body: Body, *, engine: bool) -> None:
        now, signal = self.surface.now, signal_of(signal_id, body)
        expected = self.model.signal(order, signal_id, body, now, engine=engine)
        answer = self.surface.answer(
            lambda: self.surface.signal(order.order_id, signal), engine=engine
        )
        assert answer == expected, (signal, answer, expected)
