"""Every expected e-mail and report is sent, once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.checks.expected_effects import missing_effects
from tests.simulation.runs.matrix import ATTEMPTS, approved, planned_faults
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import FIRST_ORDER, PlannedFault
from tests.simulation.world.faults import Fault

STUCK = (PlannedFault(Fault.POISON, 1, "RefundPayment", "payments.refund"),)
"""The first refund is refused for good; the one of the takeover works."""
REPORT_UNANSWERED = PlannedFault(Fault.LOST, 1, "CloseOrder", "operations.report_stuck")


def run_with(*faults: PlannedFault, compensated: bool) -> Run:
    run = approved(faults, compensated=compensated)
    assert run.execute() == []
    return run


CHANGES = pytest.mark.parametrize(
    "change",
    [lambda sent: sent.pop(), lambda sent: sent.append(sent[-1])],
    ids=["missing", "repeated"],
)


@CHANGES
@pytest.mark.parametrize("compensated", [False, True])
def test_a_missing_or_repeated_mail_about_the_end_is_reported(
    change: Callable[[list[Any]], None], compensated: bool
) -> None:
    run = run_with(compensated=compensated)

    change(run.world.notifier.sent)

    [found] = missing_effects(run.world)
    assert found.startswith(f"{FIRST_ORDER}: ended ")


def test_the_mail_of_another_end_is_reported() -> None:
    run, other = run_with(compensated=False), run_with(compensated=True)
    run.world.notifier.sent.append(other.world.notifier.sent[-1])

    assert list(missing_effects(run.world)) == [
        f"{FIRST_ORDER}: ended completed, 1 mails that it was cancelled"
    ]


def test_a_mail_that_a_crash_lost_is_not_owed() -> None:
    faults = planned_faults("SendOrderConfirmation", "crash-before", "once")

    run = run_with(*faults, compensated=False)

    assert [mail.subject for mail in run.world.notifier.sent if "confirmed" in mail.subject] == []


@CHANGES
def test_a_missing_or_repeated_report_is_reported(change: Callable[[list[Any]], None]) -> None:
    run = run_with(*STUCK, compensated=True)
    assert len(run.world.operations.stuck) == 1

    change(run.world.operations.stuck)

    assert list(missing_effects(run.world)) != []


def test_a_report_whose_answer_is_lost_may_come_twice_but_has_to_come() -> None:
    run = run_with(*STUCK, REPORT_UNANSWERED, compensated=True)
    assert len(run.world.operations.stuck) == 2

    run.world.operations.stuck.clear()

    assert list(missing_effects(run.world)) == [
        f"{FIRST_ORDER}: 1 executions could not end it, 0 reports"
    ]


def test_an_order_stuck_for_as_long_as_its_attempts_fail_is_reported_each_time() -> None:
    fault = PlannedFault(Fault.THROTTLED, 1, "RefundPayment", "payments.refund")

    run = run_with(*[fault] * 2 * ATTEMPTS["RefundPayment"], compensated=True)

    assert len(run.world.operations.stuck) == 2
