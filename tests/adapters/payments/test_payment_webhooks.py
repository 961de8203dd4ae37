"""The webhook of each provider: signatures, and the payment that a report names."""

import json
from typing import Any

import pytest

from lambdas.adapters.sandbox.webhook import SIGNATURE_HEADER as SANDBOX_HEADER
from lambdas.adapters.sandbox.webhook import SandboxWebhook
from lambdas.adapters.signed_reports import TOLERANCE_SECONDS, sign
from lambdas.adapters.stripe.webhook import (
    INTENT_EVENTS,
    OTHER_EVENTS,
    REREAD_MS,
    StripeWebhook,
)
from lambdas.domain.payment_webhook import MalformedReport, PaymentReport, UnsignedReport
from tests.adapters.payments.providers import MODULES, SignedReport, provider_module
from tests.adapters.stripe import stripe_provider
from tests.adapters.stripe.stripe_provider import SIGNING_SECRET, FixedSecret, event
from tests.support import tables
from tests.support.fakes.fake_clock import NOW, FakeClock


@pytest.fixture
def sandbox(dynamodb: Any) -> SignedReport:
    clock = FakeClock()
    webhook = SandboxWebhook(dynamodb, clock, payments_table=tables.PAYMENTS)
    body = json.dumps({"id": "evt_1", "kind": "payment.captured", "reference": "pay:O1"})
    report = PaymentReport("evt_1", "payment.captured", "pay:O1")
    return SignedReport(webhook, SANDBOX_HEADER, body, report, webhook.secret(), clock)


@pytest.fixture
def on_stripe(monkeypatch: pytest.MonkeyPatch) -> SignedReport:
    return stripe_provider.webhook(monkeypatch)


@pytest.fixture(params=["sandbox", *MODULES])
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SignedReport:
    if request.param == "sandbox":
        of_sandbox: SignedReport = request.getfixturevalue("sandbox")
        return of_sandbox
    found: SignedReport = provider_module(request.param).webhook(monkeypatch)
    return found


