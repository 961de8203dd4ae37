"""The event bus and its log on AWS."""

import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.adapters.events.cloudwatch_event_log import CloudWatchEventLog
from lambdas.adapters.events.eventbridge_events import EventBridgeEvents
from lambdas.domain.errors import EventsUnavailable, InvalidRequest
from lambdas.domain.record.changes import Event
from tests.support.builders import an_order
from tests.support.raising import raises

NOW = int(time.time() * 1000)
EVENTS = tuple(
    Event(number=number, at=1_700_000_000_123, kind="stock-reserved", stage="reserve", detail={})
    for number in range(1, 12)
)
NO_ANSWER = "the log of events did not answer"
NO_CURSOR = "the cursor is not one that this list returned"
LOST = [
    ClientError({"Error": {"Code": "ThrottlingException"}}, "PutEvents"),
    EndpointConnectionError(endpoint_url="https://events.us-east-1.amazonaws.com"),
]


class Client:
    """Takes the place of a client; `answers` are returned, or raised, one for each call."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), list[dict[str, Any]]()

    def put_events(self, **request: Any) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else {"FailedEntryCount": 0}
        if isinstance(answer, Exception):
            raise answer
        return answer

    filter_log_events = put_events


def test_events_are_put_ten_at_a_time_in_their_order() -> None:
    client: Any = Client()
    order = an_order()

    EventBridgeEvents(client, bus_name="bus").publish(order, EVENTS)

    first, second = (request["Entries"] for request in client.requests)
    assert (len(first), len(second)) == (10, 1)
    assert [json.loads(entry["Detail"])["sequence"] for entry in [*first, *second]] == [
        event.number for event in EVENTS
    ]
    assert (first[0]["EventBusName"], first[0]["DetailType"]) == ("bus", "stock-reserved")
    assert json.loads(first[0]["Detail"]) == {
        "event_id": f"{order.order_id}-1",
        "order_id": order.order_id,
        "sequence": 1,
        "kind": "stock-reserved",
        "at": "2023-11-14T22:13:20.123Z",
        "stage": "reserve",
        "detail": {},
        "currency": "EUR",
        "customer_id": "alice",
        "exponent": 2,
        "workflow_version": "v2",
    }


def test_moto_takes_the_entries() -> None:
    client = boto3.client("events", region_name="us-east-1")
    client.create_event_bus(Name="bus")

    EventBridgeEvents(client, bus_name="bus").publish(an_order(), EVENTS)


@pytest.mark.parametrize("answer", [*LOST, {"FailedEntryCount": 1}], ids=repr)
def test_an_event_that_may_be_lost_fails_the_publishing(answer: Any) -> None:
    client: Any = Client(answer)
    order = an_order()

    with raises(EventsUnavailable, "the event bus did not accept an event", order.order_id):
        EventBridgeEvents(client, bus_name="bus").publish(order, EVENTS)


@pytest.fixture
def log() -> CloudWatchEventLog:
    """A log with one event of each of two orders, the later one in the first stream."""
    client = boto3.client("logs", region_name="us-east-1")
    client.create_log_group(logGroupName="log")
    for after, order in ((2, "SECOND"), (1, "FIRST")):
        client.create_log_stream(logGroupName="log", logStreamName=order)
        message = json.dumps({"detail": {"order_id": order}})
        entry = {"timestamp": NOW + after, "message": message}
        client.put_log_events(logGroupName="log", logStreamName=order, logEvents=[entry])
    return CloudWatchEventLog(client, log_group="log")


def read(log: CloudWatchEventLog, **changes: Any) -> list[str]:
    request = {"since": 0, "order_id": None, "limit": 10, "cursor": None, **changes}
    return [event["order_id"] for event in log.read(**request).events]


def test_the_log_returns_events_oldest_first_and_of_one_order_only(log: CloudWatchEventLog) -> None:
    assert read(log) == ["FIRST", "SECOND"]
    assert read(log, order_id="SECOND") == ["SECOND"]
    assert read(log, since=NOW + 2) == ["SECOND"]


@pytest.mark.parametrize("error", LOST, ids=repr)
def test_a_log_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with raises(EventsUnavailable, NO_ANSWER):
        read(CloudWatchEventLog(Client(error), log_group="log"))


@pytest.mark.parametrize("cursor", ["../../etc/passwd", "é", "AAAA", "a", "ZXZlbnQ6"])
def test_text_that_is_no_cursor_is_refused_without_a_request(cursor: str) -> None:
    client = Client()

    with raises(InvalidRequest, NO_CURSOR):
        read(CloudWatchEventLog(client, log_group="log"), cursor=cursor)
    assert client.requests == []


def test_a_cursor_continues_with_the_token_of_the_log() -> None:
    client = Client({"events": [], "nextToken": "t"}, {"events": []})
    log = CloudWatchEventLog(client, log_group="log")

    cursor = log.read(since=0, order_id=None, limit=1, cursor=None).cursor

    assert log.read(since=0, order_id=None, limit=1, cursor=cursor).cursor is None
    assert client.requests[1]["nextToken"] == "t"


def test_a_cursor_that_the_log_refuses_is_the_callers_mistake() -> None:
    refused = ClientError({"Error": {"Code": "InvalidParameterException"}}, "FilterLogEvents")

    first = CloudWatchEventLog(Client({"events": [], "nextToken": "t"}, refused), log_group="log")
    cursor = first.read(since=0, order_id=None, limit=1, cursor=None).cursor

    with raises(InvalidRequest, NO_CURSOR):
        read(first, cursor=cursor)
    with raises(EventsUnavailable, NO_ANSWER):
        read(CloudWatchEventLog(Client(refused), log_group="log"))
