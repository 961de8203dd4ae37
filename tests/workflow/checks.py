"""Checks that hold in every scenario."""

import json
from collections.abc import Mapping
from itertools import pairwise

from lambdas.adapters.orders.event_notes import timeline_of
from lambdas.adapters.orders.order_records import event_record
from tests.support import invariants
from tests.workflow import resources
from tests.workflow.histories import inputs, without_tokens
from tests.workflow.world import World

MAX_STATE_BYTES = 1024


def problems(world: World, units: Mapping[str, int] = resources.UNITS) -> list[str]:
    """Broken invariants, and states that carry more than ids and counters."""
    return [*_record_problems(world, units), *_write_problems(world), *_oversized_states(world)]


def leaks(world: World, printed: str) -> list[str]:
    """Tokens, addresses and names that the history, the log or the metrics show."""
    calls = world.engine.lambdas.invocations
    tokens = {call.event["token"] for call in calls if "token" in call.event}
    histories = [without_tokens(history) for history in world.histories()]
    shown = json.dumps(histories, default=str) + world.log() + printed
    return invariants.leaks(shown, {*tokens, *resources.PERSONAL})


def _record_problems(world: World, units: Mapping[str, int]) -> list[str]:
    orders, stock = resources.scan("orders"), resources.scan("inventory")
    meta = next(record for record in orders if record["sk"] == "META")
    events = [event_record(meta["order_id"], e) for e in timeline_of(orders, is_complete=True)]
    return [
        *invariants.problems([meta], stock, resources.scan("payments"), units),
        *invariants.acceptance_problems(meta, world.accepted),
        *invariants.timeline_problems(meta, events),
    ]


def _write_problems(world: World) -> list[str]:
    return [
        problem
        for before, after in pairwise(world.versions)
        for problem in invariants.transition_problems(before, after)
    ]


def _oversized_states(world: World) -> list[str]:
    return [
        f"{state}: {len(given)} bytes of input"
        for history in world.histories()
        for state, given in inputs(history)
        if len(given) > MAX_STATE_BYTES
    ]
