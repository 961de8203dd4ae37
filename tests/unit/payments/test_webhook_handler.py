"""The Lambda handler of the provider's webhook: its answers, metrics and log."""

import base64
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.payment_webhook import MalformedReport, PaymentReport, UnsignedReport
from lambdas.handlers import webhook_handler
from lambdas.services.payment_reports import ReportAction
from tests.support.telemetry import captured_log, lines
from tests.support.world import World


class ScriptedWebhook:
    """Takes requests with the header `sandbox-signature: valid`."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def read(self, body: str, headers: Mapping[str, str]) -> PaymentReport | None:
        if headers.get("sandbox-signature") != "valid":
            raise UnsignedReport
        if body == "malformed":
            raise MalformedReport
        self.bodies.append(body)
        return None if body == "other" else PaymentReport("evt_1", "payment.captured", "pi_1")


@pytest.fixture
def webhook(world: World, monkeypatch: pytest.MonkeyPatch) -> ScriptedWebhook:
    webhook = ScriptedWebhook()
    world.deps.payment_webhook = webhook
    monkeypatch.setattr(webhook_handler, "dependencies", lambda: world.deps)
    return webhook


def post(body: str = "{}", signature: str = "valid", *, encoded: bool = False) -> dict[str, Any]:
    return {
        "body": base64.b64encode(body.encode()).decode() if encoded else body,
        "isBase64Encoded": encoded,
        "headers": {"Sandbox-Signature": signature},
    }


def answered(event: Mapping[str, Any], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The status, and the metric that was counted."""
    answer = webhook_handler.receive(event, None)
    assert json.loads(answer["body"])["message"]
    assert answer["headers"] == {"content-type": "application/json", "cache-control": "no-store"}
    [counted] = lines(capsys.readouterr().out)
    [metric] = [name for name in counted if name.startswith("PaymentReport-")]
    return answer["statusCode"], metric.removeprefix("PaymentReport-")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_report_of_an_unknown_payment_is_answered_and_counted(
    webhook: ScriptedWebhook, capsys: pytest.CaptureFixture[str], encoded: bool
) -> None:
    with captured_log() as log:
        assert answered(post('{"ü": 1}', encoded=encoded), capsys) == (200, "unknown")

    assert webhook.bodies == ['{"ü": 1}']
    [line] = lines(log.getvalue())
    assert (line["report_id"], line["kind"]) == ("evt_1", "payment.captured")
    assert (line["message"], line["action"]) == ("report received", ReportAction.UNKNOWN)


def test_a_report_that_concerns_no_payment_is_answered_and_counted(
    webhook: ScriptedWebhook, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(post("other"), capsys) == (200, "ignored")


def test_a_report_without_a_valid_signature_is_refused(
    webhook: ScriptedWebhook, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(post(signature="forged"), capsys) == (400, "refused")
    assert answered({**post(), "isBase64Encoded": True}, capsys) == (400, "refused")
    assert answered({}, capsys) == (400, "refused")


def test_a_signed_report_that_is_malformed_is_refused_and_logged(
    webhook: ScriptedWebhook, capsys: pytest.CaptureFixture[str]
) -> None:
    with captured_log() as log:
        assert answered(post("malformed"), capsys) == (422, "malformed")

    assert [line["message"] for line in lines(log.getvalue())] == ["malformed report"]


def test_a_large_report_is_refused_before_its_signature_is_checked(
    webhook: ScriptedWebhook, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(post(" " * (webhook_handler.MAX_BYTES + 1)), capsys) == (413, "refused")
    assert webhook.bodies == []
    largest = " " * webhook_handler.MAX_BYTES
    assert answered(post(largest), capsys) == (200, "unknown")
    assert answered({**post(), "body": None}, capsys) == (200, "unknown")
    assert webhook.bodies == [largest, ""]


@pytest.mark.parametrize(
    ("context", "request_id"), [(SimpleNamespace(aws_request_id="r-1"), "r-1"), (None, "unknown")]
)
def test_the_log_names_the_request_and_the_payment_is_looked_up(
    webhook: ScriptedWebhook, world: World, context: object, request_id: str
) -> None:
    references: list[str] = []

    class Receiver:
        def receive(self, reference: str) -> ReportAction:
            references.append(reference)
            return ReportAction.NOTHING

    world.deps.payment_reports = Receiver()  # type: ignore[assignment]
    with captured_log() as log:
        webhook_handler.receive(post(), context)

    [line] = lines(log.getvalue())
    assert (line["request_id"], references) == (request_id, ["pi_1"])


def test_a_report_that_cannot_be_recorded_now_is_sent_again(
    webhook: ScriptedWebhook, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    class Away:
        def receive(self, reference: str) -> ReportAction:
            raise StoreUnavailable("throttled")

    world.deps.payment_reports = Away()  # type: ignore[assignment]

    with captured_log() as log:
        assert answered(post(), capsys) == (503, "postponed")

    [line] = lines(log.getvalue())
    assert (line["message"], line["error"]) == ("report postponed", "StoreUnavailable")
    assert line["reason"] == "throttled"
