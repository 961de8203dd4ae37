"""Scenarios of lost doorbells, starts and executions: they add latency and change no end."""

from tests.workflow.faults import SDK_ATTEMPTS, refused
from tests.workflow.scenarios.ends import (
    BACK_OFF,
    CONTINUED,
    FAILED,
    LOOP,
    PAY,
    RESUMED,
    TO_WAIT,
    completed,
    failed,
)
from tests.workflow.scenarios.scenario import UNFINISHED, Scenario
from tests.workflow.scenarios.steps import (
    approve,
    inject_fault,
    let_pass,
    lose_execution,
    operator_compensates,
    stop_execution,
    sweep,
    waits_at,
)

PAST_DEADLINE = 1_006
"""Seconds: the deadline, the janitor's delay, and a whole minute."""
STOPPED = (*TO_WAIT, "AwaitSignal")
TAKEN_OVER = (*RESUMED, *FAILED)
DOORBELLS = (
    Scenario(
        name="a doorbell that cannot be rung does not refuse the signal",
        faults=(refused("sfn.SendTaskSuccess", times=SDK_ATTEMPTS),),
        script=(approve(), let_pass(61), sweep(rung=1)),
        ends=completed(recovered=("EngineUnavailable",)),
    ),
    Scenario(
        name="a lost start is repeated by the janitor",
        faults=(refused("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(waits_at("start"), let_pass(61), sweep(started=1), approve()),
        ends=completed(recovered=("EngineUnavailable",)),
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
        name="an order that lost its execution continues to wait in another one",
        script=(lose_execution(), approve(0), let_pass(61), sweep(resumed=1), approve()),
        ends=completed((*CONTINUED, *LOOP, *PAY), outcomes=("stale", "applied"), found=UNFINISHED),
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
