"""The rules for answers find every kind of wrong answer."""

import json

import pytest

from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route, route
from tests.fuzz.expected_answers import Answer, authorization_problems, form_problems

READ = route("GET /orders/{order_id}")
OPERATE = route("GET /ops/versions")
HEALTH = route("GET /health")
CUSTOMER = Caller("customer", "Bearer good", "customer", known=True)
OPERATOR = Caller("operator", "Bearer good", "operator", known=True)
ROLELESS = Caller("roleless", "Bearer good", known=True)
STRANGER = Caller("garbage", "Bearer bad")
PROBLEM = "application/problem+json"


def a_problem(status: int, kind: str = "x") -> Answer:
    body = {"type": f"urn:{kind}", "title": "t", "status": status, "detail": "d", "advice": "a"}
    return Answer(status, PROBLEM, json.dumps(body).encode())


def a_gateway_answer(status: int) -> Answer:
    return Answer(status, "application/json", b'{"message": "no"}')


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (a_problem(500), "server error"),
        (a_problem(418), "418 is not documented"),
        (Answer(404, "text/html", b"<html>"), "404 as 'text/html'"),
        (Answer(200, "application/json", b"{}"), "differs from its schema"),
        (Answer(404, PROBLEM, b"{not"), "is no JSON"),
        (Answer(304, "", b"something"), "a body where none is documented"),
        (Answer(401, "application/json", b'{"error": 1}'), "differs from its schema"),
    ],
)
def test_an_undocumented_answer_is_reported(answer: Answer, problem: str) -> None:
    assert any(problem in one for one in form_problems(READ, answer))


@pytest.mark.parametrize(
    "answer", [a_problem(404), a_gateway_answer(401), a_gateway_answer(429), Answer(304, "", b"")]
)
def test_a_documented_answer_is_accepted(answer: Answer) -> None:
    assert list(form_problems(READ, answer)) == []


@pytest.mark.parametrize(
    ("one", "caller", "right", "wrong"),
    [
        (OPERATE, STRANGER, 401, (200, 403)),
        (OPERATE, CUSTOMER, 403, (200, 401, 422)),
        (OPERATE, ROLELESS, 403, (200,)),
        (OPERATE, OPERATOR, 200, (401,)),
        (HEALTH, STRANGER, 200, (401,)),
        (HEALTH, CUSTOMER, 200, (403,)),
    ],
)
def test_a_wrong_authorization_is_reported_and_a_right_one_accepted(
    one: Route, caller: Caller, right: int, wrong: tuple[int, ...]
) -> None:
    assert list(authorization_problems(one, caller, a_problem(right))) == []
    for status in wrong:
        assert list(authorization_problems(one, caller, a_problem(status)))


def test_another_customers_order_may_only_be_not_found() -> None:
    assert list(authorization_problems(READ, CUSTOMER, a_problem(200), hidden=True))
    assert list(authorization_problems(READ, CUSTOMER, a_problem(403), hidden=True))
    assert list(authorization_problems(READ, CUSTOMER, a_problem(404), hidden=True)) == []


def test_only_an_invalid_body_is_refused_before_another_customers_order_is_read() -> None:
    refused = a_problem(422)
    assert list(authorization_problems(READ, CUSTOMER, refused, hidden=True))
    assert list(authorization_problems(READ, CUSTOMER, refused, hidden=True, invalid=True)) == []


def test_an_unknown_path_has_no_authorization_rule() -> None:
    assert list(authorization_problems(READ, STRANGER, a_problem(404, "route-not-found"))) == []
