"""Each activity makes all calls that its role allows, and no others.

The emulators authorise nothing. The stories run the deployed handlers and record their requests.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stacks.activity_functions import ACTIVITIES
from tests.infrastructure.template import Statement, Template
from tests.workflow.stories.all_stories import STORIES
from tests.workflow.stories.approvals import HAPPY
from tests.workflow.stories.runner import run_story
from tests.workflow.stories.steps import approve
from tests.workflow.stories.story import Story
from tests.workflow.wire import Call
from tests.workflow.world import a_world

PLAYED = (
    "a cancel in the middle of the completing write wins",
    "an item added after a mail makes its revision stale and the next one right",
    "a cancel while the payment is pending is refunded when it settles",
    "a refund that cannot be made keeps the order open until the provider recovers",
    "an order whose customer is gone fails, and its e-mail is not sent",
    "a throttled confirmation is sent later and once",
)
"""The fewest stories that make every call."""
EARLY = Story(
    name="an approval before the wait",
    meanwhile={("before", "AwaitSignal"): approve()},
    ends=HAPPY.ends,
)
MOVES_STOCK = {"ReserveStock", "ApplySignals", "UpdateOrderStatus", "ReleaseStock"}
OF_A_BUSY_STOCK = {
    ("dynamodb:GetItem", "<TablesOrders>"),
    ("dynamodb:GetItem", "<TablesInventory>"),
}
"""Calls of functions that move stock: no story has a busy one, tests/adapters has."""
_NAMED = {"sesv2:SendEmail": "ses:SendEmail", "sfn:SendTaskSuccess": "states:SendTaskSuccess"}
_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem"}
"""Transactions are authorised by the actions that they consist of. (DynamoDB developer guide)"""


@pytest.fixture(scope="module")
def called() -> Mapping[str, set[Statement]]:
    """The actions that the activities of the stories need, by state."""
    needed = defaultdict[str, set[Statement]](set)
    for story in (*(one for one in STORIES if one.name in PLAYED), EARLY):
        with a_world() as world:
            run_story(story, world)
            for call in world.engine.wire.calls:
                if call.state is not None:
                    needed[call.state] |= set(_needed(call))
    return needed


@pytest.mark.parametrize("state", ACTIVITIES)
def test_an_activity_calls_all_that_it_is_granted_and_nothing_else(
    dev: Template, called: Mapping[str, set[Statement]], state: str
) -> None:
    granted = dev.granted_to(dev.functions()[ACTIVITIES[state].name]["Role"])
    unplayed = OF_A_BUSY_STOCK if state in MOVES_STOCK else set()

    assert called[state] | unplayed == set(map(_comparable, granted)) - {None}


def _comparable(statement: Statement) -> Statement | None:
    """Without the resource of other services than DynamoDB; None for logs and traces."""
    action, resource = statement
    if action.startswith(("logs:", "xray:")):
        return None
    return (action, resource if action.startswith("dynamodb:") else "")


def _needed(call: Call) -> Iterator[Statement]:
    service, action = call.operation.split(".")
    if service != "dynamodb":
        name = f"{service}:{action}"
        yield (_NAMED.get(name, name), "")
        return
    body: dict[str, Any] = json.loads(call.body)
    for item in body.get("TransactItems", ()):
        ((kind, write),) = item.items()
        yield (f"dynamodb:{_TRANSACTION[kind]}", _table(write["TableName"]))
    for table in body.get("RequestItems", ()):
        yield (f"dynamodb:{action}", _table(table))
    if "TableName" in body:
        yield (f"dynamodb:{action}", _table(body["TableName"]))


def _table(name: str) -> str:
    return f"<Tables{name.capitalize()}>"
