"""docs/openapi.json is what the code answers to, and the documentation routes serve it."""

import importlib
import json
import re
import sys
from collections.abc import Iterable
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from openapi_spec_validator import OpenAPIV31SpecValidator

import lambdas
from lambdas.api.application import OPERATIONS, description
from lambdas.api.handler import respond
from lambdas.api.http.resource import Operation
from tests.support.api_caller import DOCUMENT, ApiCaller, Context, an_event
from tests.support.definition import ROOT
from tests.support.world import World

PACKAGE = "lambdas.api"
COMMITTED = (ROOT / "docs/openapi.json").read_text()


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def name(operation: Operation) -> str:
    return operation.name


def test_the_committed_description_is_that_of_the_code() -> None:
    assert json.dumps(description(), indent=2, ensure_ascii=False) + "\n" == COMMITTED, (
        "run `make openapi`"
    )


def test_the_description_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_operation_is_described_and_nothing_else() -> None:
    documented = {
        (method.upper(), path)
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
    }

    assert documented == {(operation.method, operation.path) for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_an_operation_documents_its_roles(operation: Operation) -> None:
    operation_doc = described(operation)

    assert operation_doc["security"] == ([] if operation.public else [{"bearer": []}])
    assert operation_doc.get("x-roles", []) == sorted(operation.roles)


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_every_refusal_of_an_operation_is_a_described_problem(operation: Operation) -> None:
    responses = described(operation)["responses"]
    refusals = {status: one for status, one in responses.items() if int(status) >= 400}

    expected = {"500"} if operation.public else {"401", "403", "422", "500", "503"}
    assert expected <= set(refusals)
    for refusal in refusals.values():
        assert set(refusal["content"]) <= {"application/problem+json", "application/json"}
        assert all("schema" in shape for shape in refusal["content"].values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_the_answers_of_the_gateway_are_described_as_what_they_are(operation: Operation) -> None:
    responses = described(operation)["responses"]
    gateway = {status for status, one in responses.items() if one_of_the_gateway(one)}

    expected = {"429", "500", "503"}
    expected |= set() if operation.public else {"401"}
    expected |= {"413"} if operation.has_body else set()
    assert gateway == expected
    assert set(DOCUMENT["components"]["schemas"]["GatewayView"]["properties"]) == {"message"}


def one_of_the_gateway(response: dict[str, Any]) -> bool:
    shape = response.get("content", {}).get("application/json", {}).get("schema", {})
    return bool(shape.get("$ref", "").endswith("/GatewayView"))


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_an_operation_explains_itself(operation: Operation) -> None:
    operation_doc = described(operation)

    assert operation_doc["summary"]
    assert operation_doc["description"]
    assert operation_doc["operationId"] == operation.name
    assert all(parameter["description"] for parameter in operation_doc.get("parameters", ()))


def test_every_field_of_a_request_teaches_by_description_or_example() -> None:
    for schema in ("NewOrder", "NewItem", "Approval", "Cancellation"):
        described_schema = DOCUMENT["components"]["schemas"][schema]
        assert described_schema["additionalProperties"] is False
        for name, field in described_schema["properties"].items():
            described = "description" in field or "examples" in json.dumps(field)
            assert described, f"{schema}.{name}: give its Field a description or an example"


def test_the_description_has_no_internal_names() -> None:
    inside = re.compile(
        r"lambda|dynamo|step functions|arn:|token_(?!url)|boto|pydantic|python", re.I
    )

    assert inside.findall(COMMITTED) == []


def test_the_api_serves_its_description(api: ApiCaller) -> None:
    assert api.get("/openapi.json", None).json == DOCUMENT


def test_the_page_is_complete_in_itself(api: ApiCaller) -> None:
    answer = api.get("/docs", None)

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "SwaggerUIBundle" in answer.text
    assert re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[^>]*>", answer.text) == []


@pytest.fixture
def imported_again(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the application, of a second import of the whole package."""
    monkeypatch.setattr(lambdas, "api", sys.modules[PACKAGE])
    for name in list(sys.modules):
        if f"{name}.".startswith(f"{PACKAGE}."):
            monkeypatch.delitem(sys.modules, name)
    return importlib.import_module(f"{PACKAGE}.application")


def facts(operations: Iterable[Any]) -> list[tuple[Any, ...]]:
    """What an operation declares, without the classes of its answers."""
    return [
        (
            *(
                operation.name,
                operation.summary,
                operation.method,
                operation.path,
                operation.tag,
                operation.roles,
                operation.refuses,
            ),
            *(operation.body_limit, operation.has_body, operation.query, operation.pattern.pattern),
            *((status, said) for status, (said, _) in operation.answers.items()),
        )
        for operation in operations
    ]


def test_a_second_import_declares_and_describes_the_same_operations(imported_again: Any) -> None:
    """A declaration does not depend on what was imported before."""
    assert facts(imported_again.OPERATIONS) == facts(OPERATIONS)
    assert json.loads(json.dumps(imported_again.description())) == DOCUMENT


PAGES = ("/docs", "/console", "/console/", "/console/console.js", "/console/console.css", "/health")


@pytest.mark.parametrize("path", PAGES)
def test_a_second_import_serves_the_same_pages(
    path: str, imported_again: Any, world: World
) -> None:
    again = importlib.import_module(f"{PACKAGE}.handler")

    answers = [
        one(an_event("GET", path), cast(LambdaContext, Context()), lambda: world.deps)
        for one in (again.respond, respond)
    ]

    assert answers[0] == answers[1]
