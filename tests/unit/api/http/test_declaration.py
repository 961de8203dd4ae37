"""The routes are declared while the modules are imported; the declaration does not depend on order
or on what was imported before.
"""

import importlib
import json
import sys
from collections.abc import Iterable
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import lambdas
from lambdas.api.application import OPERATIONS
from lambdas.api.handler import respond
from tests.support.api_caller import DOCUMENT, Context, an_event
from tests.support.world import World

PACKAGE = "lambdas.api"


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
            *(one.name, one.summary, one.method, one.path, one.tag, one.roles, one.refuses),
            *(one.body_limit, one.has_body, one.query, one.pattern.pattern),
            *((status, said) for status, (said, _) in one.answers.items()),
        )
        for one in operations
    ]


def test_a_second_import_declares_the_same_operations(imported_again: Any) -> None:
    assert facts(imported_again.OPERATIONS) == facts(OPERATIONS)


def test_a_second_import_has_the_same_description(imported_again: Any) -> None:
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
