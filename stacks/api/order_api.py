"""The HTTP API in front of the API function: a JWT on every route that is not public."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.api.access_log import AccessLog
from stacks.api.api_routes import WEBHOOK_PATH, Route
from stacks.api.identity import Identity
from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.security import accepted_findings as findings
from stacks.security.grants import (
    EXTEND_WAIT,
    IS_RUNNING,
    LIST_EXECUTIONS,
    LIST_PRODUCTS,
    MOVE_STOCK,
    OPEN_ORDERS,
    ORDER_LISTS,
    ORDERS,
    READ_CUSTOMER,
    READ_DEFINITION,
    READ_EVENTS,
    READ_HISTORY,
    READ_STOCK,
    READ_SUPPRESSION,
    RING,
    SEND_EMAIL,
    START_LIVE,
    STOP_EXECUTION,
    STORED_HISTORIES,
    WRITE_CUSTOMER,
)
from stacks.security.security_checks import acknowledge

API = FunctionRow(
    name="api",
    handler="lambdas.api.handler.handle",
    grants=(
        ORDERS,
        *ORDER_LISTS,
        OPEN_ORDERS,
        READ_STOCK,
        LIST_PRODUCTS,
        MOVE_STOCK,
        READ_CUSTOMER,
        WRITE_CUSTOMER,
        START_LIVE,
        RING,
        EXTEND_WAIT,
        READ_HISTORY,
        READ_DEFINITION,
        STOP_EXECUTION,
        IS_RUNNING,
        LIST_EXECUTIONS,
        READ_EVENTS,
        SEND_EMAIL,
        READ_SUPPRESSION,
        *STORED_HISTORIES,
    ),
    timeout_seconds=28,  # API Gateway waits 30 s; a signal may wait 10 s for its outcome
    settings=(
        "heartbeat_seconds",
        "default_workflow_version",
        "approval_limits",
        "two_approvers_above",
        "max_open_orders",
        "max_open_units",
    ),
    traced=True,
)

MAX_REQUESTS_PER_SECOND = 100
MAX_BURST = 200
WAITING_LIMIT = {"ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20}
"""A request that waits holds a function for up to 10 s: at this rate a route holds 100 of the 1,000
concurrent executions that an account has by default, and activities keep the rest.
"""
PUBLIC_LIMIT = {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 20}
"""Per route and second: anonymous requests must leave the stage's limit to callers with a token."""
PAGE_LIMIT = {"ThrottlingRateLimit": 30, "ThrottlingBurstLimit": 100}
"""Of the route for the console's files: opening the page asks for all of them."""
WEBHOOK_LIMIT = {"ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 60}
"""Of the payment provider's reports. It sends those again that are refused."""
_PAGE_FILES = "/console/{file}"


class OrderApi(Construct):
    """The API and its function. Without `serve` it answers 404 to everything."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = platform.settings
        self.api = apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=platform.settings.stack_name,
            create_default_stage=False,
        )
        self.handler = LambdaFunction(self, "Handler", platform=platform, row=API)
        self._limit_concurrency()

    @property
    def console_url(self) -> str:
        """The page that people use; also where they come back to after signing in."""
        own_url = self._settings.console_url.replace("{api_id}", self.api.api_id)
        return own_url or f"{self.api.api_endpoint}/console"

    @property
    def console_urls(self) -> list[str]:
        """All addresses of the console: the API serves it under its own, too."""
        own_url = f"{self.api.api_endpoint}/console"
        return [own_url] if self.console_url == own_url else [self.console_url, own_url]

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"ApiUrl": self.api.api_endpoint, "ApiId": self.api.api_id}

    def serve(
        self, routes: Sequence[Route], *, identity: Identity, webhook: lambda_.IFunction
    ) -> None:
        """Send every route to the function; the authorizer stands before all but public ones. The
        payment provider's reports go to `webhook`.
        """
        for name, value in identity.variables.items():
            self.handler.function.add_environment(name, value)
        function = integrations.HttpLambdaIntegration(
            "Function", self.handler.function, scope_permission_to_route=False
        )
        signed_in = authorizers.HttpUserPoolAuthorizer(
            "SignedIn", identity.user_pool, user_pool_clients=identity.clients
        )
        anybody = apigateway.HttpNoneAuthorizer()
        stage = self._add_stage()
        for route in routes:
            made = self.api.add_routes(
                path=route.path,
                methods=[apigateway.HttpMethod(name) for name in route.methods],
                integration=function,
                authorizer=anybody if route.public else signed_in,
            )
            _limit(stage, made, _limit_of(route))
            if route.public:
                _acknowledge_public(made)
        other = apigateway.HttpRoute(
            self,
            "Other",
            http_api=self.api,
            route_key=apigateway.HttpRouteKey.DEFAULT,
            integration=function,
            authorizer=anybody,
        )
        # The function refuses what has no route (404, 405) and redirects `/console/`: route keys
        # cannot end in a slash. It checks claims itself, so this opens no other route.
        _limit(stage, [other], PUBLIC_LIMIT)
        _acknowledge_public([other])
        reports = self.api.add_routes(
            path=WEBHOOK_PATH,
            methods=[apigateway.HttpMethod.POST],
            integration=integrations.HttpLambdaIntegration("Webhook", webhook),
            authorizer=anybody,
        )
        _limit(stage, reports, WEBHOOK_LIMIT)
        for report in reports:
            acknowledge(report, findings.SIGNED_REPORTS)

    def _limit_concurrency(self) -> None:
        # Not by default: small accounts have no concurrency to reserve.
        if self._settings.api_concurrency:
            function = cast(lambda_.CfnFunction, self.handler.function.node.default_child)
            function.reserved_concurrent_executions = self._settings.api_concurrency

    def _add_stage(self) -> apigateway.CfnStage:
        stage = self.api.add_stage(
            "DefaultStage",
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=MAX_REQUESTS_PER_SECOND, burst_limit=MAX_BURST
            ),
        )
        AccessLog(self, "AccessLog", settings=self._settings, stage=stage)
        return cast(apigateway.CfnStage, stage.node.default_child)


def _limit_of(route: Route) -> dict[str, int] | None:
    """The limit of a route; None for that of the stage."""
    if route.public:
        return PAGE_LIMIT if route.path == _PAGE_FILES else PUBLIC_LIMIT
    return WAITING_LIMIT if route.waits else None


def _limit(
    stage: apigateway.CfnStage,
    routes: Sequence[apigateway.HttpRoute],
    limit: dict[str, int] | None,
) -> None:
    """Limit routes. API Gateway wants a route to exist before its settings."""
    for route in routes if limit else ():
        key = cast(apigateway.CfnRoute, route.node.default_child).route_key
        stage.route_settings = {**(stage.route_settings or {}), key: limit}
        stage.node.add_dependency(route)


def _acknowledge_public(routes: Sequence[apigateway.HttpRoute]) -> None:
    for route in routes:
        acknowledge(route, findings.PUBLIC_ROUTE)
