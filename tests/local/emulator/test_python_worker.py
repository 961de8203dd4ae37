"""The time limit of a function that is loaded holds only while the worker is idle."""

import queue
from collections.abc import Iterator
from itertools import count, repeat
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator.functions import worker_processes
from local.emulator.functions.python_worker import PythonWorker


class LateLine:
    """The output of a worker: a line after `waits` time limits have passed."""

    def __init__(self, waits: int) -> None:
        self._waits = waits

    def get(self, timeout: float) -> str:
        if self._waits == 0:
            return "ready"
        self._waits -= 1
        raise queue.Empty


def a_worker(monkeypatch: pytest.MonkeyPatch, cpu_ticks: Iterator[int]) -> Any:
    worker: Any = PythonWorker("pay", {}, b"")
    worker._proc = SimpleNamespace(pid=1)
    worker._lines = LateLine(waits=5)
    monkeypatch.setattr(worker_processes, "cpu_ticks", lambda pid: next(cpu_ticks))
    return worker


def test_a_busy_worker_may_take_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = a_worker(monkeypatch, count())

    assert worker._next_line(30, while_busy=True) == "ready"


def test_an_idle_worker_reaches_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = a_worker(monkeypatch, repeat(7))

    with pytest.raises(queue.Empty):
        worker._next_line(30, while_busy=True)


def test_a_running_function_reaches_its_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = a_worker(monkeypatch, count())

    with pytest.raises(queue.Empty):
        worker._next_line(3, while_busy=False)
