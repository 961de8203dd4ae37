"""Scenarios of the approval loop: decisions while the order waits, and e-mails to the approver."""

from typing import Any

from tests.workflow.faults import refused
from tests.workflow.scenarios.ends import (
    ASK,
    CANCELLED,
    LOOP,
    PAY,
    TO_WAIT,
    TO_WAIT_V1,
    UNPAID,
    Path,
    cancelled,
    completed,
)
from tests.workflow.scenarios.scenario import ORDERED, End, Scenario
from tests.workflow.scenarios.steps import (
    add,
    approve,
    ask_by_mail,
    heartbeat,
    let_pass,
    tick_every,
)

ASKED = (*TO_WAIT, *LOOP, *ASK)


def _completed(path: Path, *mails: str, **changes: Any) -> End:
    """The end of a completed order, after these e-mails to the approver."""
    reminders = {f"mail-approval-{number}": "done" for number in range(1, len(mails) + 1)}
    ledger = {"reserve": "done", "pay": "done", "mail-confirmation": "done", **reminders}
    return completed(path, ledger=ledger, mails=(*mails, "confirmed"), **changes)


HAPPY = Scenario(
    name="an approved order is paid, completed and confirmed",
    script=(approve(),),
    ends=completed(),
)

HAPPY_V1 = Scenario(
    name="an order of version 1 is enriched in sequence and ends the same",
    version="v1",
    script=(approve(),),
    ends=completed((*TO_WAIT_V1, *LOOP, *PAY)),
)

APPROVALS = (
    HAPPY,
    HAPPY_V1,
    Scenario(
        name="an approval between storing the token and submitting the task is not lost",
        meanwhile={("after", "AwaitSignal"): approve()},
        ends=completed(),
    ),
    Scenario(
        name="heartbeats of an approver prevent ticks and do not move the deadline",
        prologue=(tick_every(300),),
        script=(
            let_pass(250),
            heartbeat(),
            let_pass(250),
            heartbeat(),
            let_pass(250),
            heartbeat(),
            let_pass(200),
        ),
        ends=cancelled(
            (*TO_WAIT, *LOOP, *CANCELLED),
            outcomes=(),
            last_error="approval timeout",
            verdicts=("expired",),
        ),
    ),
    Scenario(
        name="at most three e-mails are sent until the deadline",
        prologue=(ask_by_mail(),),
        script=(let_pass(16), let_pass(300), let_pass(135), let_pass(270), let_pass(182)),
        ends=cancelled(
            (*ASKED, *LOOP, *ASK, *LOOP, *ASK, *LOOP, *CANCELLED),
            outcomes=(),
            last_error="approval timeout",
            verdicts=("expired",),
            ledger={**UNPAID, **{f"mail-approval-{n}": "done" for n in (1, 2, 3)}},
            mails=("approval", "1)", "2)", "cancelled"),
        ),
    ),
    Scenario(
        name="an item added after an e-mail makes the revision of its link stale",
        prologue=(ask_by_mail(),),
        script=(let_pass(16), add("COFFEE-1KG", 1), approve(revision=1), approve(revision=2)),
        ends=_completed(
            (*ASKED, *LOOP, *LOOP, *LOOP, *PAY),
            "approval",
            outcomes=("applied", "stale", "applied"),
            stock={"MUG-RED": (98, 0, 2), "COFFEE-1KG": (49, 0, 1)},
            payment=(ORDERED + 1250, 0),
        ),
    ),
    Scenario(
        name="a rejected e-mail is sent again at the next tick",
        prologue=(ask_by_mail(),),
        faults=(
            refused(
                "sesv2.SendEmail", 1, state="RequestApproval", code="MessageRejected", status=400
            ),
        ),
        script=(let_pass(16), let_pass(301), approve()),
        ends=_completed((*ASKED, *LOOP, *ASK, *LOOP, *PAY), "approval"),
    ),
)
