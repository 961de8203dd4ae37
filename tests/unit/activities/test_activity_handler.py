"""The decorated edge: what Lambda, Step Functions and the log see of an activity."""

import traceback
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas import activity_handler, telemetry
from lambdas.activities.approval import await_signal
from lambdas.activities.inventory import reserve_stock
from lambdas.activities.notification import send_order_confirmation
from lambdas.activities.payment import process_payment
from lambdas.activity_handler import activity
from lambdas.domain.errors import (
    ActivityDefect,
    MailRejected,
    MailUnsettled,
    OrderError,
    OrderNotFound,
    PaymentDeclined,
    StaleEpoch,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.support.invariants import leaks
from tests.support.telemetry import captured_log, discard_metrics, lines
from tests.support.world import TOKEN, World

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_version="7")
SECRETS = [TOKEN, "alice@example.com", "Alice Example"]


@pytest.fixture(autouse=True)
def _deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity_handler, "dependencies", lambda: world.deps)


def event(order: Order, **fields: Any) -> dict[str, Any]:
    return {"order_id": order.order_id, "epoch": order.epoch, "version": order.version, **fields}


@pytest.fixture
def log() -> Iterator[StringIO]:
    with captured_log() as stream:
        yield stream


def test_an_activity_without_an_answer_returns_an_empty_object(world: World) -> None:
    release = activity(lambda _task, _deps: None)

    assert release(event(world.place(Stage.COMPENSATING)), CONTEXT) == {}


def test_a_typed_error_passes_under_its_own_name_and_shows_nothing_else(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_insufficient_funds")

    with pytest.raises(PaymentDeclined) as raised:
        process_payment(event(order), CONTEXT)

    assert str(raised.value) == "insufficient funds"
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)
    frames = traceback.extract_tb(raised.value.__traceback__)[1:]
    assert frames[0].name == "handler"
    assert not any(frame.filename.endswith("payment.py") for frame in frames)


def test_each_run_is_one_line_of_the_log(world: World, log: StringIO) -> None:
    reserved = world.place(Stage.RESERVE)
    declined = world.place(Stage.PAYMENT, payment_method="pm_insufficient_funds")

    reserve_stock(event(reserved), CONTEXT)
    discard_metrics()
    with pytest.raises(PaymentDeclined):
        process_payment({"task": event(declined), "attempt": 2}, CONTEXT)

    ok, refused = lines(log.getvalue())
    assert ok.pop("duration_ms") >= 0
    assert ok.items() >= {
        ("level", "INFO"),
        ("message", "activity ended"),
        ("state", "ReserveStock"),
        ("order_id", reserved.order_id),
        ("execution", f"{reserved.order_id}-1"),
        ("epoch", 1),
        ("attempt", 1),
        ("stage", "awaiting-approval"),
        ("outcome", "ok"),
        ("request_id", "request-1"),
    }
    assert refused.items() >= {
        ("state", "ProcessPayment"),
        ("attempt", 3),
        ("stage", "payment"),
        ("outcome", "PaymentDeclined"),
        ("reason", "insufficient funds"),
    }


