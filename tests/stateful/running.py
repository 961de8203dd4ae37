"""Runs the machine. The Hypothesis profile decides whether its seed is fixed or new."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.environments import Surroundings
from tests.stateful.machine import SurfaceMachine


def run(
    around: Callable[[], Surroundings], *, examples: int, steps: int, shrinks: bool = True
) -> Counter[str]:
    """How orders ended and signals came out.

    Raises what the machine found, with its trace: the shortest that was found, if it shrinks.
    """
    seen: Counter[str] = Counter()

    class Machine(SurfaceMachine):
        def __init__(self) -> None:
            super().__init__(around)

        def teardown(self) -> None:
            super().teardown()
            for order in self.model.orders.values():
                seen.update([order.stage, *order.outcomes.values()])

    phases = (Phase.generate, Phase.shrink) if shrinks else (Phase.generate,)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return seen
