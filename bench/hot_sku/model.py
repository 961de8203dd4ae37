"""Orders that hold and sell one unit of one SKU each, in virtual time.

An order arrives at random (Poisson), holds a unit in ReserveStock, is approved 1 to 10 seconds
later, and sells the unit in UpdateOrderStatus. Each step is a function invocation that repeats a
conflict in place; after that the definition's Retry invokes it again. Deterministic by seed.
"""

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random

from bench.hot_sku.mechanisms import Mechanism, Outcome, Shop, Steps

INVOKE_MS = 12.0
"""The start of a warm function. An assumption."""
TASK_ATTEMPTS, TASK_INTERVAL_MS, TASK_MAX_DELAY_MS = 5, 1_000, 10_000
"""The Retry of statemachine/order_workflow.asl.json."""
Life = Generator[float, None, None]


@dataclass(slots=True)
class Report:
    """The results of the orders of one run; times in milliseconds."""

    arrived: int = 0
    completed: int = 0
    refused_in_error: int = 0
    refused: int = 0
    failed_to_hold: int = 0
    failed_to_sell: int = 0
    task_retries: int = 0
    holds: list[float] = field(default_factory=list)
    sells: list[float] = field(default_factory=list)
    write_units: int = 0

    @property
    def failed(self) -> int:
        """Orders that failed because the SKU was busy."""
        return self.failed_to_hold + self.failed_to_sell + self.refused_in_error

    def percentile(self, times: list[float], fraction: float) -> float:
        """The time within which `fraction` of the steps ended."""
        return sorted(times)[int(fraction * (len(times) - 1))] if times else 0.0


def simulate(
    mechanism: type[Mechanism],
    rate: float,
    *,
    lock_ms: float,
    seconds: float,
    seed: int,
    units: int = 1_000_000,
) -> Report:
    """Run the orders that arrive at `rate` a second for `seconds`."""
    random, report = Random(seed), Report()  # noqa: S311
    shop = Shop(random=random, lock_ms=lock_ms, units=units)
    agenda: list[tuple[float, int, Life]] = []
    at = 0.0
    while (at := at + random.expovariate(rate) * 1_000) < seconds * 1_000:
        report.arrived += 1
        heapq.heappush(agenda, (at, report.arrived, _order(shop, mechanism, report)))
    number = report.arrived
    while agenda:
        shop.now, _, steps = heapq.heappop(agenda)
        pause = next(steps, None)
        if pause is not None:
            number += 1
            heapq.heappush(agenda, (shop.now + pause, number, steps))
    shop.check()
    report.write_units = shop.write_units
    return report


def _order(shop: Shop, mechanism: type[Mechanism], report: Report) -> Life:
    order = shop.random.getrandbits(32)
    began = shop.now
    outcome = yield from _task(shop, mechanism, report, order, sells=False)
    if outcome is Outcome.SHORT:
        report.refused += 1
        report.refused_in_error += shop.available > 0
        return
    if outcome is Outcome.BUSY:
        report.failed_to_hold += 1
        return
    report.holds.append(shop.now - began)
    yield shop.random.uniform(1_000, 10_000)
    began = shop.now
    if (yield from _task(shop, mechanism, report, order, sells=True)) is Outcome.BUSY:
        report.failed_to_sell += 1
        return
    report.sells.append(shop.now - began)
    report.completed += 1


def _task(
    shop: Shop, mechanism: type[Mechanism], report: Report, order: int, *, sells: bool
) -> Steps:
    """One state of the definition, with its Retry."""
    outcome = Outcome.BUSY
    for attempt in range(TASK_ATTEMPTS):
        if attempt:
            report.task_retries += 1
            yield shop.random.random() * min(
                TASK_INTERVAL_MS * 2 ** (attempt - 1), TASK_MAX_DELAY_MS
            )
        yield INVOKE_MS
        process = shop.process(mechanism)
        outcome = yield from process.run(order, sells=sells)
        shop.idle.append(process)
        if outcome is not Outcome.BUSY:
            break
    return outcome
