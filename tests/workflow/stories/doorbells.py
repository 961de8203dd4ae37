"""Stories of lost wake-ups, lost starts and lost executions: latency, never another end."""

from tests.workflow.faults import SDK_ATTEMPTS, answer_lost, crashed, dropped, refused, reply_lost
from tests.workflow.stories.ends import (
    BACK_OFF,
    CANCELLED,
    CONTINUED,
    FAILED,
    FAILED_LOOP,
    LOOP,
    PAY,
    RESUMED,
    TO_WAIT,
    UNDO,
    cancelled,
    completed,
    failed,
)
from tests.workflow.stories.steps import (
    add,
    approve,
    cancel,
    forget_token,
    inject_fault,
    let_pass,
    lose_execution,
    operator_compensates,
    stop_execution,
    sweep,
    tick_every,
    waits_at,
)
from tests.workflow.stories.story import UNFINISHED, Story

PAST_DEADLINE = 1_006
"""Seconds: the deadline, the janitor's patience, and a whole minute."""
STOPPED = (*TO_WAIT, "AwaitSignal")
TAKEN_OVER = (*RESUMED, *FAILED)
DOORBELLS = (
    Story(
        name="a lost doorbell is made good by a tick where the deployment has ticks",
        prologue=(tick_every(300),),
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), waits_at("awaiting-approval"), let_pass(300)),
        ends=completed(),
    ),
    Story(
        name="a lost doorbell is rung again by the janitor",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), let_pass(61), sweep(rung=1)),
        ends=completed(),
    ),
    Story(
        name="a doorbell that cannot be rung does not refuse the signal",
        faults=(refused("sfn.SendTaskSuccess", times=SDK_ATTEMPTS),),
        script=(approve(), let_pass(61), sweep(rung=1)),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Story(
        name="a doorbell that rings twice changes nothing",
        faults=(reply_lost("sfn.SendTaskSuccess"),),
        script=(approve(),),
        ends=completed(),
    ),
    Story(
        name="a lost start is repeated by the janitor",
        faults=(refused("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(waits_at("start"), let_pass(61), sweep(started=1), approve()),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Story(
        name="a start whose answer was lost is one start",
        faults=(reply_lost("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(let_pass(61), sweep(), approve()),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Story(
        name="a wait that cannot begin is tried again after a pause",
        faults=(crashed("AwaitSignal", times=2),),
        script=(approve(),),
        ends=completed((*TO_WAIT, *FAILED_LOOP, *FAILED_LOOP, *LOOP, *PAY)),
    ),
    Story(
        name="a wait whose Lambda fails after it stored the token starts again with another token",
        faults=(answer_lost("AwaitSignal"),),
        script=(add("COFFEE-1KG", 1), approve(revision=1), approve()),
        ends=completed(
            (*TO_WAIT, *FAILED_LOOP, *LOOP, *LOOP, *LOOP, *PAY),
            outcomes=("applied", "stale", "applied"),
            stock={"MUG-RED": (98, 0, 2), "COFFEE-1KG": (49, 0, 1)},
            payment=(3050, 0),
        ),
    ),
    Story(
        name="an order whose execution was stopped unheard is taken over by the sweep",
        script=(stop_execution(), let_pass(PAST_DEADLINE), sweep(taken_over=1), sweep()),
        ends=failed(
            STOPPED,
            "the execution stopped",
            paths=(STOPPED, TAKEN_OVER),
            statuses=("ABORTED", "FAILED"),
            verdicts=("infrastructure", "compensated"),
        ),
    ),
    Story(
        name="a takeover whose start was lost is started by the next sweep",
        script=(
            stop_execution(),
            inject_fault(refused("sfn.StartExecution", times=SDK_ATTEMPTS)),
            let_pass(PAST_DEADLINE),
            sweep(failed=1),
            let_pass(61),
            sweep(started=1),
        ),
        ends=failed(
            STOPPED,
            "the execution stopped",
            paths=(STOPPED, TAKEN_OVER),
            statuses=("ABORTED", "FAILED"),
            verdicts=("infrastructure", "compensated"),
            recovered=("EngineUnavailable",),
        ),
    ),
    Story(
        name="an operator's takeover silences the execution that still waits",
        script=(operator_compensates(),),
        ends=failed(
            (),
            "compensated by an operator",
            paths=((*STOPPED, "ApplySignals", "OrderTakenOver"), TAKEN_OVER),
            statuses=("SUCCEEDED", "FAILED"),
            verdicts=("compensated", "compensated"),
        ),
    ),
    Story(
        name="an execution that loses its order while it compensates ends as taken over",
        script=(cancel(),),
        meanwhile={("before", "RefundPayment"): operator_compensates()},
        ends=cancelled(
            (),
            paths=((*TO_WAIT, *LOOP, *UNDO, "OrderTakenOver"), (*RESUMED, *CANCELLED)),
            statuses=("SUCCEEDED", "SUCCEEDED"),
            verdicts=("compensated", "compensated"),
        ),
    ),
    Story(
        name="an order that lost its execution continues to wait in another one",
        script=(lose_execution(), approve(0), let_pass(61), sweep(resumed=1), approve()),
        ends=completed((*CONTINUED, *LOOP, *PAY), outcomes=("stale", "applied"), found=UNFINISHED),
    ),
    Story(
        name="an order that lost its execution with an accepted approval is paid by another one",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), lose_execution(), let_pass(61), sweep(resumed=1)),
        ends=completed((*CONTINUED, *PAY), found=UNFINISHED),
    ),
    Story(
        name="a signal that no wait takes is applied by another execution",
        script=(forget_token(), approve(), let_pass(61), sweep(resumed=1), let_pass(900)),
        ends=completed(
            paths=((*TO_WAIT, "AwaitSignal", "ApplySignals", "OrderTakenOver"), (*CONTINUED, *PAY)),
            statuses=("SUCCEEDED", "SUCCEEDED"),
            verdicts=("compensated", "completed"),
        ),
    ),
    Story(
        name="an approval that was accepted before an outage is honoured after it",
        faults=(refused("dynamodb.Query", times=3 * 5 * SDK_ATTEMPTS, state="ApplySignals"),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, "AwaitSignal", "ApplySignals", *BACK_OFF * 3, "RouteDecision", *PAY),
            retried={"ApplySignals": 12},
        ),
    ),
)
