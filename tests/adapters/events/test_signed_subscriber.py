"""Webhooks to a subscriber: signed by Standard Webhooks, repeated until they are accepted."""

import hmac
import json
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from pytest_socket import enable_socket

from lambdas.adapters.events.signed_subscriber import REREAD_MS, SignedSubscriber, sign
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import EventsUnavailable, ProviderUnavailable
from local.services.json_server import JsonServer
from local.services.subscriber import Subscriber
from tests.support.definition import ROOT
from tests.support.fakes.fake_clock import NOW, FakeClock
from tests.support.raising import raises
from tests.support.serving import serving
from tests.support.webhook_receiver import a_receiver, signatures

EVENT = {
    "event_id": "O1-3",
    "order_id": "O1",
    "sequence": 3,
    "kind": "order-completed",
    "at": "2026-01-01T00:00:00.000Z",
    "detail": {"total_minor": 2500},
}
OLD, NEW = (f"whsec_{b64encode(name * 8).decode()}" for name in (b"old", b"new"))


@pytest.fixture
def receiver() -> Iterator[Any]:
    enable_socket()  # undone by the fixture `aws`
    with a_receiver() as made:
        yield made


class Secrets:
    """Secrets Manager with a value that a test changes."""

    def __init__(self) -> None:
        self.value = NEW

    def get_secret_value(self, **_: Any) -> Any:
        return {"SecretString": self.value}


def connect(receiver: Any, secrets: Secrets, clock: FakeClock) -> SignedSubscriber:
    timeout = urllib3.Timeout(connect=5, read=30)
    secret = CachedSecret(secrets, arn="arn:secret")
    return SignedSubscriber(secret, clock, url=receiver.url, timeout=timeout)


def expected(receiver: Any, *keys: str, seconds: int = NOW // 1000) -> list[str]:
    return [sign(key, "O1-3", seconds, receiver.requests[-1][1]) for key in keys]


def test_the_signature_is_that_of_the_reference_library() -> None:
    """Computed with standardwebhooks 1.1.0."""
    key, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"

    signature = sign(key, message, 1614265330, '{"test": 2432232314}')

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_is_posted_with_its_id_and_a_signature(receiver: Any) -> None:
    connect(receiver, Secrets(), FakeClock()).deliver(EVENT)

    [(headers, body)] = receiver.requests
    assert json.loads(body) == {
        "type": "order-completed",
        "timestamp": EVENT["at"],
        "data": EVENT,
    }
    assert headers["content-type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("O1-3", str(NOW // 1000))
    assert signatures(receiver) == expected(receiver, NEW)


def test_two_secrets_are_valid_during_a_rotation(receiver: Any) -> None:
    clock, secrets = FakeClock(), Secrets()
    secrets.value = OLD
    subscriber = connect(receiver, secrets, clock)
    subscriber.deliver(EVENT)
    assert signatures(receiver) == expected(receiver, OLD)
    secrets.value = f"{NEW}\n{OLD}"
    subscriber.deliver(EVENT)
    assert signatures(receiver) == expected(receiver, OLD)
    clock.advance(REREAD_MS / 1000)

    subscriber.deliver(EVENT)

    assert signatures(receiver) == expected(receiver, NEW, OLD, seconds=clock.now() // 1000)


def test_a_receiver_verifies_a_request_as_the_documentation_shows(receiver: Any) -> None:
    secrets = Secrets()
    secrets.value = f"{NEW} {OLD}"
    connect(receiver, secrets, FakeClock()).deliver(EVENT)
    [(headers, body)] = receiver.requests
    page = (ROOT / "docs/events.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    clock = SimpleNamespace(time=lambda: NOW / 1000)
    names: dict[str, Any] = {"hmac": hmac, "time": clock, "Mapping": Mapping}
    names |= {"b64decode": b64decode, "b64encode": b64encode}
    exec(code, names)  # noqa: S102  # from our documentation
    is_valid = names["is_valid"]

    assert is_valid(NEW, headers, body.encode())
    assert is_valid(OLD, headers, body.encode())
    assert not is_valid(f"whsec_{b64encode(b'other').decode()}", headers, body.encode())
    assert not is_valid(NEW, headers, body.encode() + b" ")
    clock.time = lambda: NOW / 1000 + 300
    assert not is_valid(NEW, headers, body.encode())


@pytest.mark.parametrize("status", [0, 302, 400, 410, 429, 500])
def test_an_event_that_is_not_accepted_is_delivered_again_under_its_id(
    receiver: Any, status: int
) -> None:
    subscriber = connect(receiver, Secrets(), FakeClock())
    receiver.statuses.append(status)

    answer = f"answered {status}" if status else "did not answer"
    with raises(EventsUnavailable, f"the subscriber {answer}", "O1"):
        subscriber.deliver(EVENT)
    subscriber.deliver(EVENT)

    assert [headers["webhook-id"] for headers, _ in receiver.requests] == ["O1-3", "O1-3"]


@pytest.mark.parametrize("value", ["", "whsec_", "whsec_no base64", "whsec_b25l not-base64"])
def test_with_a_malformed_secret_nothing_is_posted(receiver: Any, value: str) -> None:
    secrets = Secrets()
    secrets.value = value
    subscriber = connect(receiver, secrets, FakeClock())

    with raises(EventsUnavailable, "the signing secret is not like whsec_<base64>"):
        subscriber.deliver(EVENT)
    assert receiver.requests == []
    secrets.value = NEW
    subscriber.deliver(EVENT)

    assert signatures(receiver) == expected(receiver, NEW)


def test_the_example_subscriber_accepts_what_the_adapter_posts(tmp_path: Path) -> None:
    enable_socket()  # undone by the fixture `aws`
    handled: list[Any] = []
    first = {**EVENT, "event_id": "O1-1", "sequence": 1}
    secrets = Secrets()
    example = Subscriber(tmp_path / "events.sqlite", secret=NEW, handle=handled.append)
    server = JsonServer(example)
    clock = FakeClock(int(time.time() * 1000))
    secret = CachedSecret(secrets, arn="arn:secret")
    with serving(server):
        SignedSubscriber(secret, clock, url=f"{server.url}/events").deliver(first)

    assert handled == [first]


def test_without_its_secret_nothing_is_posted(receiver: Any) -> None:
    class Unreadable(CachedSecret):
        def value(self) -> str:
            raise ProviderUnavailable("the provider's credentials cannot be read")

    subscriber = SignedSubscriber(Unreadable(None, arn="arn"), FakeClock(), url=receiver.url)

    with raises(EventsUnavailable, "the signing secret cannot be read"):
        subscriber.deliver(EVENT)

    assert receiver.requests == []
