"""The verdict on an execution, and its reason, from its history alone."""

import pytest

from lambdas.domain import errors
from lambdas.executions.outcomes import Classification, Verdict, classify
from tests.support.execution_histories import HistoryBuilder, named

COMPENSATION = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")


def waiting() -> HistoryBuilder:
    return named(["FetchInventorySnapshotV1"]).ok("ReserveStock", decision="wait")


def decided(decision: str) -> HistoryBuilder:
    history = waiting().ok("AwaitSignal").ok("ApplySignals", decision=decision)
    return history.route("RouteDecision")


def failed(history: HistoryBuilder) -> HistoryBuilder:
    """The history of an order that is compensated and ends failed."""
    history.ok(*COMPENSATION).route("RouteEnd").enter("OrderFailed")
    return history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})


def cancelled(history: HistoryBuilder) -> HistoryBuilder:
    history.ok(*COMPENSATION).route("RouteEnd").enter("OrderCancelled").leave("OrderCancelled")
    return history.add("ExecutionSucceeded")


def rejected(history: HistoryBuilder) -> HistoryBuilder:
    history.ok(*COMPENSATION).route("RouteEnd").enter("OrderRejected").leave("OrderRejected")
    return history.add("ExecutionSucceeded")


def interrupted(history: HistoryBuilder) -> HistoryBuilder:
    history.enter("OrderInterrupted")
    error = {"error": "OrderInterrupted"}
    return history.add("ExecutionFailed", executionFailedEventDetails=error)


def lost_while(history: HistoryBuilder, *undoing: str) -> HistoryBuilder:
    """Another execution took the order over, so that these steps are refused."""
    for state in undoing:
        history.failing(state, "StaleEpoch")
    history.enter("OrderFailed")
    return history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})


PAID = ("ProcessPayment", "UpdateOrderStatus")
EVERY_STEP, TAKEN_OVER = "every step succeeded", "another execution took its order over"
COMPENSATED_IT = "it took the order over and compensated it"

CLASSIFIED: dict[str, tuple[HistoryBuilder, str, str]] = {
    "every step succeeds": (
        decided("pay").ok(*PAID, "SendOrderConfirmation").add("ExecutionSucceeded"),
        *("completed", EVERY_STEP),
    ),
    "the e-mail is not sent": (
        decided("pay")
        .ok(*PAID)
        .failing("SendOrderConfirmation", "MailRejected")
        .enter("CompletedUnconfirmed")
        .add("ExecutionSucceeded"),
        *("completed", EVERY_STEP),
    ),
    "compensation finds it completed": (
        named(())
        .ok(*COMPENSATION)
        .route("RouteEnd")
        .ok("SendOrderConfirmation")
        .add("ExecutionSucceeded"),
        *("completed", EVERY_STEP),
    ),
    "a cancel meets a step": (
        cancelled(decided("pay").failing("ProcessPayment", "OrderCancelled")),
        *("cancelled", "ProcessPayment failed with OrderCancelled"),
    ),
    "only the last attempt counts": (
        rejected(
            decided("pay").failing("ProcessPayment", "ProviderUnavailable", "PaymentDeclined")
        ),
        *("rejected", "ProcessPayment failed with PaymentDeclined"),
    ),
    "a tick is no failure": (
        cancelled(
            waiting()
            .failing("AwaitSignal", "States.Timeout", kind="TaskTimedOut")
            .ok("ApplySignals", decision="expire")
            .route("RouteDecision")
        ),
        *("expired", "it was not approved before its deadline"),
    ),
    "a business end of an older definition, which was OrderFailed": (
        failed(waiting().failing("ReserveStock", "InsufficientStock")),
        *("rejected", "ReserveStock failed with InsufficientStock"),
    ),
    "a decision that compensates nothing": (
        cancelled(decided("pay")),
        *("defect", "RouteDecision failed with decision pay"),
    ),
    "an error without a name": (
        failed(waiting().enter("ReserveStock").leave("ReserveStock")),
        *("defect", "ReserveStock failed with no error's name"),
    ),
    "no error and no state": (
        HistoryBuilder().add("ExecutionFailed", executionFailedEventDetails={}),
        *("defect", "the execution failed with no error's name"),
    ),
    "the definition fails by itself": (
        waiting()
        .enter("RouteDecision")
        .add("ExecutionFailed", executionFailedEventDetails={"error": "States.Runtime"}),
        *("defect", "RouteDecision failed with States.Runtime"),
    ),
    "a takeover ends failed": (failed(named(())), "compensated", COMPENSATED_IT),
    "a takeover ends cancelled": (cancelled(named(())), "compensated", COMPENSATED_IT),
    "a takeover ends rejected": (rejected(named(())), "compensated", COMPENSATED_IT),
    "it loses its order": (
        waiting()
        .ok("AwaitSignal")
        .failing("ApplySignals", "StaleEpoch")
        .enter("OrderTakenOver")
        .leave("OrderTakenOver")
        .add("ExecutionSucceeded"),
        *("compensated", TAKEN_OVER),
    ),
    "every step is refused after a takeover": (
        lost_while(waiting().failing("ApplySignals", "StaleEpoch"), *COMPENSATION),
        *("compensated", TAKEN_OVER),
    ),
    "it loses its order during compensation": (
        lost_while(
            named(()).failing("RefundPayment", *["ProviderUnavailable"] * 7),
            *("ReleaseStock", "CloseOrder"),
        ),
        *("compensated", TAKEN_OVER),
    ),
    "a long history": (
        interrupted(decided("continue")),
        "infrastructure",
        "its history became long: another execution continues the order",
    ),
    "an interruption by a decision": (
        interrupted(decided("pay")),
        *("defect", "RouteDecision failed with pay"),
    ),
    "an interruption after a pause": (
        interrupted(
            waiting()
            .failing("AwaitSignal", "Lambda.Unknown")
            .failing("ApplySignals", "StoreUnavailable")
            .route("RouteBackOff")
        ),
        *("infrastructure", "ApplySignals failed with StoreUnavailable"),
    ),
    "an interruption by an error after a decision": (
        interrupted(decided("wait").failing("AwaitSignal", "EngineUnavailable")),
        *("infrastructure", "AwaitSignal failed with EngineUnavailable"),
    ),
    "an interruption by a defect": (
        interrupted(waiting().failing("ApplySignals", "KeyError").route("RouteBackOff")),
        *("defect", "ApplySignals failed with KeyError"),
    ),
    "an interruption without an error": (
        interrupted(waiting()),
        *("defect", "ReserveStock failed with no error's name"),
    ),
    "it is stopped": (
        waiting().enter("AwaitSignal").add("ExecutionAborted"),
        *("infrastructure", "the execution was stopped (StopExecution)"),
    ),
    "it takes too long": (
        waiting().enter("AwaitSignal").add("ExecutionTimedOut"),
        *("infrastructure", "the execution exceeded its time limit"),
    ),
    "it waits": (waiting().enter("AwaitSignal"), "running", "it is in AwaitSignal"),
    "it begins": (HistoryBuilder(), "running", "it is in its beginning"),
}
"""What happened -> history, verdict, reason."""


