"""Runs the machine. The Hypothesis profile decides whether its seed is fixed or new."""

from collections import Counter

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import SurfaceMachine


def run(*, examples: int, steps: int, shrinks: bool = True) -> Counter[str]:
    """Run the machine. Returns the stages of orders and outcomes of signals.

    Raises the error of the machine with its trace, the shortest that was found if it shrinks.
    """
    seen: Counter[str] = Counter()

    class Machine(SurfaceMachine):
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
