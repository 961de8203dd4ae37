"""Scenarios of lost doorbells, starts and executions: they add latency and change no end."""

from tests.workflow.faults import SDK_ATTEMPTS, answer_lost, crashed, dropped, refused, reply_lost
from tests.workflow.scenarios.ends import (
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
from tests.workflow.scenarios.scenario import UNFINISHED, Scenario
from tests.workflow.scenarios.steps import (
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

PAST_DEADLINE = 1_006
"""Seconds: the deadline, the janitor's delay, and a whole minute."""
STOPPED = (*TO_WAIT, "AwaitSignal")
TAKEN_OVER = (*RESUMED, *FAILED)
DOORBELLS = (
    Scenario(
        name="a tick recovers a lost doorbell where the deployment has ticks",
        prologue=(tick_every(300),),
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), waits_at("awaiting-approval"), let_pass(300)),
        ends=completed(),
    ),
    Scenario(
        name="a lost doorbell is rung again by the janitor",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), let_pass(61), sweep(rung=1)),
        ends=completed(),
    ),
    Scenario(
        name="a doorbell that cannot be rung does not refuse the signal",
        faults=(refused("sfn.SendTaskSuccess", times=SDK_ATTEMPTS),),
        script=(approve(), let_pass(61), sweep(rung=1)),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Scenario(
        name="a doorbell that rings twice changes nothing",
        faults=(reply_lost("sfn.SendTaskSuccess"),),
        script=(approve(),),
        ends=completed(),
    ),
    Scenario(
        name="a lost start is repeated by the janitor",
        faults=(refused("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(waits_at("start"), let_pass(61), sweep(started=1), approve()),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Scenario(
        name="a start whose answer was lost is not repeated",
        faults=(reply_lost("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(let_pass(61), sweep(), approve()),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Scenario(
        name="a wait that cannot begin is tried again after a pause",
        faults=(crashed("AwaitSignal", times=2),),
        script=(approve(),),
        ends=completed((*TO_WAIT, *FAILED_LOOP, *FAILED_LOOP, *LOOP, *PAY)),
    ),
    Scenario(
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
    Scenario(
        name="an order whose execution was stopped without an event is taken over by the sweep",
        script=(stop_execution(), let_pass(PAST_DEADLINE), sweep(taken_over=1), sweep()),
        ends=failed(
            STOPPED,
            "the execution stopped",
            paths=(STOPPED, TAKEN_OVER),
            statuses=("ABORTED", "FAILED"),
            verdicts=("infrastructure", "compensated"),
        ),
    ),
    Scenario(
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
    Scenario(
        name="after an operator's takeover the waiting execution changes nothing",
        script=(operator_compensates(),),
        ends=failed(
            (),
            "compensated by an operator",
            paths=((*STOPPED, "ApplySignals", "OrderTakenOver"), TAKEN_OVER),
            statuses=("SUCCEEDED", "FAILED"),
            verdicts=("compensated", "compensated"),
        ),
    ),
    Scenario(
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
    Scenario(
        name="an order that lost its execution continues to wait in another one",
        script=(lose_execution(), approve(0), let_pass(61), sweep(resumed=1), approve()),
        ends=completed((*CONTINUED, *LOOP, *PAY), outcomes=("stale", "applied"), found=UNFINISHED),
    ),
    Scenario(
        name="an order that lost its execution with an accepted approval is paid by another one",
        faults=(dropped("sfn.SendTaskSuccess"),),
        script=(approve(), lose_execution(), let_pass(61), sweep(resumed=1)),
        ends=completed((*CONTINUED, *PAY), found=UNFINISHED),
    ),
    Scenario(
        name="a signal without a stored token is applied by another execution",
        script=(forget_token(), approve(), let_pass(61), sweep(resumed=1), let_pass(900)),
        ends=completed(
            paths=((*TO_WAIT, "AwaitSignal", "ApplySignals", "OrderTakenOver"), (*CONTINUED, *PAY)),
            statuses=("SUCCEEDED", "SUCCEEDED"),
            verdicts=("compensated", "completed"),
        ),
    ),
    Scenario(
        name="an approval that was accepted before an outage is applied after it",
        faults=(refused("dynamodb.Query", times=3 * 5 * SDK_ATTEMPTS, state="ApplySignals"),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, "AwaitSignal", "ApplySignals", *BACK_OFF * 3, "RouteDecision", *PAY),
            retried={"ApplySignals": 12},
        ),
    ),
)
