"""Breadth-first exploration of all states, and the shortest trace to a violation."""

import gc
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from tests.model.calls import Step
from tests.model.invariants import ALIVE, broken_by_state, broken_by_write
from tests.model.rules import PROTOCOL, Bounds, Rules
from tests.model.steps import steps
from tests.model.world import State, Stock

STARTS_FROM = (State(), State(stock=Stock(available=0)))
"""A product with stock for the order and one more unit, and one that is sold out."""


class Violation(NamedTuple):
    """An invariant that does not hold, and the shortest trace to it."""

    invariant: str
    start: State
    trace: tuple[Step, ...]


class Exploration(NamedTuple):
    """What was found: all states within the bounds, or the first violation."""

    states: Sequence[State]
    seconds: float
    """Processor time: it does not depend on other load of the machine."""
    violation: Violation | None


class _Explorer:
    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self.rules, self.bounds = rules, bounds
        self.states: list[State] = []
        self.number: dict[State, int] = {}
        self.parent: list[int] = []
        self.naturally_from: list[list[int]] = []
        """The states from which a natural step leads to this one."""

    def run(self) -> Violation | None:
        for start in STARTS_FROM:
            self._discover(start, -1)
        position = 0
        while position < len(self.states):
            broken = self._expand(position)
            if broken is not None:
                return broken
            position += 1
        return self._dead_end()

    def _expand(self, position: int) -> Violation | None:
        state = self.states[position]
        for step in steps(state, self.rules, self.bounds):
            after, order = step.after, step.after.order
            broken = None
            if order is not state.order:
                broken = broken_by_write(state.order, order)
            number = self.number.get(after)
            if number is None:
                number = self._discover(after, position)
                broken = broken or broken_by_state(after)
            if broken is not None:
                return self._violation(broken, position, step)
            if step.natural:
                self.naturally_from[number].append(position)
        return None

    def _discover(self, state: State, parent: int) -> int:
        number = self.number[state] = len(self.states)
        self.states.append(state)
        self.parent.append(parent)
        self.naturally_from.append([])
        return number

    def _dead_end(self) -> Violation | None:
        """The first state from which natural steps reach no end, preferably one that no natural
        step leaves.
        """
        alive = [state.order.ended for state in self.states]
        waiting = deque(number for number, ended in enumerate(alive) if ended)
        while waiting:
            for before in self.naturally_from[waiting.popleft()]:
                if not alive[before]:
                    alive[before] = True
                    waiting.append(before)
        dead = [number for number, lives in enumerate(alive) if not lives]
        if not dead:
            return None
        moving = {before for number in dead for before in self.naturally_from[number]}
        still = (number for number in dead if number not in moving)
        return self._violation(ALIVE, next(still, dead[0]))

    def _violation(self, invariant: str, number: int, *last: Step) -> Violation:
        """With the steps from the start, found again from one state to the next."""
        found: list[Step] = []
        while self.parent[number] >= 0:
            parent, after = self.parent[number], self.states[number]
            ways = steps(self.states[parent], self.rules, self.bounds)
            found.append(next(step for step in ways if step.after == after))
            number = parent
        return Violation(invariant, self.states[number], (*reversed(found), *last))


def explore(bounds: Bounds, rules: Rules = PROTOCOL) -> Exploration:
    """All states within `bounds`, or as many as it takes to break an invariant."""
    began = time.process_time()
    explorer = _Explorer(rules, bounds)
    gc.disable()  # there are no cycles, and a collection would scan a million tuples
    try:
        violation = explorer.run()
    finally:
        gc.enable()
    return Exploration(explorer.states, time.process_time() - began, violation)
