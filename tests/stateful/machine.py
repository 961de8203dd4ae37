"""Hypothesis' state machine: each rule acts on the application and the model and compares them."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.stateful.calling import CallingMachine
from tests.stateful.comparing import differences
from tests.stateful.drawn import PROVIDER, WHICH
from tests.stateful.predicted import APPROVAL_MS, Predicted
from tests.stateful.surface import Asked

SWEEP_MS = 60_000


class SurfaceMachine(CallingMachine):
    """Requests of callers, and all other events of their orders."""

    @initialize(mugs=st.integers(1, 4))
    def begin(self, mugs: int) -> None:
        """Every sequence starts with an order."""
        self.start(0, {"MUG-RED": mugs}, engine=True)

    @precondition(lambda self: self.surface.asked)
    @rule(which=WHICH, steps=st.integers(1, 10))
    def work(self, which: int, steps: int) -> None:
        """Run up to `steps` pending functions of one order."""
        order_id = self.surface.asked[which % len(self.surface.asked)].task.order_id
        for _ in range(steps):
            mine = [asked for asked in self.surface.asked if asked.task.order_id == order_id]
            if mine:
                self._run(mine[0])

    @precondition(lambda self: self.model.orders)
    @rule(seconds=st.sampled_from((1, 45, 70, 310, 899, 901)))
    def time_passes(self, seconds: int) -> None:
        """Let time pass. Every function that becomes pending runs before."""
        until = self.surface.now + seconds * 1000
        self._run_all()
        while self.surface.pass_until(until):
            self.surface.settle()
            self._run_all()

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH)
    def time_passes_to_the_deadline(self, which: int) -> None:
        self._pass_to_deadline(self._order(which), early=0)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH)
    def approve_at_the_last_moment(self, which: int) -> None:
        """In time; but the wake-up is lost, and the deadline has passed when it is applied."""
        order = self._order(which)
        self._pass_to_deadline(order, early=1)
        self._signal(order, ("approve-payment", order.revision), engine=False)
        self.time_passes(2)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, event_arrives=st.booleans())
    def stop(self, which: int, event_arrives: bool) -> None:
        """StopExecution; the event of its end arrives at once, or never."""
        order = self._order(which)
        stored = self.surface.deps.store.get(order.order_id)
        self.surface.engine.stop(stored.execution)
        self.model.stop(order)
        if event_arrives:
            janitor = self.surface.janitor
            expected = self.model.reconcile(order, self.surface.now)
            action = janitor.execution_stopped(order.order_id, stored.execution)
            self.surface.settle()
            assert action == expected

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH)
    def compensate(self, which: int) -> None:
        """An operator takes the order over, in any state of its execution."""
        order = self._order(which)
        expected = self.model.compensate(order, self.surface.now)
        janitor = self.surface.janitor
        assert self.surface.answer(lambda: janitor.compensate(order.order_id)) == expected

    @precondition(lambda self: self.model.orders)
    @rule()
    def sweep(self) -> None:
        due = self.surface.deps.index.due(self.surface.now, 100).order_ids
        expected: dict[str, int] = {}
        for order_id in due:
            action = self.model.reconcile(self.model.orders[order_id], self.surface.now)
            expected[action] = expected.get(action, 0) + 1
        done = self.surface.janitor.sweep()
        self.surface.settle()
        assert done == expected

    @rule(version=st.sampled_from(("v1", "v2")))
    def deploy(self, version: str) -> None:
        self.surface.deploy(version)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, answers=PROVIDER)
    def provider_will_answer(self, which: int, answers: list[str]) -> None:
        order = self._order(which)
        order.provider = list(answers)
        self.surface.payments.answers[f"pay:{order.order_id}"] = list(answers)

    @invariant()
    def is_as_predicted(self) -> None:
        self._notice_wakes()
        found = differences(self.surface, self.model)
        assert found == [], "\n".join(found)

    def teardown(self) -> None:
        """Every order ends within its deadline and a few
        sweeps; no invariant is broken.
        """
        for _ in range(4 + APPROVAL_MS // SWEEP_MS):
            if all(order.ended for order in self.model.orders.values()):
                break
            self.time_passes(300)
            self.sweep()
        self._run_all()
        self.is_as_predicted()
        assert all(order.ended for order in self.model.orders.values()), "an order does not end"
        found = self.surface.around.problems()
        assert found == [], "\n".join(found)

    def _pass_to_deadline(self, order: Predicted, *, early: int) -> None:
        self.time_passes(max(1, ((order.deadline or 0) - self.surface.now) // 1000 - early))

    def _run_all(self) -> None:
        while self.surface.asked:
            self._run(self.surface.asked[0])

    def _run(self, asked: Asked) -> None:
        self._notice_wakes()
        order = self.model.orders[asked.task.order_id]
        self.model.work(order, asked.function, asked.task.epoch, self.surface.now)
        self.surface.run(asked)

    def _notice_wakes(self) -> None:
        """A tick or the deadline ends a wait: when is the engine's affair, what follows is not."""
        for asked in self.surface.asked:
            order = self.model.orders[asked.task.order_id]
            mine = asked.task.epoch == order.epoch and asked.function == "ApplySignals"
            if mine and asked.function not in order.open_calls:
                self.model.wake(order)
