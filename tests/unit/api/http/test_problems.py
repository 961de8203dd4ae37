"""Errors as answers: one shape, one table, and nothing that a caller must not see."""

import inspect
import json
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.application import problem_answer
from lambdas.api.http import errors as api_errors
from lambdas.api.http.field_patterns import FORMS, PAYMENT_METHOD, SKU, USER_NAME
from lambdas.api.http.problems import DEFECT, MEANINGS, meaning_of, problem
from lambdas.domain import errors as domain
from tests.support.api_caller import ALICE, OPERATOR, ApiCaller, a_person, validate
from tests.support.telemetry import captured_log, lines
from tests.support.world import World

NOT_DECLARED = "The Content-Type of the body is not JSON."
NO_ORDER_ID = (
    "There is no such order: an order id has 26 letters and digits, without I, L, O and U, "
    "and begins with 0 to 7."
)
NO_TOKEN = "The request carries no access token of this user pool."
NO_NAME = (
    "This user name is not supported: ask an operator to create a user whose name has "
    f"{FORMS[USER_NAME]}."
)
TWO_KEYS = (
    "The header Idempotency-Key is malformed. "
    "It contains a comma or was sent twice. Send it once, without a comma."
)
NOT_LISTED = "Customers list their own orders only: leave `customer_id` out."
NOT_THE_SCHEMA = "Fields do not match the schema: stage, limit."
UNKNOWN, WHOLE = "Is not a known field", "Must be a whole number"
SKU_FORM, METHOD_FORM, NAME_FORM = (
    f"Must be {FORMS[pattern]}" for pattern in (SKU, PAYMENT_METHOD, USER_NAME)
)
KEY = {"Idempotency-Key": "key-1"}
SECRET = "arn:aws:secret-of-the-stack-trace"


def body_of(error: Exception) -> Any:
    response = problem(error, "request-1")
    assert response.body is not None
    return json.loads(response.body)


def leaves() -> list[type[domain.OrderError]]:
    """Every error that a caller can receive."""
    classes = [
        one
        for module in (domain, api_errors)
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, domain.RequestRefused | domain.TransientError)
    ]
    bases = {domain.RequestRefused, domain.TransientError, api_errors.ApiRefusal}
    return sorted(set(classes) - bases, key=lambda one: one.__name__)


@pytest.mark.parametrize("error", leaves())
def test_every_refusal_has_a_row_in_the_table(error: type[domain.OrderError]) -> None:
    statuses = {meaning.status for meaning in MEANINGS.values()}

    meaning = meaning_of(error.__new__(error))

    assert meaning is not DEFECT
    assert meaning.status in statuses - {500}


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (domain.NotAllowed("no"), 403, "not-allowed"),
        (domain.OrderNotFound("no"), 404, "order-not-found"),
        (domain.SignalNotAdmitted("no", order_id="O", stage="failed"), 409, "signal-not-admitted"),
        (domain.InvalidRequest("no"), 422, "invalid-request"),
        (domain.InboxFull("no"), 429, "inbox-full"),
        (domain.StoreConflict("no"), 503, "store-conflict"),
        (domain.EngineUnavailable("no"), 503, "engine-unavailable"),
    ],
)
def test_a_problem_says_what_is_wrong_and_what_to_do(
    error: domain.OrderError, status: int, slug: str
) -> None:
    body = body_of(error)

    validate({"$ref": "#/components/schemas/ProblemView"}, body)
    assert body["status"] == status
    assert body["type"] == f"urn:order-workflow:problem:{slug}"
    assert body["detail"] == "No."
    assert body["advice"] == meaning_of(error).advice
    assert body.get("stage") == getattr(error, "stage", None)


def test_a_missing_role_lists_the_roles_that_allow_the_action(api: ApiCaller) -> None:
    body = api.get("/ops/versions", ALICE).json

    assert (body["type"], body["roles"]) == (
        "urn:order-workflow:problem:role-missing",
        ["operator"],
    )
    assert body["detail"].startswith("You need the role operator to count orders")
    assert "roles" not in body_of(domain.NotAllowed("the requester cannot approve the order"))


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), domain.LedgerMismatch(SECRET), domain.ActivityDefect(SECRET)]
)
def test_an_unexpected_error_exposes_only_the_request_id(error: Exception) -> None:
    body = body_of(error)

    assert body["status"] == 500
    assert "request-1" in body["detail"]
    assert SECRET not in json.dumps(body)