def test_a_signed_report_names_its_payment(case: SignedReport) -> None:
    assert case.read(sign(case.secret, case.body, NOW // 1000)) == case.report


def test_a_report_without_a_valid_signature_is_refused(case: SignedReport) -> None:
    valid = sign(case.secret, case.body, NOW // 1000)
    for signature in (
        *(
            "",
            "t=1",
            "nonsense",
            valid.replace("v1=", "v1=\N{LATIN SMALL LETTER E WITH ACUTE}"),
            valid.replace("v1=", "v0="),
            valid.replace("1", "\N{ARABIC-INDIC DIGIT ONE}"),
        ),
        sign("another secret", case.body, NOW // 1000),
        sign(case.secret, case.body + " ", NOW // 1000),
        valid.replace(f"t={NOW // 1000}", f"t={NOW // 1000 + 1}"),
    ):
        with pytest.raises(UnsignedReport):
            case.read(signature)
    with pytest.raises(UnsignedReport):
        case.webhook.read(case.body, {})


@pytest.mark.parametrize(
    "body",
    [
        *("", "no JSON", "[]", "null", "7", "[" * 100_000),
        *('{"id": 1, "kind": "k", "reference": "pay:O1"}', '{"reference": "pay:O1"}'),
        *(json.dumps({"id": "e", "kind": "k", "reference": r}) for r in ("", None, 1, "x" * 256)),
    ],
)
def test_a_signed_report_of_the_sandbox_that_is_malformed_is_refused(
    sandbox: SignedReport, body: str
) -> None:
    with pytest.raises(MalformedReport):
        sandbox.read_signed(body)


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "{}", '{"type": 1, "data": {"object": {}}}'),
        *('{"type": "charge.refunded"}', '{"type": "charge.refunded", "data": {"object": []}}'),
        json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {}}}),
        json.dumps({"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}),
    ],
)
def test_a_signed_event_of_stripe_that_is_malformed_is_refused(
    on_stripe: SignedReport, body: str
) -> None:
    with pytest.raises(MalformedReport):
        on_stripe.read_signed(body)


def test_a_recorded_request_is_refused_after_some_minutes(case: SignedReport) -> None:
    signature = sign(case.secret, case.body, NOW // 1000)
    case.clock.advance(seconds=TOLERANCE_SECONDS)
    assert case.read(signature) is not None

    case.clock.advance(seconds=1)
    with pytest.raises(UnsignedReport):
        case.read(signature)


def test_the_sandbox_counts_the_age_of_a_report_in_whole_seconds(sandbox: SignedReport) -> None:
    signature = sign(sandbox.secret, sandbox.body, NOW // 1000)
    sandbox.clock.advance(seconds=TOLERANCE_SECONDS + 0.9)

    assert sandbox.read(signature) is not None


def test_a_report_of_the_future_is_refused_by_the_sandbox(sandbox: SignedReport) -> None:
    with pytest.raises(UnsignedReport):
        sandbox.read(sign(sandbox.secret, sandbox.body, NOW // 1000 + TOLERANCE_SECONDS + 1))


def test_the_secret_of_the_sandbox_is_made_once(sandbox: SignedReport, dynamodb: Any) -> None:
    other = SandboxWebhook(dynamodb, FakeClock(), payments_table=tables.PAYMENTS)

    assert other.secret() == sandbox.secret
    assert len(sandbox.secret) == 64


def test_a_report_of_the_sandbox_without_a_payment_is_none(sandbox: SignedReport) -> None:
    assert sandbox.read_signed('{"id": "evt_1", "kind": "ping"}') is None


@pytest.mark.parametrize("kind", sorted(INTENT_EVENTS))
def test_an_event_of_an_intent_names_it(on_stripe: SignedReport, kind: str) -> None:
    assert on_stripe.read_signed(event(kind)) == PaymentReport("evt_1", kind, "pi_1")


@pytest.mark.parametrize("kind", sorted(OTHER_EVENTS))
def test_an_event_of_a_charge_refund_or_dispute_names_the_intent(
    on_stripe: SignedReport, kind: str
) -> None:
    of_intent = event(kind, id="re_1", payment_intent="pi_2")
    assert on_stripe.read_signed(of_intent) == PaymentReport("evt_1", kind, "pi_2")

    assert on_stripe.read_signed(event(kind, id="re_1", payment_intent=None)) is None


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "payout.paid"])
def test_other_events_are_none(on_stripe: SignedReport, kind: str) -> None:
    assert on_stripe.read_signed(event(kind, payment_intent="pi_1")) is None


def test_two_signing_secrets_are_valid_during_a_rotation(on_stripe: SignedReport) -> None:
    case = on_stripe
    case.webhook = StripeWebhook(FixedSecret("whsec_new\nwhsec_old"), case.clock)

    for secret in ("whsec_new", "whsec_old"):
        assert case.read(sign(secret, case.body, NOW // 1000)) is not None
    for secret in ("whsec_new\nwhsec_old", "whsec_other", ""):
        with pytest.raises(UnsignedReport):
            case.read(sign(secret, case.body, NOW // 1000))


def test_a_replaced_signing_secret_is_read_again_at_most_once_a_minute(
    on_stripe: SignedReport,
) -> None:
    case, secret = on_stripe, FixedSecret(SIGNING_SECRET)
    case.webhook = StripeWebhook(secret, case.clock)
    secret.reads += ["whsec_second", "whsec_third"]

    with pytest.raises(UnsignedReport):
        case.read("nonsense")
    assert case.read(sign("whsec_second", case.body, NOW // 1000)) is not None
    with pytest.raises(UnsignedReport):
        case.read(sign("whsec_third", case.body, NOW // 1000))
    case.clock.advance(seconds=REREAD_MS / 1000)
    assert case.read(sign("whsec_third", case.body, case.clock.now() // 1000)) is not None
