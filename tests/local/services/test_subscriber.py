"""The example subscriber: it verifies, stores once, and handles the events of an order in order."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lambdas.adapters.events.signed_subscriber import sign
from local.services.json_server import Request
from local.services.subscriber import TOLERANCE_SECONDS, Subscriber

SECRET, OTHER = "whsec_b25lIHNlY3JldA==", "whsec_b3RoZXIgc2VjcmV0"


class Received:
    """A subscriber with the events that it handled."""

    def __init__(self, folder: Path, refusals: int = 0) -> None:
        self.handled: list[tuple[str, int]] = []
        self.subscriber = Subscriber(
            folder / "events.sqlite", secret=SECRET, handle=self._handle, refusals=refusals
        )

    def post(self, sequence: int, *, order: str = "O1", key: str = SECRET, age: float = 0) -> int:
        """Deliver an event, signed as the adapter of the workflow does. Returns the status."""
        event_id = f"{order}-{sequence}"
        event = {"event_id": event_id, "order_id": order, "sequence": sequence}
        body, seconds = json.dumps({"data": event}), int(time.time() - age)
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(key, event_id, seconds, body),
        }
        request = Request("POST", "/events", headers, body.encode())
        return self.subscriber.answer(request)[0]

    def _handle(self, event: Mapping[str, Any]) -> None:
        self.handled.append((event["order_id"], event["sequence"]))


@pytest.fixture
def received(tmp_path: Path) -> Received:
    return Received(tmp_path)


def test_events_that_overtake_each_other_are_handled_in_order(received: Received) -> None:
    for sequence in (2, 1, 4, 3):
        assert received.post(sequence) == 200
    received.post(1, order="O2")

    assert received.handled == [("O1", 1), ("O1", 2), ("O1", 3), ("O1", 4), ("O2", 1)]
    stored = [(event["order_id"], event["sequence"]) for event in received.subscriber.events()]
    assert stored == received.handled


def test_an_event_that_comes_twice_is_handled_once(received: Received) -> None:
    assert [received.post(1), received.post(1)] == [200, 200]
    assert received.handled == [("O1", 1)]


def test_an_event_without_a_valid_signature_is_refused(received: Received) -> None:
    assert received.post(1, key=OTHER) == 401
    assert received.post(1, age=TOLERANCE_SECONDS + 60) == 401
    unsigned = Request("POST", "/events", {}, b"{}")
    assert received.subscriber.answer(unsigned)[0] == 401
    assert received.handled == []


def test_an_event_that_was_answered_with_500_is_accepted_when_it_is_repeated(
    tmp_path: Path,
) -> None:
    received = Received(tmp_path, refusals=1)

    assert [received.post(1), received.post(1)] == [500, 200]
    assert received.handled == [("O1", 1)]


def test_events_outlive_the_process(tmp_path: Path) -> None:
    Received(tmp_path).post(1)

    again = Received(tmp_path)
    again.post(1)
    again.post(2)

    assert again.handled == [("O1", 2)]
