"""The HTTP API in front of the API function: a JWT on every route that is not public."""

from collections.abc import Sequence

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from stacks.access_log import AccessLog
from stacks.api_routes import Route
from stacks.deployment_settings import DeploymentSettings
from stacks.grants import (
    EXTEND_WAIT,
    LIST_EXECUTIONS,
    ORDER_TIMELINE,
    ORDERS,
    ORDERS_BY_CUSTOMER,
    ORDERS_BY_STAGE,
    READ_CUSTOMER,
    READ_DEFINITION,
    READ_HISTORY,
    READ_STOCK,
    RING,
    START_LIVE,
    STOP_EXECUTION,
    Resources,
)
from stacks.identity import Identity
from stacks.lambda_function import FunctionRow, LambdaFunction
from stacks.lambda_platform import LambdaPlatform
from stacks.security_checks import acknowledge

API = FunctionRow(
    name="api",
    handler="lambdas.api.handler.handle",
    grants=(
        ORDERS,
        ORDER_TIMELINE,
        ORDERS_BY_STAGE,
        ORDERS_BY_CUSTOMER,
        READ_STOCK,
        READ_CUSTOMER,
        START_LIVE,
        RING,
        EXTEND_WAIT,
        READ_HISTORY,
        READ_DEFINITION,
        STOP_EXECUTION,
        LIST_EXECUTIONS,
    ),
    timeout_seconds=28,  # API Gateway waits 30 s; a signal may wait 10 s for its outcome
    settings=("heartbeat_seconds", "default_workflow_version"),
)

MAX_REQUESTS_PER_SECOND = 100
MAX_BURST = 200
"""Far above one team's traffic, far below what would starve the account's Lambda concurrency."""


class OrderApi(Construct):
    """The API and its function. Without `serve` it answers 404 to everything."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        resources: Resources,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = platform.settings
        self.api = apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=platform.settings.stack_name,
            create_default_stage=False,
        )
        self.handler = LambdaFunction(
            self, "Handler", platform=platform, row=API, resources=resources
        )
        self._add_stage(platform.settings)

    @property
    def console_url(self) -> str:
        """The page that people use; also where they come back to after signing in."""
        own_url = self._settings.console_url.replace("{api_id}", self.api.api_id)
        return own_url or f"{self.api.api_endpoint}/console"

    @property
    def names(self) -> dict[str, str]:
        """Stack outputs."""
        return {"ApiUrl": self.api.api_endpoint, "ApiId": self.api.api_id}

    def serve(self, routes: Sequence[Route], *, identity: Identity) -> None:
        """Send every route to the function; the authorizer stands before all but public ones."""
        for name, value in identity.variables.items():
            self.handler.function.add_environment(name, value)
        function = integrations.HttpLambdaIntegration(
            "Function", self.handler.function, scope_permission_to_route=False
        )
        signed_in = authorizers.HttpUserPoolAuthorizer(
            "SignedIn", identity.user_pool, user_pool_clients=identity.clients
        )
        anybody = apigateway.HttpNoneAuthorizer()
        for route in routes:
            made = self.api.add_routes(
                path=route.path,
                methods=[apigateway.HttpMethod(route.method)],
                integration=function,
                authorizer=anybody if route.public else signed_in,
            )
            if route.public:
                acknowledge(
                    made[0], "AwsSolutions-APIG4", "Public by contract: `security: []` in OpenAPI."
                )

    def _add_stage(self, settings: DeploymentSettings) -> None:
        stage = self.api.add_stage(
            "DefaultStage",
            stage_name="$default",
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=MAX_REQUESTS_PER_SECOND, burst_limit=MAX_BURST
            ),
        )
        AccessLog(self, "AccessLog", settings=settings, stage=stage)
