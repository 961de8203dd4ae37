"""The process that every test runs in: no account of the developer's, no Node but set-up's."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.leftovers import describe_leftovers, end_leftovers, mark_run
from tests.support.measuring import without_coverage
from tests.support.schedule import BySharedFixture

if TYPE_CHECKING:
    from tests.system.environments import Environment

# What boto3 would otherwise look for in the developer's shell and home, and over the network.
AWS_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

MEASURED = frozenset({"adapters", "unit"})
"""Packages that fulfil what is promised of coverage. Counting lines doubles the time of a test."""

FIXED_SEED = 20
"""Seed of the campaigns in a run of single tests; `make prove` draws a new one."""

EXIT_CODE = pytest.StashKey[int]()
"""The exit code of the run, for what runs after it."""

_NO_TIMES = settings(database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", _NO_TIMES, derandomize=True, max_examples=40)
settings.register_profile("prove", _NO_TIMES, derandomize=False, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The seed of everything random except Hypothesis, which has its own option."""
    parser.addoption("--seed", type=int, default=FIXED_SEED, help="of the campaigns")


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of this run. `make prove` prints it, and `make prove SEED=…` repeats it."""
    chosen: int = pytestconfig.getoption("--seed")
    return chosen


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Environment"]:
    """The one deployed environment of this worker, for all tests that do not stop it."""
    from tests.system.environments import deployed

    with deployed(tmp_path_factory.mktemp("deployment")) as made:
        yield made


def _isolate() -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    os.environ.update(AWS_SETTINGS)
    # The CDK library needs Node, which set-up put here: the machine need not have one.
    os.environ["JSII_NODE"] = str(Path(sys.prefix, "bin", "node"))


def pytest_configure(config: pytest.Config) -> None:
    """A run that is asked to end (SIGTERM) ends as after Ctrl-C: with its clean-up."""
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # Registered first, so that it runs last: libraries end their own processes before.
        atexit.register(_leave_no_process, mark_run(), config)


def _leave_no_process(mark: str, config: pytest.Config) -> None:
    """End what a lost worker or an interrupted test has left running."""
    interrupted = config.stash.get(EXIT_CODE, 0) == pytest.ExitCode.INTERRUPTED
    for line in describe_leftovers(end_leftovers(mark), interrupted=interrupted):
        sys.stderr.write(f"{line}\n")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: the tests of the emulator's parity mostly wait."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharedFixture:
    """How tests are spread over several workers."""
    return BySharedFixture(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage among the modules and tests, which stay until the end of the run: each
    search takes a third of a second.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage, if it is asked for, only where it is needed."""
    if MEASURED.isdisjoint(item.nodeid.split("/")[:2]):
        with without_coverage():
            return (yield)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """CI installs everything that the tests need: there, a skipped test is a failure."""
    if os.environ.get("CI") and skipped_tests(session.config):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    session.config.stash[EXIT_CODE] = session.exitstatus


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say why a run in CI fails although no test did."""
    count = len(skipped_tests(config))
    if os.environ.get("CI") and count:
        terminalreporter.write_line(
            f"{count} skipped in CI: install what they need (the reasons are above)", red=True
        )


def skipped_tests(config: pytest.Config) -> list[object]:
    """Reports of the skipped tests; in the controlling process alone."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [] if reporter is None else list(reporter.stats.get("skipped", ()))


settings.load_profile("fixed")
_isolate()  # now, not in a hook: the conftest modules further down import the CDK library
