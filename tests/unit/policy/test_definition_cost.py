"""What an order costs: entries of states, counted by walking the definition."""

from collections.abc import Mapping
from typing import Any

import pytest

from lambdas.domain.steps.takeover import MAX_LOOPS, ROW_MS
from tests.support.definition import ROOT, Walk, load, tasks

NEW = {"order_id": "O", "epoch": 1, "version": "v2"}
OLD = {**NEW, "version": "v1"}
TAKEOVER = {**NEW, "resume": "compensate"}
CHANGED = (
    "Every state that an order enters costs money: docs/decisions/0027. If the step is worth it, "
    "change statemachine/README.md (Cost) and run `python -m bench.cost --write`."
)


def _documented_states() -> int:
    """The number of states of the happy path in statemachine/README.md."""
    text = (ROOT / "statemachine/README.md").read_text()
    return int(text.partition("The happy path enters ")[2].partition(" states")[0])


def _completes(entered: list[str]) -> bool:
    return "UpdateOrderStatus" in entered and bool(load()["States"][entered[-1]].get("End"))


@pytest.mark.parametrize("started", [NEW, OLD], ids=["parallel", "sequential enrichment"])
def test_the_happy_path_enters_the_documented_states(started: dict[str, Any]) -> None:
    entered = Walk(load(), ["wait", "pay"]).run(started)

    assert _completes(entered)
    assert ("EnrichOrder" in entered) is (started is NEW)
    assert len(entered) == _documented_states() - (started is OLD), CHANGED


@pytest.mark.parametrize("signals", [1, 2, 10])
def test_every_further_signal_or_tick_enters_at_most_three_states(signals: int) -> None:
    once = Walk(load(), ["wait", "pay"]).run(NEW)

    more = Walk(load(), ["wait", *["wait"] * signals, "pay"]).run(NEW)

    assert len(more) - len(once) <= 3 * signals
    assert _completes(more)


@pytest.mark.parametrize(
    ("decision", "closed", "end"),
    [
        ("compensate", ("cancelled", "cancelled"), "OrderCancelled"),
        ("decline", ("cancelled", "declined"), "OrderCancelled"),
        ("expire", ("cancelled", "expired"), "OrderCancelled"),
        ("compensate", ("failed", "rejected"), "OrderRejected"),
        ("give-up", ("failed", "failed"), "OrderFailed"),
        ("compensate", ("compensating", "compensation-stuck"), "OrderFailed"),
        ("compensate", ("payment", "open"), "OrderFailed"),
    ],
)
def test_a_turned_order_is_compensated_and_ends_as_its_record_says(
    decision: str, closed: tuple[str, str], end: str
) -> None:
    entered = Walk(load(), ["wait", decision], closed=closed).run(NEW)

    undone = ["RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder", "RouteEnd"]
    assert entered[-6:] == [*undone, end]


def test_a_takeover_goes_straight_to_the_compensation() -> None:
    entered = Walk(load(), []).run(TAKEOVER)

    assert entered[:2] == ["RouteStart", "RefundPayment"]
    assert "ReserveStock" not in entered
    assert entered[-1] == "OrderCancelled"


def test_two_hundred_loops_stay_far_below_the_history_limit() -> None:
    """A Task writes five events, a Choice two, and a loop is AwaitSignal (six), ApplySignals,
    RouteDecision; every retry adds three. (Step Functions developer guide, quotas: 25,000)
    """
    worst_loop = 6 + (5 + 4 * 3) + 2 + 2
    assert MAX_LOOPS * worst_loop < 25_000 / 4


def _retried_seconds(task: Mapping[str, Any]) -> int:
    """How long a task fails at most: every attempt times out, throttled ones fail at once."""
    passing, throttled = task["Retry"]
    waits = sum(
        min(int(rule["IntervalSeconds"] * rule["BackoffRate"] ** number), rule["MaxDelaySeconds"])
        for rule in (passing, throttled)
        for number in range(rule["MaxAttempts"])
    )
    return int(waits + (1 + passing["MaxAttempts"]) * task["TimeoutSeconds"])


def test_takeovers_of_an_execution_whose_step_keeps_failing_are_in_a_row() -> None:
    definition = load()
    last = definition["States"]["RouteBackOff"]["Choices"][-1]["NumericGreaterThan"]
    pauses = range(5, last + 6, 5)
    forward = [task for task in tasks(definition).values() if _backs_off(task)]
    a_round = max(map(_retried_seconds, forward)) + _retried_seconds(
        definition["States"]["ApplySignals"]
    )

    assert sum(pauses) + len(pauses) * a_round < ROW_MS / 1000


def _backs_off(task: Mapping[str, Any]) -> bool:
    nexts = {rule["Next"] for rule in task.get("Catch", ())}
    return "Retry" in task and "RouteBackOff" in nexts
