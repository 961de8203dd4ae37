"""Worst-case times of the paths through the definition."""

from itertools import pairwise

import pytest

from tests.support.definition import load, states, successors
from tools.worst_case import PATHS, duration, pauses, table, worst_seconds

RETRIED = {
    "TimeoutSeconds": 10,
    "Retry": [
        {"IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 4, "MaxDelaySeconds": 5},
        {"IntervalSeconds": 3, "BackoffRate": 2.0, "MaxAttempts": 1, "MaxDelaySeconds": 60},
    ],
}


def test_every_attempt_times_out_and_every_delay_is_the_longest() -> None:
    assert worst_seconds(RETRIED) == 6 * 10 + (1 + 2 + 4 + 5) + 3


def test_parallel_branches_take_as_long_as_the_longest_one() -> None:
    branches = [{"States": {"A": RETRIED, "B": {}}}, {"States": {"C": {"TimeoutSeconds": 7}}}]

    assert worst_seconds({"Branches": branches}) == worst_seconds(RETRIED)


@pytest.mark.parametrize("title", PATHS)
def test_every_path_follows_transitions_of_the_definition(title: str) -> None:
    known = load()["States"]

    assert [(a, b) for a, b in pairwise(PATHS[title]) if b not in successors(known[a])] == []


def test_the_paths_contain_every_task_and_every_business_end() -> None:
    passed = {name for path in PATHS.values() for name in path}
    definition = load()
    tasks = {name for name, state in definition["States"].items() if state["Type"] == "Task"}

    assert tasks <= passed
    assert {n for n, s in states(definition).items() if s["Type"] == "Succeed"} - passed == {
        "OrderTakenOver"
    }


def test_the_delays_grow_to_their_limit() -> None:
    found = pauses(load())

    assert (found[:3], found[-1], len(found)) == ([5, 10, 15], 305, 61)


def test_a_longer_timeout_changes_the_table() -> None:
    definition = load()
    definition["States"]["ProcessPayment"]["TimeoutSeconds"] += 1

    assert table(definition) != table(load())


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (61, "1 min 1 s"), (604_800, "7 d"), (3_601, "1 h 1 s")]
)
def test_a_duration_omits_units_that_are_zero(seconds: int, text: str) -> None:
    assert duration(seconds) == text
