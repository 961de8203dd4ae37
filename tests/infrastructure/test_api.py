import json
from pathlib import Path

import pytest

from lambdas.api.http.preferences import LONGEST_WAIT_SECONDS
from lambdas.domain.record.signals import SignalKind
from stacks.api.api_routes import ContractError, Route, read_routes
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

WEBHOOK = "POST /payments/webhook"
CONTRACT = read_routes(ROOT / "docs" / "openapi.json")


def test_every_operation_of_the_contract_is_a_route_and_there_are_no_others(
    template: Template,
) -> None:
    routes = {route["RouteKey"] for route in template.properties("ApiGatewayV2::Route")}

    keys = {f"{method} {route.path}" for route in CONTRACT for method in route.methods}
    assert routes == keys | {"$default", WEBHOOK}


def public_keys() -> set[str]:
    return {
        f"{method} {route.path}" for route in CONTRACT if route.public for method in route.methods
    }


def test_head_is_a_route_wherever_get_is_and_asks_for_the_same_token(template: Template) -> None:
    routes = {one["RouteKey"]: one for one in template.properties("ApiGatewayV2::Route")}
    got = [key for key in routes if key.startswith("GET ")]

    assert got
    for key in got:
        head = routes[key.replace("GET ", "HEAD ")]
        assert {**head, "RouteKey": key} == routes[key]


def test_anonymous_requests_have_limits_of_their_own_and_leave_most_to_others(
    template: Template,
) -> None:
    stage = template.only("ApiGatewayV2::Stage")
    limits = {
        key: one
        for key, one in stage["Properties"]["RouteSettings"].items()
        if not key.startswith("POST ")
    }
    page = {"GET /console/{file}", "HEAD /console/{file}"}

    assert set(limits) == {*public_keys(), "$default"}
    others = sum(one["ThrottlingRateLimit"] for key, one in limits.items() if key not in page)
    assert others < stage["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]


def test_every_route_but_the_public_ones_asks_for_a_token(template: Template) -> None:
    (authorizer,) = template.of_type("ApiGatewayV2::Authorizer")
    public = {*public_keys(), "$default", WEBHOOK}
    for route in template.properties("ApiGatewayV2::Route"):
        if route["RouteKey"] in public:
            assert route["AuthorizationType"] == "NONE"
        else:
            assert route["AuthorizationType"] == "JWT"
            assert route["AuthorizerId"] == {"Ref": authorizer}


def test_only_the_function_that_checks_signatures_gets_the_reports_of_the_provider(
    template: Template,
) -> None:
    targets = {
        route["RouteKey"]: route["Target"] for route in template.properties("ApiGatewayV2::Route")
    }

    webhook = targets.pop(WEBHOOK)
    assert webhook not in targets.values()
    assert len({str(target) for target in targets.values()}) == 1


def test_nothing_that_touches_an_order_is_public() -> None:
    public = {route.path for route in CONTRACT if route.public}

    assert "/health" in public
    assert not [path for path in public if path.startswith(("/orders", "/ops"))]


def test_a_mailed_link_is_public_to_read_and_needs_a_sign_in_to_decide() -> None:
    links = {route.method: route.public for route in CONTRACT if route.path == "/approvals/{code}"}

    assert links == {"GET": True, "POST": False}


def test_tokens_are_those_of_the_user_pool_for_its_client(template: Template) -> None:
    authorizer = template.only("ApiGatewayV2::Authorizer")["Properties"]
    (pool,) = template.of_type("Cognito::UserPool")
    (client,) = template.of_type("Cognito::UserPoolClient")

    jwt = authorizer["JwtConfiguration"]
    assert jwt["Audience"] == [{"Ref": client}]
    assert jwt["Issuer"]["Fn::Join"][1][-1] == {"Ref": pool}
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_the_access_log_has_routes_but_no_paths_and_no_callers(
    template: Template,
) -> None:
    stage = template.only("ApiGatewayV2::Stage")["Properties"]
    logged = json.loads(stage["AccessLogSettings"]["Format"])

    assert logged["route"] == "$context.routeKey"
    context = " ".join(logged.values())
    assert not [
        word for word in ("header", "querystring", "identity", "path", "claims") if word in context
    ]


def test_the_default_stage_deploys_itself_and_is_throttled(template: Template) -> None:
    stage = template.only("ApiGatewayV2::Stage")["Properties"]

    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 100
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 200


def test_routes_that_wait_cannot_take_the_accounts_concurrency(template: Template) -> None:
    stage = template.only("ApiGatewayV2::Stage")
    limits = stage["Properties"]["RouteSettings"]

    posts = {key: one for key, one in limits.items() if key.startswith("POST ")}
    waiting = {key: one for key, one in posts.items() if key != WEBHOOK}
    assert {key.rpartition("/")[2] for key in waiting} == {*SignalKind, "{code}"}
    for limit in waiting.values():
        assert limit["ThrottlingRateLimit"] * LONGEST_WAIT_SECONDS <= 100
    # API Gateway refuses settings of a route that does not exist yet.
    made = {template.resources[one]["Properties"].get("RouteKey") for one in stage["DependsOn"]}
    assert set(limits) <= made


def test_only_a_setting_reserves_concurrency_for_the_api(dev: Template, full: Template) -> None:
    assert "ReservedConcurrentExecutions" not in dev.functions()["api"]
    assert full.functions()["api"]["ReservedConcurrentExecutions"] == 50


def test_metrics_by_route_are_counted_once_by_the_code(template: Template) -> None:
    defaults = template.only("ApiGatewayV2::Stage")["Properties"]["DefaultRouteSettings"]

    assert "DetailedMetricsEnabled" not in defaults


def test_a_route_is_public_or_waits_as_the_contract_says(tmp_path: Path) -> None:
    contract = tmp_path / "openapi.json"
    waiting = {"security": [{"bearer": []}], "parameters": [{"name": "Prefer", "in": "header"}]}
    paths = {
        "/open/": {"get": {"security": []}},
        "/open": {"get": {"security": []}, "parameters": []},
        "/closed": {"get": {}, "post": waiting},
    }
    contract.write_text(json.dumps({"paths": paths}))

    assert read_routes(contract) == (
        Route(method="GET", path="/open", public=True, waits=False),
        Route(method="GET", path="/closed", public=False, waits=False),
        Route(method="POST", path="/closed", public=False, waits=True),
    )


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_a_missing_contract_is_named(tmp_path: Path, content: str | None) -> None:
    contract = tmp_path / "openapi.json"
    if content is not None:
        contract.write_text(content)

    with pytest.raises(ContractError, match=r"openapi\.json is not a readable OpenAPI document"):
        read_routes(contract)
