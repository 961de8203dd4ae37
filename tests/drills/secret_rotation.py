"""Drill: secrets are rotated while functions run, and what was signed before stays valid."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterable

import boto3
from moto import mock_aws

from lambdas.adapters.events.signed_subscriber import REREAD_MS as SUBSCRIBER_REREAD_MS
from lambdas.adapters.events.signed_subscriber import SignedSubscriber
from lambdas.adapters.events.signed_subscriber import sign as sign_event
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.adapters.signed_reports import sign
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.adapters.stripe.webhook import REREAD_MS, SIGNATURE_HEADER, StripeWebhook
from lambdas.domain.errors import OrderError
from lambdas.domain.mail.links import digest, new_code, opens
from lambdas.domain.payment_webhook import UnsignedReport
from tests.adapters.payments.providers import a_request
from tests.drills.registry import DrillFailed, ReadTemplate, drill
from tests.support.builders import an_order
from tests.support.fakes.fake_clock import FakeClock
from tests.support.fakes.fake_stripe import FakeStripe
from tests.support.webhook_receiver import a_receiver, signatures

BODY = '{"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}'
EVENT = {"event_id": "O1-3", "order_id": "O1", "kind": "order-completed", "at": "2026-01-01"}
Store = Callable[[str], None]


@drill("SecretRotation", "the API key and the signing secrets are replaced while functions run")
def rotate_secrets(_: ReadTemplate) -> Iterable[str]:
    """Rotate each secret as the runbook does, with functions that cached the old one."""
    with mock_aws():
        yield from _rotate_signing_secret()
        yield from _rotate_api_key()
        yield from _rotate_subscriber_secret()
    yield _keep_links()


def _rotate_signing_secret() -> Iterable[str]:
    secret, store = _a_secret("whsec_old")
    clock = FakeClock()
    webhook = StripeWebhook(secret, clock)
    _require(_accepts(webhook, "whsec_old"), "the old signing secret was refused at the start")

    store("whsec_new\nwhsec_old")
    both = [_accepts(webhook, name) for name in ("whsec_new", "whsec_old")]
    _require(all(both), "a signing secret was refused during the rotation")
    yield "signing secret: old and new are accepted during the rotation"

    store("whsec_new")
    clock.advance(seconds=REREAD_MS / 1000)
    _require(not _accepts(webhook, "without a signature"), "an unknown signature was accepted")
    _require(not _accepts(webhook, "whsec_old"), "the old signing secret is still accepted")
    _require(_accepts(webhook, "whsec_new"), "the new signing secret was refused at the end")
    yield "signing secret: only the new one is accepted afterwards"


def _rotate_api_key() -> Iterable[str]:
    stripe = FakeStripe()
    secret, store = _a_secret(stripe.key)
    payments = StripePayments(secret, http_client=stripe)
    reference = payments.prepare(a_request("pm_card_visa"))

    store("sk_test_2")
    stripe.key = "sk_test_2"
    try:
        payments.look_up(reference)
    except OrderError as error:
        raise DrillFailed(f"a payment failed after the rotation: {error}") from error
    yield "API key: the request after the rotation read the new key and succeeded"


def _rotate_subscriber_secret() -> Iterable[str]:
    """The subscriber checks signatures with one secret at a time."""
    old, new = (f"whsec_{b64encode(name * 8).decode()}" for name in (b"old", b"new"))
    secret, store = _a_secret(old)
    with a_receiver() as receiver:
        clock = FakeClock()
        subscriber = SignedSubscriber(secret, clock, url=receiver.url)

        def accepts(*keys: str) -> list[bool]:
            subscriber.deliver(EVENT)
            body, seconds = receiver.requests[-1][1], clock.now() // 1000
            signed = (sign_event(key, EVENT["event_id"], seconds, body) for key in keys)
            return [one in signatures(receiver) for one in signed]

        _require(accepts(old) == [True], "the subscriber refused the old secret at the start")
        store(f"{new}\n{old}")
        _require(accepts(old) == [True], "a function that cached the old secret was refused")
        clock.advance(seconds=SUBSCRIBER_REREAD_MS / 1000)
        _require(accepts(old, new) == [True, True], "a webhook had one signature only")
        yield "subscriber: five minutes after both are stored, webhooks are valid with each secret"
        store(new)
        _require(accepts(new) == [True], "the subscriber refused the new secret")
        clock.advance(seconds=SUBSCRIBER_REREAD_MS / 1000)
        _require(accepts(old, new) == [False, True], "the old secret still signs webhooks")
        yield "subscriber: only the new one signs afterwards"


def _keep_links() -> str:
    order = an_order()
    code = new_code(order.order_id, lambda count: b"s" * count)
    sent = an_order(order_id=order.order_id, approval_links={digest(code): "mail-approval-1"})
    _require(opens(sent, code), "a link that was sent before is refused")
    return "links: a link that was sent before is valid, as no key signs it"


def _a_secret(value: str) -> tuple[CachedSecret, Store]:
    """A secret of Secrets Manager as a function caches it, and how an operator replaces it."""
    client = boto3.client("secretsmanager", region_name="eu-central-1")
    arn = client.create_secret(Name=value, SecretString=value)["ARN"]

    def store(new: str) -> None:
        client.put_secret_value(SecretId=arn, SecretString=new)

    return CachedSecret(client, arn=arn), store


def _accepts(webhook: StripeWebhook, secret: str) -> bool:
    signature = sign(secret, BODY, int(time.time()))
    try:
        return webhook.read(BODY, {SIGNATURE_HEADER: signature}) is not None
    except UnsignedReport:
        return False


def _require(condition: bool, failure: str) -> None:
    if not condition:
        raise DrillFailed(failure)
