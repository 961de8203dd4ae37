"""Selection of the idle workers to end."""

from dataclasses import dataclass
from typing import Any

import pytest
from ministack.core import lambda_runtime

from local.emulator.functions import capacity


@dataclass(eq=False)
class Worker:
    """The attributes of a worker that its pool uses."""

    last_used: float
    in_use: bool = False


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """The ended workers, with a limit of three."""
    killed: list[Worker] = []
    monkeypatch.setattr(capacity, "MOST_KEPT", 3)
    monkeypatch.setattr(lambda_runtime, "kill_workers", killed.extend)
    return killed


def pools(monkeypatch: pytest.MonkeyPatch, **workers: list[Worker]) -> dict[str, Any]:
    monkeypatch.setattr(lambda_runtime, "_workers", workers)
    return workers


def test_the_longest_idle_workers_of_any_function_are_ended(
    ended: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, old, young, busy = Worker(1), Worker(2), Worker(3), Worker(0, in_use=True)
    left = pools(monkeypatch, reserve=[young, oldest], pay=[busy, old])

    capacity.make_room()

    assert ended == [oldest]
    assert left == {"reserve": [young], "pay": [busy, old]}


@pytest.mark.parametrize(
    "workers",
    [[Worker(n, in_use=True) for n in range(5)], [Worker(n) for n in range(3)]],
    ids=["all run", "below the limit"],
)
def test_no_worker_is_ended_that_runs_or_while_there_are_few(
    ended: list[Worker], monkeypatch: pytest.MonkeyPatch, workers: list[Worker]
) -> None:
    left = pools(monkeypatch, pay=list(workers))

    capacity.make_room()

    assert ended == []
    assert left == {"pay": workers}
