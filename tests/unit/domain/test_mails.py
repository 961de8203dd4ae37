"""The texts that people read, word by word."""

import time
from collections.abc import Iterator

import pytest

from lambdas.domain.asking import MAILS
from lambdas.domain.mails import approval_mail, cancellation_mail
from lambdas.domain.stages import Stage
from tests.support.builders import a_line, an_order

LINES = (a_line(), a_line("MUG-RED", 1, 805))


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock does not show UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_the_customer_of_a_cancelled_order_reads_that_nothing_is_owed() -> None:
    order = an_order(Stage.CANCELLED, order_id="O1", last_error="approval timeout")

    assert cancellation_mail(order) == (
        "Your order O1 was cancelled",
        "Your order O1 was not carried out.\n\n"
        "Reason: approval timeout\n\n"
        "You owe nothing: whatever was charged goes back to you in full.\n",
    )


@pytest.mark.parametrize(("number", "again"), [(0, ""), (1, " (reminder 1)"), (2, " (reminder 2)")])
def test_the_approver_reads_what_to_decide_and_what_the_link_does(
    in_tokyo: None, number: int, again: str
) -> None:
    order = an_order(order_id="O1", items=LINES)

    assert approval_mail(order, MAILS[number], "https://x/1") == (
        f"Order O1 waits for your approval{again}",
        "Order O1 of customer alice waits for your approval.\n\n"
        "  2 x COFFEE-1KG at 12.50 EUR\n"
        "  1 x MUG-RED at 8.05 EUR\n\n"
        "Total: 33.05 EUR (revision 1)\n"
        "Decide by 2026-01-01 00:15:00 UTC, or the order is cancelled.\n\n"
        "See the order and decide:\nhttps://x/1\n\n"
        "Opening the link changes nothing. Approving asks to sign in, and works once.\n"
        "Do not pass this mail on: whoever has the link can see the order.\n",
    )
