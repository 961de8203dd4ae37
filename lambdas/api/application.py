"""The application: one resolver with the routes of every resource."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.http.problems import DEFECT, meaning_of, problem, translate
from lambdas.api.http.resource import Operation, Resource
from lambdas.api.openapi import document
from lambdas.api.routes.approvals import approvals
from lambdas.api.routes.catalogue import catalogue
from lambdas.api.routes.console import console
from lambdas.api.routes.documentation import documentation
from lambdas.api.routes.events import events
from lambdas.api.routes.executions import executions
from lambdas.api.routes.operations import operations
from lambdas.api.routes.orders import orders
from lambdas.api.routes.settlements import settlements
from lambdas.api.routes.signals import signals
from lambdas.api.routes.stages import stages
from lambdas.telemetry import logger, request_id

RESOURCES: tuple[Resource, ...] = (
    orders,
    stages,
    signals,
    approvals,
    executions,
    operations,
    settlements,
    catalogue,
    events,
    console,
    documentation,
)
OPERATIONS: tuple[Operation, ...] = tuple(
    operation for r in RESOURCES for operation in r.operations
)

resolver = APIGatewayHttpResolver(enable_validation=True)
for resource in RESOURCES:
    resolver.include_router(resource)


def description() -> dict[str, Any]:
    """The OpenAPI description of the API."""
    return document(resolver, OPERATIONS)


documentation.describe = description


@resolver.exception_handler(Exception)  # type: ignore[untyped-decorator]
def _answer_error(error: Exception) -> Response[str]:
    return problem_answer(error, resolver.lambda_context)


def problem_answer(error: Exception, context: LambdaContext) -> Response[str]:
    """The answer to an error. An unexpected error is logged with its traceback."""
    refusal = translate(error)
    if meaning_of(refusal) is DEFECT:
        logger.error("request failed unexpectedly", exc_info=error)
    return problem(refusal, request_id(context))
