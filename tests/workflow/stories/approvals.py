"""Stories of the approval loop: what people decide while the order waits."""

from tests.workflow.faults import dropped
from tests.workflow.stories.ends import (
    CANCELLED,
    LOOP,
    PAY,
    TO_WAIT,
    TO_WAIT_V1,
    cancelled,
    completed,
)
from tests.workflow.stories.steps import approve, cancel, heartbeat, let_pass, tick_every
from tests.workflow.stories.story import UNFINISHED, Story

HAPPY = Story(
    name="an approved order is paid, completed and confirmed",
    script=(approve(),),
    ends=completed(),
)

HAPPY_V1 = Story(
    name="an order of version 1 is enriched step by step and ends the same",
    version="v1",
    script=(approve(),),
    ends=completed((*TO_WAIT_V1, *LOOP, *PAY)),
)

APPROVALS = (
    HAPPY,
    HAPPY_V1,
    Story(
        name="a cancel during enrichment ends the order at once",
        meanwhile={("before", "FetchInventorySnapshot"): cancel()},
        ends=cancelled(
            ("RouteStart", "EnrichOrder", *CANCELLED),
            ledger={"mail-cancellation": "done"},
            found=UNFINISHED,
        ),
    ),
    Story(
        name="an approval between storing the token and submitting the task is not lost",
        meanwhile={("after", "AwaitSignal"): approve()},
        ends=completed(),
    ),
    Story(
        name="an approval accepted before the deadline counts after it",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(let_pass(899), approve(), let_pass(2)),
        ends=completed(),
    ),
    Story(
        name="an approver with the order open saves its ticks but does not move its deadline",
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