@pytest.mark.parametrize(("history", "verdict", "reason"), CLASSIFIED.values(), ids=CLASSIFIED)
def test_an_execution_is_classified_by_its_history_with_a_reason(
    history: HistoryBuilder, verdict: str, reason: str
) -> None:
    assert classify(history.redacted()) == Classification(Verdict(verdict), reason)


def test_no_history_no_verdict() -> None:
    assert classify([]) == Classification(Verdict.UNKNOWN, "the engine has no history of it")


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("ReserveStock", "InsufficientStock", "rejected"),
        ("ProcessPayment", "PaymentDeclined", "rejected"),
        ("ProcessPayment", "PaymentClosed", "rejected"),
        ("ProcessPayment", "States.Timeout", "infrastructure"),
        ("ProcessPayment", "Lambda.TooManyRequestsException", "infrastructure"),
        ("UpdateOrderStatus", "StaleEpoch", "compensated"),
        ("ApplySignals", "OrderMovedOn", "compensated"),
        ("ApplySignals", "ActivityDefect", "defect"),
        ("ReserveStock", "LedgerMismatch", "defect"),
        ("ReserveStock", "KeyError", "defect"),
    ],
)
def test_a_failure_is_classified_by_its_error(state: str, error: str, expected: str) -> None:
    history = waiting().failing(state, error)
    ends = rejected if expected == "rejected" else failed

    assert classify(ends(history).redacted()) == Classification(
        Verdict(expected), f"{state} failed with {error}"
    )


@pytest.mark.parametrize("error", [cls.__name__ for cls in errors.TransientError.__subclasses__()])
def test_every_transient_error_that_outlasts_its_retries_is_infrastructure(error: str) -> None:
    history = failed(decided("pay").failing("ProcessPayment", *[error] * 5))

    assert classify(history.redacted()).verdict is Verdict.INFRASTRUCTURE


@pytest.mark.parametrize("state", ["RefundPayment", "ReleaseStock", "CloseOrder"])
def test_what_could_not_be_undone_is_stuck(state: str) -> None:
    history = decided("compensate")
    for one in COMPENSATION:
        if one == state:
            history.failing(one, *["StoreUnavailable"] * 7)
        else:
            history.ok(one)
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})

    assert classify(history.redacted()) == Classification(
        Verdict.COMPENSATION_STUCK, f"{state} failed with StoreUnavailable"
    )
