"""The campaign covers every route, and its malformed requests are malformed."""

import json

import pytest

from tests.fuzz.api_client import request_text
from tests.fuzz.authorization import BODIES, cases
from tests.fuzz.callers import ROLE_OF, Caller
from tests.fuzz.contract import Route, route, routes
from tests.fuzz.malformed_requests import all_requests, bad_bodies
from tests.fuzz.tally import Tally
from tests.support.api_caller import DOCUMENT, validate

CALLERS = {name: Caller(name, "x", role, known=True) for name, role in ROLE_OF.items()}
WITH_BODY = [one for one in routes() if one.has_body]


def label(one: Route) -> str:
    return one.label


@pytest.mark.parametrize("one", WITH_BODY, ids=label)
def test_every_route_that_reads_a_body_has_a_valid_one(one: Route) -> None:
    described = DOCUMENT["paths"][one.path][one.method.lower()]["requestBody"]
    validate(described["content"]["application/json"]["schema"], BODIES[one.label])


@pytest.mark.parametrize("one", WITH_BODY, ids=label)
def test_every_malformed_body_differs_from_the_valid_one(one: Route) -> None:
    valid_body = json.dumps(BODIES[one.label])
    same = [name for name, body in bad_bodies(valid_body).items() if body == valid_body.encode()]
    assert same == []


def test_customers_request_the_orders_of_each_other() -> None:
    hidden = {
        (k.route.label, k.caller.name) for k in cases(CALLERS, own="A", others="B") if k.hidden
    }
    orders = [one.label for one in routes() if "{order_id}" in one.path]
    assert hidden == {(o, name) for o in orders for name in ("customer", "other_customer")}


def test_every_route_gets_malformed_requests() -> None:
    assert {request.route.label for request in all_requests("A")} == {one.label for one in routes()}


def test_a_finding_is_kept_with_its_first_request_and_counted() -> None:
    tally = Tally()
    for number in range(3):
        tally.note("GET /health", "none", 500, ["a server error"], f"request {number}")

    assert tally.findings == {"GET /health by none: a server error": "request 0"}
    assert "seen 3 times" in tally.report()
    assert list(tally.statuses()) == [("GET /health", "none", {500: 3})]


def test_a_request_is_shown_without_its_token() -> None:
    command = request_text("POST", route("POST /orders").path, {"Prefer": "wait=1"}, b'{"a": "\'"}')

    assert "$TOKEN" in command
    assert "Prefer: wait=1" in command
