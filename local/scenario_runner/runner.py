"""Run scenarios: concurrently if they do not affect each other, else one by one."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from local.checks.invariants import stock_is_accounted_for, unchanged_ends, violations
from local.checks.records import ObservedOrder, Record
from local.host.state import State
from local.scenario_runner.backend import Backend
from local.scenario_runner.result import ScenarioResult, compare
from local.scenario_runner.scenario import Scenario
from local.scenario_runner.scenario_run import ScenarioFailed, ScenarioRun
from local.scenario_runner.steps import run_step
from local.scenario_runner.users import ApiError, Users

OnProgress = Callable[[str, str], None]
"""Called with (scenario, current step) on every change."""

REPETITIONS = 3
_FAILURES = (ScenarioFailed, ApiError, httpx.HTTPError, ClientError, BotoCoreError)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The results in the order of the scenarios; `violations` are those of all tables."""

    scenarios: tuple[ScenarioResult, ...]
    violations: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.violations and all(result.passed for result in self.scenarios)


class ScenarioRunner:
    """Runs scenarios on one deployment, `jobs` of them concurrently."""

    def __init__(self, state: State, *, jobs: int, on_progress: OnProgress) -> None:
        self._state = state
        self._jobs = jobs
        self._on_progress = on_progress
        self._backend = Backend(state)
        self._stopped = threading.Event()
        self._ended_orders: list[Record] = []
        self._observed_orders: dict[str, ObservedOrder] = {}

    def run(self, scenarios: Sequence[Scenario]) -> RunResult:
        """Run all scenarios, then check the invariants of all tables."""
        results = self._run_concurrently([scenario for scenario in scenarios if not scenario.alone])
        results |= {scenario.name: self._run(scenario) for scenario in scenarios if scenario.alone}
        results |= {
            scenario.name: self._repeat(scenario)
            for scenario in scenarios
            if results[scenario.name].too_slow
        }
        return RunResult(
            tuple(results[scenario.name] for scenario in scenarios), self._check_all_tables()
        )

    def _run_concurrently(self, scenarios: Sequence[Scenario]) -> dict[str, ScenarioResult]:
        pool = ThreadPoolExecutor(max_workers=self._jobs)
        try:
            running = {scenario.name: pool.submit(self._run, scenario) for scenario in scenarios}
            return {name: future.result() for name, future in running.items()}
        except BaseException:
            self._stopped.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, scenario: Scenario) -> ScenarioResult:
        users = Users(self._state.api_url, self._state.tokens)
        run = ScenarioRun(users, self._backend, stopped=self._stopped)
        result = ScenarioResult(scenario=scenario.name)
        began = time.monotonic()
        try:
            self._run_steps(scenario, run, result)
        finally:
            if scenario.alone:
                self._backend.clear_faults()
            users.close()
        result.seconds = time.monotonic() - began
        self._on_progress(scenario.name, "done")
        return result

    def _repeat(self, scenario: Scenario) -> ScenarioResult:
        """Run a scenario on its own, at most REPETITIONS times: on a busy machine the deadline of
        its order passed before the steps that come before it.
        """
        result = ScenarioResult(scenario=scenario.name, too_slow=True)
        for _ in range(REPETITIONS):
            if result.too_slow:
                self._on_progress(scenario.name, "repeat: the deadline passed too early")
                result = self._run(scenario)
        return result

    def _run_steps(self, scenario: Scenario, run: ScenarioRun, result: ScenarioResult) -> None:
        current = "start"
        try:
            for number, step in enumerate(scenario.steps, start=1):
                current = f"step {number} ({step})"
                self._on_progress(scenario.name, str(step))
                run_step(run, step)
            for order, expected in scenario.expect.items():
                current = f"the end of {order}"
                self._on_progress(scenario.name, "wait for the end")
                run.wait_for_end(order)
                compare(result, run, order, expected)
        except _FAILURES as failure:
            result.differences.append(f"{current}: {failure}")
        result.too_slow = not result.passed and has_expired(run, scenario)
        self._check_orders(run, result)

    def _check_orders(self, run: ScenarioRun, result: ScenarioResult) -> None:
        """Check the invariants of the scenario's orders."""
        for observed in run.orders.values():
            observed.responses = run.users.responses
            snapshot = self._backend.order_snapshot(observed.order_id)
            result.violations += violations(snapshot, {observed.order_id: observed})
            self._ended_orders += snapshot.orders
            self._observed_orders[observed.order_id] = observed

    def _check_all_tables(self) -> tuple[str, ...]:
        """Check the invariants of all tables, after the last scenario has ended."""
        snapshot = self._backend.snapshot()
        found = violations(snapshot, self._observed_orders)
        found += [f"stock: {violation}" for violation in stock_is_accounted_for(snapshot)]
        return (*found, *unchanged_ends(self._ended_orders, snapshot))


def has_expired(run: ScenarioRun, scenario: Scenario) -> bool:
    """Whether the deadline of an order passed that the scenario expects to end otherwise."""
    to_end_otherwise = [
        order
        for order, expected in scenario.expect.items()
        if expected.ends_as != "expired" and order in run.orders
    ]
    with suppress(*_FAILURES):
        return any(run.ends_expired(order) for order in to_end_otherwise)
    return False
