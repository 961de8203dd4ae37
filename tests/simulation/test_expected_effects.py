"""Every expected e-mail and report is sent, once."""

from collections.abc import Callable

import pytest

from tests.simulation.checks.expected_effects import missing_effects
from tests.simulation.runs.matrix import ATTEMPTS, approved, strikes
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import FIRST_ORDER, Strike
from tests.simulation.world.faults import Fault

STUCK = (Strike(Fault.POISON, 1, "RefundPayment", "payments.refund"),)
"""The first refund is refused for good; the one of the takeover works."""
REPORT_UNANSWERED = Strike(Fault.LOST, 1, "CloseOrder", "operations.report_stuck")


def run_with(*faults: Strike, compensated: bool) -> Run:
    run = approved(faults, compensated=compensated)
    assert run.execute() == []
    return run


def without_the_last_mail(run: Run) -> None:
    run.world.notifier.sent.pop()


def with_a_mail_twice(run: Run) -> None:
    run.world.notifier.sent.append(run.world.notifier.sent[-1])


def without_a_report(run: Run) -> None:
    run.world.operations.stuck.pop()


def with_a_report_twice(run: Run) -> None:
    run.world.operations.stuck *= 2


@pytest.mark.parametrize("change", [without_the_last_mail, with_a_mail_twice])
@pytest.mark.parametrize("compensated", [False, True])
def test_a_missing_or_repeated_mail_about_the_end_is_reported(
    change: Callable[[Run], None], compensated: bool
) -> None:
    run = run_with(compensated=compensated)

    change(run)

    [found] = missing_effects(run.world)
    assert found.startswith(f"{FIRST_ORDER}: ended ")


def test_the_mail_of_another_end_is_reported() -> None:
    run, other = run_with(compensated=False), run_with(compensated=True)
    run.world.notifier.sent.append(other.world.notifier.sent[-1])

    assert list(missing_effects(run.world)) == [
        f"{FIRST_ORDER}: ended completed, 1 mails that it was cancelled"
    ]


def test_a_mail_that_a_crash_lost_is_not_owed() -> None:
    faults = strikes("SendOrderConfirmation", "crash-before", "once")

    run = run_with(*faults, compensated=False)

    assert [mail.subject for mail in run.world.notifier.sent if "confirmed" in mail.subject] == []


@pytest.mark.parametrize("change", [without_a_report, with_a_report_twice])
def test_a_missing_or_repeated_report_is_reported(change: Callable[[Run], None]) -> None:
    run = run_with(*STUCK, compensated=True)
    assert len(run.world.operations.stuck) == 1

    change(run)

    assert list(missing_effects(run.world)) != []


def test_a_report_whose_answer_is_lost_may_come_twice_but_has_to_come() -> None:
    run = run_with(*STUCK, REPORT_UNANSWERED, compensated=True)
    assert len(run.world.operations.stuck) == 2

    run.world.operations.stuck.clear()

    assert list(missing_effects(run.world)) == [
        f"{FIRST_ORDER}: 1 executions could not end it, 0 reports"
    ]


def test_an_order_stuck_for_as_long_as_its_attempts_fail_is_reported_each_time() -> None:
    fault = Strike(Fault.THROTTLED, 1, "RefundPayment", "payments.refund")

    run = run_with(*[fault] * 2 * ATTEMPTS["RefundPayment"], compensated=True)

    assert len(run.world.operations.stuck) == 2