def test_a_defect_in_a_route_is_answered_as_a_problem_and_logged(
    api: ApiCaller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defective(order_id: str) -> None:
        raise ZeroDivisionError(f"{SECRET} {order_id}")

    monkeypatch.setattr(world.store, "get", defective)
    with captured_log() as log:
        answer = api.get("/orders/01KDVDNH000000000000000001")

    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    [error] = [line for line in lines(log.getvalue()) if line["level"] == "ERROR"]
    assert error["request_id"] == "request-1"
    assert "ZeroDivisionError" in error["exception"]


def test_dependencies_that_cannot_be_made_are_answered_as_a_problem(
    api: ApiCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(api.world, "deps")

    assert api.get("/orders", ALICE).status == 500


@pytest.mark.parametrize(
    ("method", "path", "claims", "text", "headers", "detail"),
    [
        ("GET", "/nothing", ALICE, None, {}, "No such route."),
        ("GET", "/console/a b", None, None, {}, "No such route."),
        ("DELETE", "/orders", ALICE, None, {}, "This path has no method DELETE."),
        ("GET", "/orders", None, None, {}, NO_TOKEN),
        ("GET", "/orders", a_person("a#b", "customer"), None, {}, NO_NAME),
        ("GET", "/orders?nope=1", ALICE, None, {}, "Unknown query parameters."),
        ("GET", "/orders?limit=1&limit=2", ALICE, None, {}, "A query parameter is sent twice."),
        ("POST", "/orders", ALICE, "{}", {"Idempotency-Key": "a,b"}, TWO_KEYS),
        ("POST", "/orders", ALICE, "a=1", {"content-type": "text/plain"}, NOT_DECLARED),
        ("POST", "/orders", ALICE, "{", {}, "The body is not JSON."),
        ("POST", "/orders", ALICE, "[]", {}, "The body is not a JSON object."),
        ("GET", "/orders/O1", ALICE, None, {}, NO_ORDER_ID),
        ("GET", "/orders?customer_id=bob", ALICE, None, {}, NOT_LISTED),
        ("GET", "/console/x.js", None, None, {}, "The console has no such file."),
        ("GET", "/orders?limit=1.0", ALICE, None, {}, "Fields do not match the schema: limit."),
        ("GET", "/orders?limit=0&stage=x", ALICE, None, {}, NOT_THE_SCHEMA),
    ],
)
def test_a_refusal_says_in_a_sentence_what_is_wrong(
    method: str, path: str, claims: Any, text: str | None, headers: Any, detail: str, api: ApiCaller
) -> None:
    answer = api.call(method, path, claims, text=text, headers=headers)

    assert answer.json["detail"] == detail
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changed", "field", "problem_of_field"),
    [
        ({"items": "MUG-RED"}, "items", "Must be a list"),
        ({"items": []}, "items", "Must not be empty"),
        ({"items": [{"sku": "A", "quantity": 1}] * 201}, "items", "Must have at most 200 entries"),
        ({"items": [5]}, "items[0]", "Must be an object"),
        ({"items": [{"sku": "A"}]}, "items[0].quantity", "Is missing"),
        ({"items": [{"sku": "A", "quantity": 0}]}, "items[0].quantity", "Must be at least 1"),
        ({"items": [{"sku": "A", "quantity": 1000}]}, "items[0].quantity", "Must be at most 999"),
        ({"items": [{"sku": "A", "quantity": "1"}]}, "items[0].quantity", WHOLE),
        ({"items": [{"sku": "A", "quantity": 1.0}]}, "items[0].quantity", WHOLE),
        (
            {"items": [{"sku": "A", "quantity": True}]},
            "items[0].quantity",
            WHOLE,
        ),
        ({"items": [{"sku": "A", "quantity": 1, "price": 1}]}, "items[0].price", UNKNOWN),
        ({"items": [{"sku": 5, "quantity": 1}]}, "items[0].sku", "Must be a text"),
        ({"items": [{"sku": "mug", "quantity": 1}]}, "items[0].sku", SKU_FORM),
        ({"payment_method": "card"}, "payment_method", METHOD_FORM),
        ({"payment_method": "pm_" + "x" * 101}, "payment_method", METHOD_FORM),
        ({"payment_method": "pm_ok\n"}, "payment_method", METHOD_FORM),
        ({"customer_id": "a b"}, "customer_id", NAME_FORM),
        ({"customer_id": "a#b"}, "customer_id", NAME_FORM),
        ({"payment_method": "\ud800"}, "payment_method", "Must be valid Unicode"),
        ({"workflow_version": "v9"}, "workflow_version", "Must be 'v1' or 'v2'"),
        ({"total": 5}, "total", UNKNOWN),
    ],
)
def test_a_field_of_a_body_says_what_it_must_be(
    api: ApiCaller, changed: dict[str, Any], field: str, problem_of_field: str
) -> None:
    body = {"items": [{"sku": "A", "quantity": 1}], "payment_method": "pm_ok", **changed}

    [error] = api.post("/orders", body, OPERATOR, headers=KEY).json["errors"]

    assert error == {"field": field, "problem": problem_of_field}


def test_a_defect_without_a_context_is_answered_with_an_unknown_request_id() -> None:
    with captured_log() as log:
        response = problem_answer(ValueError("x"), cast(LambdaContext, object()))

    body = json.loads(response.body or "")
    assert body["detail"] == "The request failed unexpectedly (request id unknown)."
    assert body["type"] == "urn:order-workflow:problem:internal-error"
    [line] = lines(log.getvalue())
    assert line["message"] == "request failed unexpectedly"
