"""A pytest plugin that tests mutants: pytest collects the tests once, each mutant runs in a fork.

It runs in the folder `mutants` of a part. A first run without a mutant measures which tests reach
which function, and their CPU time. A fork then runs the tests of one mutant's function, the tests
first that detected other mutants of it, and ends with the first failure.
"""

import gc
import json
import mmap
import os
import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import _lru_cache_wrapper
from pathlib import Path
from time import process_time
from typing import NoReturn

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutation.code.sampling import sample

NO_TESTS, FAILED, ENDLESS = 33, 1, 36
"""Exit codes in mutmut's files."""
_CPU_SECONDS, _WALL_SECONDS = 10, 120
"""Limits of a mutant: these, and a multiple of the time that its tests need. A busy machine must
not make a mutant look endless, so the one of the clock is only for a mutant that waits for ever."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which mutants are tested."""
    parser.addoption("--mutants", default="*", help="pattern of mutmut's names")
    parser.addoption("--sample", type=int, help="number of mutants")
    parser.addoption("--jobs", type=int, default=1, help="forks at the same time")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests once without a mutant, then test the mutants."""
    if session.testsfailed:
        return None  # pytest reports the errors of the collection
    tests = Tests(session)
    if session.testsfailed:
        raise session.Failed("tests fail without a mutant")
    session.config.pluginmanager.unregister(name="terminalreporter")
    _test_all(tests, _untested(session.config), session.config.getoption("--jobs"))
    return True


class Tests:
    """The collected tests: which of them reach a function, and their CPU time."""

    def __init__(self, session: pytest.Session) -> None:
        """Run each test once."""
        self._session = session
        self._of_function: dict[str, list[int]] = defaultdict(list)
        self._seconds: list[float] = []
        self._cached = _cached_functions()
        set_mutant_under_test("stats")
        for number in range(len(session.items)):
            state()._stats.clear()  # where mutmut notes the functions
            begun = process_time()
            self._run(number)
            self._seconds.append(process_time() - begun)
            for function in state()._stats:
                self._of_function[function].append(number)
        set_mutant_under_test("")

    def reaching(self, function: str) -> list[int]:
        """The tests that reach a function: the fastest test of each file, then the second of each.

        Tests of different files check different things, so one of the first mostly fails.
        """
        rank: Counter[Path] = Counter()
        keys: dict[int, tuple[int, float]] = {}
        for number in sorted(self._of_function[function], key=self._seconds.__getitem__):
            file = self._session.items[number].path
            keys[number] = (rank[file], self._seconds[number])
            rank[file] += 1
        return sorted(keys, key=keys.__getitem__)

    def seconds(self, numbers: Sequence[int]) -> float:
        """The CPU time of these tests."""
        return sum(self._seconds[number] for number in numbers)

    def first_failure(self, numbers: Sequence[int]) -> int | None:
        """Run these tests until one fails. Returns it."""
        return next((number for number in numbers if not self._run(number)), None)

    def _run(self, number: int) -> bool:
        for function in self._cached:
            function.cache_clear()
        item = self._session.items[number]
        # The session as the next item: everything but its own fixtures is torn down.
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self._session)
        return not self._session.testsfailed


def _test_all(tests: Tests, untested: Sequence[tuple[Path, str]], jobs: int) -> None:
    detectors: dict[str, list[int]] = defaultdict(list)
    running: dict[int, tuple[Path, str, mmap.mmap]] = {}
    gc.freeze()  # a collection in a fork would copy the memory

    def await_one() -> None:
        pid, status = os.wait()
        file, key, detector = running.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        _record(file, key, ENDLESS if code == -signal.SIGALRM else code)
        number = int.from_bytes(detector[:4])
        known = detectors[_function(key)]
        if code == FAILED and number not in known:
            known.insert(0, number)

    for done, (file, key) in enumerate(untested):
        print(f"{done}/{len(untested)}  {key}", flush=True)  # noqa: T201  # for the progress bar
        reaching = tests.reaching(_function(key))
        if not reaching:
            _record(file, key, NO_TESTS)
            continue
        if len(running) >= jobs:
            await_one()
        detector = mmap.mmap(-1, 4)
        known = detectors[_function(key)]
        order = [*known, *(number for number in reaching if number not in known)]
        pid = os.fork() or _test(key, tests, order, detector)
        running[pid] = (file, key, detector)
    while running:
        await_one()


def _cached_functions() -> list["_lru_cache_wrapper[object]"]:
    """The functions whose results a test must not take over from an earlier one: it would not reach
    what they call.
    """
    modules = [one for name, one in sys.modules.items() if name.startswith("lambdas.domain.")]
    found = (var for module in modules for var in vars(module).values())
    return [one for one in found if isinstance(one, _lru_cache_wrapper)]


def _test(key: str, tests: Tests, order: Sequence[int], detector: mmap.mmap) -> NoReturn:
    """Test one mutant in this fork, and end it."""
    code = FAILED
    try:
        _limit(tests.seconds(order))
        set_mutant_under_test(key)
        failed = tests.first_failure(order)
        if failed is None:
            code = 0
        else:
            detector[:4] = failed.to_bytes(4)
    finally:
        os._exit(code)


def _limit(seconds: float) -> None:
    output = os.open(os.devnull, os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    cpu = round(_CPU_SECONDS + 20 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(round(_WALL_SECONDS + 60 * seconds))


def _function(key: str) -> str:
    return key.rpartition("__mutmut_")[0]


def _untested(config: pytest.Config) -> list[tuple[Path, str]]:
    """The selected mutants that have no result."""
    files = sorted(path.absolute() for path in Path().rglob("*.py.meta"))
    codes = {file: json.loads(file.read_text("utf-8"))["exit_code_by_key"] for file in files}
    every = [key for of_file in codes.values() for key in of_file]
    drawn = sample(every, config.getoption("--sample"), config.getoption("--seed"))
    pattern = config.getoption("--mutants")
    return [
        (file, key)
        for file, of_file in codes.items()
        for key, code in of_file.items()
        if code is None and key in drawn and fnmatchcase(key, pattern)
    ]


def _record(file: Path, key: str, code: int) -> None:
    found = json.loads(file.read_text("utf-8"))
    found["exit_code_by_key"][key] = code
    file.write_text(json.dumps(found), "utf-8")
