"""Replays a trace of the model step by step, then runs without faults to the order's end."""

from lambdas.domain.ports import IdempotencyKey
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.steps.start import StartRequest
from tests.model.calls import Step
from tests.model.explorer import Violation
from tests.model.translation import SKU
from tests.replay.cues import Cues
from tests.replay.sameness import differences
from tests.replay.world import ORDER, PLACING, HeldWorld
from tests.simulation.reasons import unreasonable
from tests.simulation.schedule import Action, Happening
from tests.simulation.story import LAST_MS
from tests.simulation.verdict import TICK_MS, Ends, books, trace_lines, verdict
from tests.support.invariants import problems

BY_HAND = Happening(Action.TAKEOVER, 0, 0)
"""A trace may have an operator take the order over."""


class Replay:
    """`untaken` are the steps that could not be taken, `differing` those after which the record
    was not the model's, `problems` every invariant that was broken at a step or in the end.
    """

    def __init__(self, violation: Violation) -> None:
        self.ends = Ends()
        self.world = HeldWorld(violation.start.stock.available, self._written)
        self.untaken: list[str] = []
        self.differing: list[str] = []
        self.problems: list[str] = []
        self._trace = violation.trace
        self._answered: set[tuple[str, str]] = set()

    def play(self) -> None:
        """Replay the whole trace, then run without faults to the end."""
        self._place()
        cues = Cues(self._send)
        for step in self._trace:
            taken = cues.cue(step)(self.world)
            self._look(step, taken=taken)
        self._go_on_in_peace()

    def __str__(self) -> str:
        """The trace, for the message of a failed test."""
        return "\n".join(
            [
                *(f"not taken: {step}" for step in self.untaken),
                *(f"differs: {step}" for step in self.differing),
                *(f"broken: {problem}" for problem in self.problems),
                *trace_lines(self.world),
            ]
        )

    def _place(self) -> None:
        """The order is there; the call that placed it stands before starting the execution."""
        request = StartRequest(
            customer_id="alice",
            requested_by="alice",
            payment_method="pm_ok",
            version="v2",
            items=((SKU, 1),),
        )
        key = IdempotencyKey(principal="alice", key="first", fingerprint="f")
        world = self.world
        world.act(PLACING, lambda deps: world.workflow(deps, ORDER).start(request, key))
        world.settle()

    def _send(self, signal: Signal) -> None:
        world = self.world

        def action(deps: object) -> None:
            world.workflow(deps).signal(ORDER, signal)  # type: ignore[arg-type]
            self._answered.add((ORDER, signal.signal_id))

        world.act(signal.kind.value, action)

    def _look(self, step: Step, *, taken: bool) -> None:
        name = f"{step.who} {step.action}"
        if not taken:
            self.untaken.append(name)
        elif found := differences(self.world, step.after):
            self.differing.append(f"{name}: {found}")
        self._find(
            problems(
                self.world.store.records.values(),
                self.world.store.shelves(),
                books(self.world),
                self.world.store.units,
            )
        )

    def _go_on_in_peace(self) -> None:
        world, event_queue = self.world, self.world.event_queue
        quiet_at, last = event_queue.now, event_queue.now + LAST_MS
        world.set_free()
        self._sweep()
        while event_queue.now < last and not self._over():
            event_queue.step()
        world.end_actors()
        self._find(verdict(world, self.ends, quiet_at, self._answered))
        self._find(list(unreasonable(world, (BY_HAND,))))

    def _sweep(self) -> None:
        world = self.world
        world.event_queue.after(TICK_MS, self._sweep)
        world.act("sweep", lambda deps: world.janitor(deps).sweep())

    def _over(self) -> bool:
        world = self.world
        return bool(self.ends.count) and not world.actors and not world.engine.running

    def _written(self, before: Order | None, after: Order) -> None:
        self.ends.written(after, self.world.event_queue.now)
        if after.approval_deadline is not None:
            self.world.deadlines.add(after.approval_deadline)

    def _find(self, found: list[str]) -> None:
        self.problems += [problem for problem in found if problem not in self.problems]
