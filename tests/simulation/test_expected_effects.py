"""Every expected e-mail and report is sent, once."""

from collections.abc import Callable

import pytest

from tests.simulation.expected_effects import missing_effects
from tests.simulation.faults import Fault
from tests.simulation.matrix import ATTEMPTS, approved, strikes
from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import FIRST_ORDER, Strike
from tests.simulation.story import Story

STUCK = (Strike(Fault.POISON, 1, "RefundPayment", "payments.refund"),)
"""The first refund is refused for good; the one of the takeover works."""
REPORT_UNANSWERED = Strike(Fault.LOST, 1, "CloseOrder", "operations.report_stuck")


def played(*faults: Strike, compensated: bool) -> Story:
    story = approved(faults, compensated=compensated)
    assert story.play() == []
    return story


def without_the_last_mail(story: Story) -> None:
    story.world.notifier.sent.pop()


def with_a_mail_twice(story: Story) -> None:
    story.world.notifier.sent.append(story.world.notifier.sent[-1])


def without_a_report(story: Story) -> None:
    story.world.operations.stuck.pop()


def with_a_report_twice(story: Story) -> None:
    story.world.operations.stuck *= 2


@pytest.mark.parametrize("change", [without_the_last_mail, with_a_mail_twice])
@pytest.mark.parametrize("compensated", [False, True])
def test_a_missing_or_repeated_mail_about_the_end_is_reported(
    change: Callable[[Story], None], compensated: bool
) -> None:
    story = played(compensated=compensated)

    change(story)

    [found] = missing_effects(story.world)
    assert found.startswith(f"{FIRST_ORDER}: ended ")


def test_the_mail_of_another_end_is_reported() -> None:
    story, other = played(compensated=False), played(compensated=True)
    story.world.notifier.sent.append(other.world.notifier.sent[-1])

    assert list(missing_effects(story.world)) == [
        f"{FIRST_ORDER}: ended completed, 1 mails that it was cancelled"
    ]


def test_a_mail_that_a_crash_lost_is_not_owed() -> None:
    faults = strikes("SendOrderConfirmation", "crash-before", "once")

    story = played(*faults, compensated=False)

    assert [mail.subject for mail in story.world.notifier.sent if "confirmed" in mail.subject] == []


@pytest.mark.parametrize("change", [without_a_report, with_a_report_twice])
def test_a_missing_or_repeated_report_is_reported(change: Callable[[Story], None]) -> None:
    story = played(*STUCK, compensated=True)
    assert len(story.world.operations.stuck) == 1

    change(story)

    assert list(missing_effects(story.world)) != []


def test_a_report_whose_answer_is_lost_may_come_twice_but_has_to_come() -> None:
    story = played(*STUCK, REPORT_UNANSWERED, compensated=True)
    assert len(story.world.operations.stuck) == 2

    story.world.operations.stuck.clear()

    assert list(missing_effects(story.world)) == [
        f"{FIRST_ORDER}: 1 executions could not end it, 0 reports"
    ]


def test_an_order_stuck_for_as_long_as_its_attempts_fail_is_reported_each_time() -> None:
    fault = Strike(Fault.THROTTLED, 1, "RefundPayment", "payments.refund")

    story = played(*[fault] * 2 * ATTEMPTS["RefundPayment"], compensated=True)

    assert len(story.world.operations.stuck) == 2


@pytest.mark.parametrize("name", ["confirmation-never-sent", "stuck-never-reported"])
def test_a_missing_effect_is_reported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)
    compensated = name == "stuck-never-reported"

    assert approved(STUCK if compensated else (), compensated=compensated).play() != []
