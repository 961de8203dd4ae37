"""A run: kills workers, the emulator and the tables, and checks the result."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from local.checks.records import ENDS, Record
from local.lifecycle.reset import running_executions
from tests.chaos import workers
from tests.chaos.callers import Callers
from tests.chaos.campaign_result import CampaignResult, check_tables
from tests.chaos.environment import Deployment
from tests.chaos.held_orders import HOLD_POINTS, HoldPoint, hold, hold_during_charge
from tests.chaos.orders import Acknowledged, OrderUsers
from tests.chaos.traffic import Traffic
from tests.chaos.watching import settled_ends, store_executions

WORKER_PAUSE_SECONDS = (0.1, 1.5)
TABLES_RUN_SECONDS = (1.0, 4.0)
TABLES_DOWN_SECONDS = (0.0, 1.5)
SETTLE_SECONDS = 1800
"""How long the last order may take to end after the last kill: a deadline, the janitor's dates and
a takeover. The limit is high, so that a slow machine is not reported as a loss.
"""
POLL_SECONDS = 1.0
PAYMENTS_AT_MOST = 10
"""Attempts on a machine so slow that a payment ends before the kill."""

Watcher = Callable[[str], None]
"""Receives the current step, for progress messages."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The number of orders and of kills of each kind. The same seed gives the same orders, chosen
    workers and pauses, as far as the timing of the machine allows. With `reconcile_now` the run
    does not wait for the janitor's dates.
    """

    seed: int
    orders: int = 60
    worker_kills: int = 20
    emulator_kills: int = 2
    table_kills: int = 3
    hold_points: tuple[HoldPoint, ...] = HOLD_POINTS
    reconcile_now: bool = False


@dataclass(slots=True)
class Campaign:
    """Runs one plan on one deployment. `killed` counts the kills by kind, `killed_at_work` the
    workers that were killed at work, `interrupted` the activities that failed because their worker
    was killed, `stages` the orders by stage when the emulator was killed.
    """

    deployment: Deployment
    plan: Plan
    watcher: Watcher = field(default=lambda doing: None)
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    killed: Counter[str] = field(default_factory=Counter)
    killed_at_work: int = 0
    interrupted: int = 0
    stages: list[Counter[str]] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    _ends: dict[str, Record] = field(default_factory=dict)
    _rng: Random = field(init=False)
    _callers: Callers = field(init=False)
    _traffic: Traffic = field(init=False)

    def __post_init__(self) -> None:
        self._rng = Random(self.plan.seed)
        self._callers = Callers(self.deployment)
        self._traffic = Traffic(self._callers, self.acknowledged, self.plan.seed)
        self.repeated = self._callers.repeated

    def run(self) -> CampaignResult:
        """Run the plan. Raises Unanswered, or AssertionError when the environment itself fails."""
        try:
            self._kill_workers()
            for number in range(self.plan.emulator_kills):
                self._kill_emulator(number + 1)
            self._kill_tables()
            self._settle()
        finally:
            self._callers.close()
        return self.check()

    def check(self) -> CampaignResult:
        """Check the tables as they are now."""
        return check_tables(self.deployment.books(), self.acknowledged, list(self._ends.values()))

    def _kill_workers(self) -> None:
        if not self.plan.worker_kills:
            return
        self._kill_while_charging()
        with self._traffic.placing_orders(self._share):
            for number in range(self.plan.worker_kills):
                self._pause(WORKER_PAUSE_SECONDS)
                self.watcher(f"killing worker {number + 1} of {self.plan.worker_kills}")
                self.killed_at_work += workers.kill_one(self.deployment.state.emulator, self._rng)
                self.killed["workers"] += 1

    def _kill_while_charging(self) -> None:
        """A random choice may find only idle workers, or those of the API. The first kill therefore
        hits a worker during a payment, before there is other traffic.
        """
        self.watcher("killing a worker during a payment")
        for _ in range(PAYMENTS_AT_MOST):
            hold_during_charge(
                OrderUsers(self._callers, self.acknowledged, "pm_slow"), self.deployment.backend
            )
            killed_at_work = workers.kill_busy(self.deployment.state.emulator)
            self.killed["payments"] += 1
            self.killed_at_work += killed_at_work
            if killed_at_work:
                return

    def _kill_emulator(self, number: int) -> None:
        self._settle()  # otherwise running orders would be held instead of those at hold points
        held = self._hold_orders()
        with self._traffic.placing_orders(self._share):
            self._pause(WORKER_PAUSE_SECONDS)
            self._keep_ends()
            self.watcher(f"killing the emulator ({number} of {self.plan.emulator_kills})")
            self.deployment.kill_emulator()
            self.killed["emulator"] += 1
            self.stages.append(Counter(order["stage"] for order in self.deployment.books().orders))
            self.watcher("deploying into a new emulator")
            self.deployment.bring_up()
        self._continue(held)

    def _hold_orders(self) -> list[tuple[HoldPoint, OrderUsers]]:
        held = []
        for point in self.plan.hold_points:
            self.watcher(f"holding an order: {point.name}")
            users = OrderUsers(self._callers, self.acknowledged, point.method)
            hold(point, users, self.deployment.backend)
            held.append((point, users))
        return held

    def _continue(self, held: list[tuple[HoldPoint, OrderUsers]]) -> None:
        """Users continue their orders. The janitor first starts an order whose start was lost."""
        for point, users in held:
            if point.after:
                self.watcher(f"continuing an order: {point.name}")
            for action in point.after:
                self._reconcile_now()
                action(users)

    def _kill_tables(self) -> None:
        if not self.plan.table_kills:
            return
        with self._traffic.placing_orders(self._share):
            for number in range(self.plan.table_kills):
                self._pause(TABLES_RUN_SECONDS)
                self._keep_ends()
                self.watcher(f"killing DynamoDB Local ({number + 1} of {self.plan.table_kills})")
                self.deployment.tables.kill()
                self.killed["tables"] += 1
                self._pause(TABLES_DOWN_SECONDS)
                self.deployment.tables.start()

    def _settle(self) -> None:
        """Wait until every order and execution has ended; the result reports those that have not.
        Then read the executions, because a later engine does not have them.
        """
        give_up = time.monotonic() + SETTLE_SECONDS
        while (left := self._open()) and time.monotonic() < give_up:
            self.watcher(f"waiting for {left} orders and executions to end")
            self._reconcile_now()
            time.sleep(POLL_SECONDS)
        self.interrupted += store_executions(self.deployment, self.acknowledged)

    def _open(self) -> int:
        orders = [order for order in self.deployment.books().orders if order["stage"] not in ENDS]
        return len(orders) + len(running_executions(self.deployment.state))

    def _reconcile_now(self) -> None:
        if self.plan.reconcile_now:
            self.deployment.reconcile_now()

    def _keep_ends(self) -> None:
        for record in settled_ends(self.deployment):
            self._ends.setdefault(record["order_id"], record)

    def _pause(self, seconds: tuple[float, float]) -> None:
        time.sleep(self._rng.uniform(*seconds))

    @property
    def _share(self) -> int:
        """The orders of each phase: about equal parts."""
        phases = (
            bool(self.plan.worker_kills) + self.plan.emulator_kills + bool(self.plan.table_kills)
        )
        return -(-self.plan.orders // max(1, phases))
