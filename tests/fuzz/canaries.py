"""Canaries: secrets that are planted and must not appear anywhere else. An e-mail address, a name,
tokens, a payment method, a reason that a customer wrote.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.data.tables import scan, to_item
from local.host.aws_clients import client
from local.host.state import State
from tests.fuzz.api_client import ApiClient
from tests.fuzz.callers import Caller, people
from tests.fuzz.orders import Orders, eventually
from tests.fuzz.places import Places
from tests.fuzz.user_pool import UserPool

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVERYWHERE = frozenset({"logs", "histories", "answers", "timelines", "queues", "events"})
ENDS = ("completed", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Canary:
    """A secret, and the places where it must not be."""

    kind: str
    text: str
    forbidden: frozenset[str] = EVERYWHERE


@dataclass(slots=True)
class Planted:
    """What was planted, in which orders, and where to look for it."""

    places: Places
    canaries: list[Canary]
    email: str
    ends: dict[str, str] = field(default_factory=dict)
    """Order id -> how it ended."""


def leaks(found: Mapping[str, Sequence[str]], canaries: Sequence[Canary]) -> Iterator[str]:
    """Every canary that appears in a place where it is forbidden; does not repeat the canary."""
    for place, texts in found.items():
        everything = "\n".join(texts)
        for canary in canaries:
            if place in canary.forbidden and canary.text in everything:
                at = everything.index(canary.text)
                before = everything[max(0, at - 80) : at].replace("\n", " ")
                yield f"{place} contain the {canary.kind}: …{before}[here]"


def search_everywhere(planted: Planted) -> list[str]:
    """All present leaks."""
    return list(leaks(planted.places.read(), planted.canaries))


@contextmanager
def planted(state: State, api: ApiClient) -> Iterator[Planted]:
    """Plant canaries, and run orders that contain them to every kind of end."""
    with Places.open(state, api) as places:
        made = _plant(state, api, places)
        yield made


def _plant(state: State, api: ApiClient, places: Places) -> Planted:
    mark = secrets.token_hex(6)
    pool = UserPool(state)
    customer = pool.user("canary", group="customer")
    token = pool.sign_in(customer)
    email = f"canary.{mark}@example.com"
    made = Planted(
        places=places,
        canaries=[
            Canary("e-mail address", email),
            Canary("name", f"Canary {mark} Kanarienvogel"),
            Canary("payment method", f"pm_canary_{mark}"),
            Canary("reason", f"canary reason {mark}", EVERYWHERE - {"answers", "timelines"}),
            *_tokens({**state.tokens, "canary": token}),
        ],
        email=email,
    )
    _seed(state, customer, made)
    every_caller = {
        **people(state),
        "canary": Caller("canary", f"Bearer {token}", "customer", True),
    }
    _live(state, Orders(api, every_caller), made, mark)
    return made


def _tokens(bearers: Mapping[str, str]) -> list[Canary]:
    """Each token as a whole, and its signature alone."""
    parts = {**bearers, **{f"{n}'s signature": t.split(".")[2] for n, t in bearers.items()}}
    return [Canary(f"bearer token ({name})", text) for name, text in parts.items()]


def _seed(state: State, customer: str, made: Planted) -> None:
    dynamodb: DynamoDBClient = client("dynamodb", state.emulator_url)
    texts = {canary.kind: canary.text for canary in made.canaries}
    record = {
        "customer_id": customer,
        "tier": "gold",
        "name": texts["name"],
        "email": texts["e-mail address"],
    }
    dynamodb.put_item(TableName=state.outputs["CustomersTable"], Item=to_item(record))


def _live(state: State, orders: Orders, made: Planted, mark: str) -> None:
    """Orders that are completed, cancelled, declined, refunded, and taken over by an operator."""
    approved, refunded = orders.place("canary"), orders.place("canary", "pm_slow")
    cancelled, compensated = orders.place("canary"), orders.place("canary")
    declined = orders.place("canary", f"pm_canary_{mark}")
    everyone = (approved, refunded, cancelled, compensated, declined)
    for order_id in everyone:
        orders.wait(order_id, "awaiting-approval")
    made.canaries += [Canary("task token", one, _NOT_HISTORY) for one in _held(state, everyone)]
    reason = {"reason": f"canary reason {mark}"}
    orders.approve(refunded)
    orders.wait(refunded, "payment")  # which takes seconds: the provider is slow
    orders.signal("canary", "cancel-order", refunded, reason)
    orders.signal("canary", "cancel-order", cancelled, reason)
    orders.request("operator", "POST /ops/orders/{order_id}/compensate", compensated)
    for order_id in (approved, declined):
        orders.approve(order_id)
    made.ends = {order_id: orders.wait(order_id, *ENDS) for order_id in everyone}
    for order_id in everyone:
        orders.look(order_id, "canary", "approver", "operator", "other_customer")


_NOT_HISTORY = EVERYWHERE - {"histories"}
"""Step Functions itself records the input of a task, and so its token, in the history: a principal
that may read it may answer for the task anyway. The token must appear in no other place.
"""


def _held(state: State, order_ids: Sequence[str]) -> list[str]:
    """The task tokens that these orders wait with; every one of them has one."""
    dynamodb: DynamoDBClient = client("dynamodb", state.emulator_url)
    found: dict[str, str] = {}

    def all_of_them() -> str | None:
        records: list[dict[str, Any]] = scan(dynamodb, state.outputs["OrdersTable"])
        waits = {r["pk"].removeprefix("ORDER#"): r["token"] for r in records if r["sk"] == "WAIT"}
        found.update({one: waits[one] for one in order_ids if one in waits})
        return "all" if len(found) == len(order_ids) else None

    eventually(all_of_them, "every order to have a task token")
    return list(found.values())
