"""The verdict on an execution, and its reason, from its history alone."""

from collections.abc import Callable

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


def verdict(history: HistoryBuilder) -> str:
    return classify(history.redacted()).verdict.value


PAID = ("ProcessPayment", "UpdateOrderStatus")


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (decided("pay").ok(*PAID, "SendOrderConfirmation").add("ExecutionSucceeded"), "completed"),
        (
            decided("pay")
            .ok(*PAID)
            .failing("SendOrderConfirmation", "MailRejected")
            .enter("CompletedUnconfirmed")
            .add("ExecutionSucceeded"),
            "completed",
        ),
        (
            named(())
            .ok(*COMPENSATION)
            .route("RouteEnd")
            .ok("SendOrderConfirmation")
            .add("ExecutionSucceeded"),
            "completed",
        ),
        (cancelled(decided("pay").failing("ProcessPayment", "OrderCancelled")), "cancelled"),
        (
            rejected(
                decided("pay").failing("ProcessPayment", "ProviderUnavailable", "PaymentDeclined")
            ),
            "rejected",
        ),
        (
            cancelled(
                waiting()
                .failing("AwaitSignal", "States.Timeout", kind="TaskTimedOut")
                .ok("ApplySignals", decision="expire")
                .route("RouteDecision")
            ),
            "expired",
        ),
        # Before business ends succeeded, they ended in OrderFailed.
        (failed(waiting().failing("ReserveStock", "InsufficientStock")), "rejected"),
    ],
    ids=[
        *("every step succeeds", "the e-mail is not sent", "compensation finds it completed"),
        *("a cancel meets a step", "only the last attempt counts", "a tick is no failure"),
        "a business end of an older definition",
    ],
)
def test_an_execution_is_classified_by_its_end(history: HistoryBuilder, expected: str) -> None:
    assert verdict(history) == expected


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

    judgement = classify(ends(history).redacted())

    assert judgement == Classification(Verdict(expected), f"{state} failed with {error}")


@pytest.mark.parametrize("error", [cls.__name__ for cls in errors.TransientError.__subclasses__()])
def test_every_transient_error_that_outlasts_its_retries_is_infrastructure(error: str) -> None:
    assert verdict(failed(decided("pay").failing("ProcessPayment", *[error] * 5))) == (
        "infrastructure"
    )


@pytest.mark.parametrize("end", [failed, cancelled, rejected])
def test_a_takeover_compensates(end: Callable[[HistoryBuilder], HistoryBuilder]) -> None:
    assert verdict(end(named(()))) == "compensated"


@pytest.mark.parametrize("state", ["RefundPayment", "ReleaseStock", "CloseOrder"])
def test_what_could_not_be_undone_is_stuck(state: str) -> None:
    history = decided("compensate")
    for one in COMPENSATION:
        if one == state:
            history.failing(one, *["StoreUnavailable"] * 7)
        else:
            history.ok(one)
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})

    judgement = classify(history.redacted())

    assert judgement.verdict is Verdict.COMPENSATION_STUCK
    assert judgement.reason == f"{state} failed with StoreUnavailable"


def test_a_definition_that_fails_by_itself_is_a_defect() -> None:
    history = waiting().enter("RouteDecision")
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "States.Runtime"})

    assert classify(history.redacted()) == Classification(
        Verdict.DEFECT, "RouteDecision failed with States.Runtime"
    )


def interrupted(history: HistoryBuilder) -> HistoryBuilder:
    history.enter("OrderInterrupted")
    error = {"error": "OrderInterrupted"}
    return history.add("ExecutionFailed", executionFailedEventDetails=error)


@pytest.mark.parametrize(
    ("error", "expected"),
    [("StoreUnavailable", "infrastructure"), ("ActivityDefect", "defect"), ("KeyError", "defect")],
)
def test_an_interrupted_execution_is_classified_by_its_last_error(
    error: str, expected: str
) -> None:
    history = waiting().failing("AwaitSignal", "Lambda.Unknown").failing("ApplySignals", error)

    judgement = classify(interrupted(history.route("RouteBackOff")).redacted())

    assert judgement == Classification(Verdict(expected), f"ApplySignals failed with {error}")


def test_what_runs_has_no_verdict_yet_and_says_where_it_is() -> None:
    assert classify(waiting().enter("AwaitSignal").redacted()) == Classification(
        Verdict.RUNNING, "it is in AwaitSignal"
    )
    assert verdict(HistoryBuilder()) == "running"


def test_no_history_no_verdict() -> None:
    assert classify([]).verdict is Verdict.UNKNOWN


def reason(history: HistoryBuilder) -> str:
    return classify(history.redacted()).reason


def test_the_reason_is_the_decision_or_the_error_before_the_compensation() -> None:
    unnamed = waiting().enter("ReserveStock").leave("ReserveStock")
    declined = decided("pay").failing("ProcessPayment", "PaymentDeclined")

    assert reason(cancelled(decided("pay"))) == "RouteDecision failed with decision pay"
    assert reason(rejected(declined)) == "ProcessPayment failed with PaymentDeclined"
    assert reason(failed(unnamed)) == "ReserveStock failed with no error's name"
    assert reason(failed(named(()))) == "it took the order over and compensated it"


def test_the_reason_of_an_interruption_is_its_decision_or_its_last_error() -> None:
    paused = waiting().failing("ApplySignals", "StoreUnavailable").route("RouteBackOff")
    decided_before = decided("wait").failing("AwaitSignal", "EngineUnavailable")

    assert reason(interrupted(decided("pay"))) == "RouteDecision failed with pay"
    assert reason(interrupted(paused)) == "ApplySignals failed with StoreUnavailable"
    assert reason(interrupted(decided_before)) == "AwaitSignal failed with EngineUnavailable"
    assert reason(interrupted(waiting())) == "ReserveStock failed with no error's name"


def test_an_end_without_a_name_or_a_state_has_a_reason() -> None:
    at_once = HistoryBuilder().add("ExecutionFailed", executionFailedEventDetails={})

    assert reason(at_once) == "the execution failed with no error's name"
    assert reason(HistoryBuilder()) == "it is in its beginning"
    assert classify([]).reason == "the engine has no history of it"


def test_an_execution_that_lost_its_order_says_so() -> None:
    history = waiting().ok("AwaitSignal").failing("ApplySignals", "StaleEpoch")
    history.enter("OrderTakenOver").leave("OrderTakenOver").add("ExecutionSucceeded")

    assert classify(history.redacted()) == Classification(
        Verdict.COMPENSATED, "another execution took its order over"
    )


def test_a_long_history_is_no_defect() -> None:
    assert verdict(interrupted(decided("continue"))) == "infrastructure"


@pytest.mark.parametrize("end", ["ExecutionAborted", "ExecutionTimedOut"])
def test_what_was_ended_from_outside_is_infrastructure(end: str) -> None:
    assert verdict(waiting().enter("AwaitSignal").add(end)) == "infrastructure"
