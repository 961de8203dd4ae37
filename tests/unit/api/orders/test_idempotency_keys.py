"""POST /orders creates one order for each idempotency key, and validates the key."""

import hashlib

import pytest

from lambdas.api.http.field_patterns import FORMS, START_KEY
from lambdas.api.http.identity import Principal, Role
from lambdas.api.models.inputs import NewOrder
from lambdas.api.routes.orders import idempotency
from tests.support.api_caller import ALICE, ApiCaller
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


def test_a_user_with_the_name_of_a_deleted_user_does_not_inherit_the_keys(api: ApiCaller) -> None:
    first = start(api, ALICE)

    second = start(api, {**ALICE, "sub": "sub-of-another-alice"})

    assert second.status == 201
    assert second.json["order_id"] != first.json["order_id"]


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (None, "Is missing"),
        *((one, f"Must be {FORMS[START_KEY]}") for one in ("", "with space", "ü", "k" * 129)),
    ],
)
def test_a_key_that_is_missing_or_malformed_is_named_like_a_field(
    api: ApiCaller, key: str | None, problem: str
) -> None:
    answer = start(api, key=key)

    assert answer.status == 400
    assert answer.json["errors"] == [{"field": "Idempotency-Key", "problem": problem}]
    assert ("send it" in answer.json["detail"]) is (key is None)


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
