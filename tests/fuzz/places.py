"""Places where a secret could appear: logs, histories, timelines, queues, events, answers."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import httpx

from local.data.tables import scan
from local.host.aws_clients import ACCOUNT, REGION, client
from local.host.state import State
from tests.fuzz.api_client import ApiClient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

HTTP_SECONDS = 300
SETTLE_SECONDS = 1.0
"""For log lines and events on their way."""


class Places:
    """All places of one environment; events are caught from the moment it is opened."""

    def __init__(self, state: State, api: ApiClient, *, caught: str) -> None:
        self._state = state
        self._api = api
        self._caught = caught

    @classmethod
    @contextmanager
    def open(cls, state: State, api: ApiClient) -> Iterator[Self]:
        """Catch every event of Step Functions on the bus in a queue, until the end."""
        events: EventBridgeClient = client("events", state.emulator_url)
        queues: SQSClient = client("sqs", state.emulator_url)
        name = f"caught-{secrets.token_hex(4)}"
        url = queues.create_queue(QueueName=name)["QueueUrl"]
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.states"]}))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        try:
            yield cls(state, api, caught=name)
        finally:
            events.remove_targets(Rule=name, Ids=["queue"])
            events.delete_rule(Name=name)
            queues.delete_queue(QueueUrl=url)

    def read(self) -> dict[str, list[str]]:
        """The texts of every place."""
        time.sleep(SETTLE_SECONDS)
        queued = self._queued()
        return {
            "logs": self.logs(),
            "histories": self._histories(),
            "timelines": self._timelines(),
            "answers": self._api.bodies(),
            "queues": [text for name, texts in queued.items() for text in texts if name != "event"],
            "events": queued["event"],
        }

    def mails(self) -> list[str]:
        """All e-mails that were sent, with their addresses."""
        boxes = self._inspect("ses")["messages"]
        return [json.dumps(mail) for box in boxes.values() for mail in box]

    def logs(self) -> list[str]:
        """Every line of every log group."""
        logs: Any = client("logs", self._state.emulator_url)
        groups = _pages(logs.describe_log_groups, "logGroups")
        return [
            str(event["message"])
            for group in groups
            for event in _pages(
                lambda group=group, **more: logs.filter_log_events(
                    logGroupName=group["logGroupName"], **more
                ),
                "events",
            )
        ]

    def _histories(self) -> list[str]:
        """Description and history of every execution, unredacted."""
        engine: SFNClient = client("stepfunctions", self._state.emulator_url)
        machine = self._state.outputs["StateMachineArn"]
        pages = engine.get_paginator("list_executions").paginate(stateMachineArn=machine)
        arns = [execution["executionArn"] for page in pages for execution in page["executions"]]
        texts = []
        for arn in arns:
            texts.append(json.dumps(engine.describe_execution(executionArn=arn), default=str))
            history = engine.get_paginator("get_execution_history").paginate(executionArn=arn)
            texts += [json.dumps(page["events"], default=str) for page in history]
        return texts

    def _timelines(self) -> list[str]:
        dynamodb: DynamoDBClient = client("dynamodb", self._state.emulator_url)
        records = scan(dynamodb, self._state.outputs["OrdersTable"])
        items = [record for record in records if record["sk"].startswith("EVENT#")]
        notes = [
            record["events"] for record in records if record["sk"] == "META" and "events" in record
        ]
        return [json.dumps(one) for one in [*items, *notes]]

    def _queued(self) -> dict[str, list[str]]:
        """Messages by queue; those that were caught for us are called `event`."""
        found: dict[str, list[str]] = {"event": []}
        for regions in self._inspect("sqs")["messages"].values():
            for queues in regions.values():
                for url, messages in queues.items():
                    name = "event" if url.endswith(self._caught) else url
                    found.setdefault(name, []).extend(json.dumps(message) for message in messages)
        return found

    def _inspect(self, service: str) -> dict[str, Any]:
        url = f"{self._state.emulator_url}/_ministack/{service}/messages"
        answer = httpx.get(url, timeout=HTTP_SECONDS, trust_env=False)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


def _pages(call: Callable[..., Any], name: str) -> Sequence[Any]:
    """All elements of a paged answer."""
    page = call()
    found = list(page[name])
    while token := page.get("nextToken"):
        page = call(nextToken=token)
        found += page[name]
    return found
