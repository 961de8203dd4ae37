"""POST /orders: an order is made once for each key, and what a key may look like."""

import hashlib

import pytest

from lambdas.api.http.identity import Principal, Role
from lambdas.api.models.inputs import NewOrder
from lambdas.api.routes.orders import idempotency
from tests.support.api_caller import ALICE, BOB, ApiCaller
from tests.support.world import World
from tests.unit.api.orders.placing import ORDER, start


def test_the_same_key_and_body_give_the_same_order(api: ApiCaller, world: World) -> None:
    first, second = start(api), start(api)

    assert (first.status, second.status) == (201, 200)
    assert second.json["order_id"] == first.json["order_id"]
    assert second.headers["location"] == first.headers["location"]
    assert len(world.engine.started) == 1


def test_the_same_body_may_be_written_in_another_order_of_fields(api: ApiCaller) -> None:
    first = start(api)

    again = api.call(
        "POST",
        "/orders",
        text='{"payment_method":"pm_ok", "items":[{"quantity":2,"sku":"MUG-RED"}],'
        ' "customer_id":"alice", "workflow_version":null}',
        headers={"idempotency-key": "key-1"},
    )

    assert again.status == 200
    assert again.json["order_id"] == first.json["order_id"]


def test_the_same_key_with_another_body_is_refused(api: ApiCaller) -> None:
    start(api)

    answer = start(api, payment_method="pm_declined")

    assert answer.status == 422
    assert answer.json["type"].endswith("idempotency-mismatch")


def test_two_callers_may_use_the_same_key(api: ApiCaller) -> None:
    assert start(api, ALICE).json["order_id"] != start(api, BOB).json["order_id"]


def test_a_user_with_the_name_of_a_deleted_user_does_not_inherit_the_keys(api: ApiCaller) -> None:
    first = start(api, ALICE)

    second = start(api, {**ALICE, "sub": "sub-of-another-alice"})

    assert second.status == 201
    assert second.json["order_id"] != first.json["order_id"]


@pytest.mark.parametrize("key", [None, "", "with space", "ü", "k" * 129])
def test_an_order_without_a_usable_key_is_malformed(api: ApiCaller, key: str | None) -> None:
    answer = start(api, key=key)

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_the_problem_of_a_missing_key_names_the_header(api: ApiCaller) -> None:
    assert "send it" in start(api, key=None).json["detail"].lower()


@pytest.mark.parametrize("key", ["K1,K1", "K1, K1", "K1,K2", "K1,"])
def test_a_key_that_was_sent_twice_is_refused(api: ApiCaller, key: str) -> None:
    answer = start(api, key=key)

    assert answer.status == 400
    assert "sent twice" in answer.json["detail"]


@pytest.mark.parametrize("key", ["!", "k" * 128, 'a;b="d"', "#%/?"])
def test_a_key_may_be_any_visible_ascii(api: ApiCaller, key: str) -> None:
    assert start(api, key=key).status == 201


def test_the_hash_of_a_request_does_not_change() -> None:
    """It is stored for a day: a request may be repeated after a deployment."""
    body = NewOrder.model_validate(ORDER)
    caller = Principal(subject="sub-alice", name="alice", roles=frozenset({Role.CUSTOMER}))

    key = idempotency(body, caller, "alice", "key-1")

    assert (key.principal, key.key) == ("sub-alice", "key-1")
    assert (
        key.fingerprint
        == hashlib.sha256(
            b'{"customer_id":"alice","items":[{"quantity":2,"sku":"MUG-RED"}],'
            b'"payment_method":"pm_ok"}'
        ).hexdigest()
    )
