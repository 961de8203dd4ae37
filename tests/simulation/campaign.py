"""Many seeds, one after the other, until enough orders were simulated."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from tests.simulation.chance import random_schedule
from tests.simulation.story import Story


@dataclass(slots=True)
class Tally:
    """How far a campaign is; `failed` maps seeds to the problems that they showed."""

    next_seed: int
    schedules: int = 0
    orders: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The tally as text, to go on from later."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps(values, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Tally":
        """The tally of an earlier run."""
        saved = json.loads(text)
        counters = {name: Counter(saved[name]) for name in ("faults", "stages")}
        failed = {int(seed): problems for seed, problems in saved["failed"].items()}
        return cls(**{**saved, **counters, "failed": failed})


def campaign(tally: Tally, orders: int) -> Iterator[Tally]:
    """Play seed after seed until there were so many orders; yields after each seed."""
    while tally.orders < orders:
        story = Story(random_schedule(tally.next_seed))
        problems = story.play()
        if problems:
            tally.failed[tally.next_seed] = problems
        tally.next_seed += 1
        tally.schedules += 1
        tally.orders += len(story.world.store.records)
        tally.calls += story.world.calls
        tally.faults.update(story.world.struck)
        tally.stages.update(order.stage.value for order in story.world.store.orders())
        yield tally
