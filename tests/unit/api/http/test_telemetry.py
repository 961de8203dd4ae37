"""Telemetry of the API: one log line and one count for each response, and no secrets."""

from typing import cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import telemetry
from lambdas.api.handler import handle
from lambdas.dependencies import dependencies
from tests.support.api_caller import ALICE, SHOP, ApiCaller, Claims, Context, an_event, read
from tests.support.invariants import leaks
from tests.support.telemetry import captured_log, lines
from tests.support.world import World
from tests.unit.api.orders.placing import start


@pytest.mark.parametrize(("claims", "machine"), [(ALICE, False), (SHOP, True)])
def test_an_answer_is_logged_with_route_role_order_and_status(
    api: ApiCaller, world: World, claims: Claims, machine: bool
) -> None:
    order = world.place()
    with captured_log() as log:
        api.get(f"/orders/{order.order_id}", claims)

    [line] = lines(log.getvalue())
    assert {name: line[name] for name in ("route", "roles", "machine", "order_id", "status")} == {
        "route": "get_status",
        "roles": ["customer"],
        "machine": machine,
        "order_id": order.order_id,
        "status": 200,
    }
    assert (line["message"], line["request_id"]) == ("answered", "request-1")
    assert line["duration_ms"] >= 0


def test_the_line_of_a_request_without_an_order_in_its_path_names_the_order(
    api: ApiCaller, world: World
) -> None:
    with captured_log() as log:
        placed = start(api)
        api.get("/orders", ALICE)

    first, second = lines(log.getvalue())
    assert (first["order_id"], first["stage"]) == (placed.json["order_id"], "start")
    assert "order_id" not in second


def test_an_unknown_path_is_not_logged(api: ApiCaller) -> None:
    with captured_log() as log:
        api.get("/orders/injected%0Aline", ALICE)
        api.get("/nothing-of-ours", ALICE)

    assert leaks(log.getvalue(), ["injected", "nothing-of-ours"]) == []


@pytest.mark.parametrize(
    ("path", "route", "metric"),
    [
        ("/orders", "list_orders", "Answer2xx"),
        ("/orders?limit=0", "list_orders", "Answer4xx"),
        ("/nothing", "none", "Answer4xx"),
    ],
)
def test_answers_are_counted_by_route_and_class_of_status(
    api: ApiCaller, capsys: pytest.CaptureFixture[str], path: str, route: str, metric: str
) -> None:
    with captured_log():
        api.get(path, ALICE)

    [written] = [line for line in lines(capsys.readouterr().out) if "_aws" in line]
    assert (written["route"], written[metric]) == (route, [1.0])


def test_the_lambda_handler_answers_with_the_dependencies_of_its_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telemetry.metrics, "namespace", "OrderWorkflow")
    dependencies.cache_clear()

    raw = handle(an_event("GET", "/health"), cast(LambdaContext, Context()))

    assert read(raw).json == {"status": "ok"}
    assert dependencies.cache_info().currsize == 1
    dependencies.cache_clear()
