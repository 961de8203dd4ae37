"""Scenarios of the approval loop: decisions while the order waits."""

from tests.workflow.faults import dropped
from tests.workflow.scenarios.ends import (
    CANCELLED,
    LOOP,
    PAY,
    TO_WAIT,
    TO_WAIT_V1,
    cancelled,
    completed,
)
from tests.workflow.scenarios.scenario import UNFINISHED, Scenario
from tests.workflow.scenarios.steps import approve, cancel, heartbeat, let_pass, tick_every

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
        name="a cancel during enrichment ends the order at once",
        meanwhile={("before", "FetchInventorySnapshot"): cancel()},
        ends=cancelled(
            ("RouteStart", "EnrichOrder", *CANCELLED),
            ledger={"mail-cancellation": "done"},
            found=UNFINISHED,
        ),
    ),
    Scenario(
        name="an approval between storing the token and submitting the task is not lost",
        meanwhile={("after", "AwaitSignal"): approve()},
        ends=completed(),
    ),
    Scenario(
        name="an approval accepted before the deadline is applied after it",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(let_pass(899), approve(), let_pass(2)),
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
)
