"""Runs many seeds until enough orders were simulated, on one core or on all."""

import json
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, fields
from itertools import count, islice
from multiprocessing import Pool

from lambdas.domain.record.signals import SignalKind
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.schedule import Schedule

CHUNK = 25
"""Seeds that one process runs at a time."""

TASKS_A_PROCESS = 200
"""Chunks after which a process is replaced: what greenlets leave behind, Python never collects."""


@dataclass(slots=True)
class Tally:
    """How far a campaign is; `failed` maps seeds to the problems that they showed, `signals` counts
    how signals came: all of them, those sent twice, held up, or by a caller that died.
    """

    next_seed: int
    schedules: int = 0
    orders: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The tally as text, to resume from later."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps(values, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Tally":
        """The tally of an earlier run."""
        saved = json.loads(text)
        counters = {name: Counter(saved[name]) for name in ("faults", "stages", "signals")}
        failed = {int(seed): problems for seed, problems in saved["failed"].items()}
        return cls(**{**saved, **counters, "failed": failed})

    def add(self, other: "Tally") -> None:
        """Add a tally of the seeds that follow this one."""
        assert other.next_seed - other.schedules == self.next_seed, "a gap in the seeds"
        self.next_seed = other.next_seed
        self.schedules += other.schedules
        self.orders += other.orders
        self.calls += other.calls
        self.faults += other.faults
        self.stages += other.stages
        self.signals += other.signals
        self.failed |= other.failed


def campaign(tally: Tally, orders: int, *, jobs: int = 1) -> Iterator[Tally]:
    """Run seeds until `orders` orders were simulated; yields after each chunk. Several jobs give
    the same tally: chunks are added in the order of their seeds.
    """
    with closing(_chunks(tally.next_seed, jobs)) as chunks:
        while tally.orders < orders:
            tally.add(next(chunks))
            yield tally


def _chunks(first_seed: int, jobs: int) -> Generator[Tally, None, None]:
    ranges = (range(seed, seed + CHUNK) for seed in count(first_seed, CHUNK))
    if jobs == 1:
        yield from map(run_seeds, ranges)
        return
    with Pool(jobs, maxtasksperchild=TASKS_A_PROCESS) as pool:
        while True:
            yield from pool.map(run_seeds, islice(ranges, 4 * jobs), chunksize=1)


def run_seeds(seeds: range) -> Tally:
    """Run a range of seeds."""
    tally = Tally(next_seed=seeds.start)
    for seed in seeds:
        schedule = random_schedule(seed)
        run = Run(schedule)
        problems = run.execute()
        if problems:
            tally.failed[seed] = problems
        tally.next_seed += 1
        tally.schedules += 1
        tally.orders += len(run.world.store.records)
        tally.calls += run.world.calls
        tally.faults.update(run.world.struck)
        tally.stages.update(order.stage.value for order in run.world.store.orders())
        tally.signals.update(_signals(schedule))
    return tally


def _signals(schedule: Schedule) -> Counter[str]:
    sent = [event for event in schedule.events if isinstance(event.what, SignalKind)]
    ids = Counter(one.signal_id for one in sent)
    return Counter(
        {
            "signals": len(ids),
            "sent twice": sum(times > 1 for times in ids.values()),
            "held up": len({one.signal_id for one in sent if one.held_up_ms}),
            "caller dies": len({one.signal_id for one in sent if one.crash_at is not None}),
        }
    )