@pytest.mark.parametrize("error", [MailRejected("never"), MailUnsettled("no answer")])
def test_a_mail_that_is_not_delivered_is_counted(
    world: World, error: OrderError, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(Stage.COMPLETED)
    world.notifier.failures = [error]

    with pytest.raises(type(error)):
        send_order_confirmation(event(order), CONTEXT)

    [counted] = counts(capsys, type(error).__name__)
    assert counted[type(error).__name__] == [1.0]


def counts(capsys: pytest.CaptureFixture[str], metric: str) -> list[dict[str, Any]]:
    """The metric's records in the embedded format that were written since the last call."""
    return [line for line in lines(capsys.readouterr().out) if metric in line]


def test_every_error_of_ours_is_counted_by_activity_and_version(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(Stage.PAYMENT, epoch=2)

    with pytest.raises(StaleEpoch):
        process_payment(event(order, epoch=1), CONTEXT)
    with pytest.raises(OrderNotFound):
        process_payment({}, CONTEXT)

    for counted in counts(capsys, "FailedInvocation"):
        [cloudwatch] = counted["_aws"]["CloudWatchMetrics"]
        assert [sorted(names) for names in cloudwatch["Dimensions"]] == [
            ["activity", "function_version", "service"]
        ]
        assert (counted["activity"], counted["function_version"]) == ("process_payment", "7")
        assert counted["FailedInvocation"] == [1.0]


@pytest.mark.parametrize(
    "broken", [{"order_id": "O1", "epoch": 1}, {"order_id": "O1", "epoch": 1, "next": 5}]
)
def test_every_defect_is_counted_for_the_service(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    broken: dict[str, Any],
) -> None:
    monkeypatch.setattr(world.deps, "orders", None)

    with pytest.raises(ActivityDefect):
        reserve_stock(broken, CONTEXT)

    by_service = [
        counted
        for counted in counts(capsys, "ActivityDefect")
        if counted["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    ]
    [counted] = by_service
    assert (counted["service"], counted["ActivityDefect"]) == ("order-workflow", [1.0])


def test_metrics_that_cannot_be_written_do_not_replace_the_error(
    log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry.metrics, "namespace", None)
    monkeypatch.setattr(telemetry.metrics.provider, "namespace", None)

    with pytest.raises(OrderNotFound, match=r"^the activity's input has no valid `order_id`$"):
        reserve_stock({}, CONTEXT)
    errors = [line["message"] for line in lines(log.getvalue()) if line["level"] == "ERROR"]
    assert set(errors) == {"metrics could not be written"}


def test_an_unexpected_exception_becomes_a_defect_and_its_details_stay_in_the_log(
    world: World, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.RESERVE)

    def broken(order_id: str) -> Order:
        raise KeyError("a detail of the code")

    monkeypatch.setattr(world.store, "get", broken)

    with pytest.raises(ActivityDefect) as raised:
        reserve_stock(event(order), CONTEXT)

    assert str(raised.value) == "unexpected error, see the log of request-1"
    assert raised.value.__suppress_context__
    defect, ended = lines(log.getvalue())
    assert (defect["level"], defect["message"]) == ("ERROR", "activity failed unexpectedly")
    assert "a detail of the code" in defect["exception"]
    assert (defect["order_id"], defect["request_id"]) == (order.order_id, "request-1")
    assert (ended["outcome"], "exception" in ended) == ("ActivityDefect", False)


def test_a_missing_context_is_no_further_trouble(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(world.deps, "orders", None)

    with pytest.raises(ActivityDefect, match="log of unknown"):
        reserve_stock(event(world.place(Stage.RESERVE)), None)
    [counted] = counts(capsys, "FailedInvocation")
    assert counted["function_version"] == "unknown"


def test_no_token_and_no_personal_data_is_logged(
    world: World, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting, completed = world.place(), world.place(Stage.COMPLETED)
    world.notifier.failures = [MailRejected("SES refused the mail: MessageRejected")]

    await_signal(event(waiting, token=TOKEN), CONTEXT)
    with pytest.raises(StaleEpoch):
        await_signal(event(waiting, token=TOKEN, epoch=7), CONTEXT)
    discard_metrics()
    with pytest.raises(MailRejected):
        send_order_confirmation(event(completed), CONTEXT)
    send_order_confirmation(event(completed), CONTEXT)

    shown = log.getvalue() + "".join(capsys.readouterr())
    assert (waiting.order_id in shown, completed.order_id in shown) == (True, True)
    assert leaks(shown, SECRETS) == []


def test_the_timeline_shows_no_token_and_no_person(world: World) -> None:
    order = world.place(Stage.COMPLETED, wait_token=TOKEN)

    send_order_confirmation(event(order), CONTEXT)

    assert leaks(repr(world.store.timeline(order.order_id)), SECRETS) == []


def test_the_keys_of_one_order_do_not_stay_for_the_next_call(world: World, log: StringIO) -> None:
    reserve_stock(event(world.place(Stage.RESERVE)), CONTEXT)

    telemetry.logger.info("something else")

    _, line = lines(log.getvalue())
    assert (line["message"], {"order_id", "stage", "state"} & line.keys()) == (
        "something else",
        set(),
    )


def test_a_typed_error_is_counted_under_its_name_once_for_each_call_of_the_process(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(Stage.PAYMENT, epoch=2)

    for _ in range(3):
        with pytest.raises(StaleEpoch):
            process_payment(event(order, epoch=1), CONTEXT)

    counted = counts(capsys, "StaleEpoch")
    assert [(line["StaleEpoch"], line["activity"]) for line in counted] == [
        ([1.0], "process_payment")
    ] * 3
    assert not telemetry.metrics.metric_set


def test_durations_are_logged_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "perf_counter", lambda: 5.0)

    assert telemetry.milliseconds_since(2.5) == 2500
