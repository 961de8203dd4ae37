"""The Lambda handler: check the request, answer it, log it. Every request gets an answer or a
problem document, and one log line without bodies, tokens or e-mail addresses.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.application import OPERATIONS, problem_answer, resolver
from lambdas.api.http.encoding import accepts_gzip, encode_answer
from lambdas.api.http.request_check import (
    CheckedRequest,
    Event,
    as_framework_event,
    check_request,
    header,
    method_and_path,
)
from lambdas.dependencies import Dependencies, dependencies
from lambdas.telemetry import count, flush_metrics, logger, metrics


def handle(event: Event, context: LambdaContext) -> Mapping[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0)."""
    return respond(event, context, dependencies)


def respond(
    event: Event, context: LambdaContext, compose: Callable[[], Dependencies]
) -> Mapping[str, Any]:
    """Answer one request with the dependencies that `compose` returns."""
    request: CheckedRequest | None = None
    try:
        request = check_request(event, OPERATIONS)
        compress = request.operation.public and accepts_gzip(header(event, "accept-encoding"))
        resolver.append_context(  # type: ignore[no-untyped-call]
            principal=request.principal, dependencies=compose(), compress=compress
        )
        answer: Mapping[str, Any] = resolver.resolve(as_framework_event(event, request), context)
        if request.operation.public:
            answer = encode_answer(answer, compress=compress)
    except Exception as error:  # noqa: BLE001  # `problem_answer` logs unexpected errors
        answer = _answer(problem_answer(error, context))
    _log(request, answer["statusCode"], context)
    return without_content(answer) if method_and_path(event)[0] == "HEAD" else answer


def without_content(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer to HEAD: status and headers as for GET. (RFC 9110, 9.3.2)"""
    return {**answer, "body": "", "isBase64Encoded": False}


def _answer(response: Response[str]) -> Mapping[str, Any]:
    """A response in payload format 2.0. Problem documents are short and never encoded."""
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": response.body,
        "isBase64Encoded": False,
    }


def _log(request: CheckedRequest | None, status: int, context: LambdaContext) -> None:
    """Log and count one answer. The route of a refused request is `none`."""
    route = request.operation.name if request else "none"
    principal = request.principal if request else None
    logger.info(
        "answered",
        route=route,
        roles=sorted(principal.roles) if principal else [],
        machine=principal.machine if principal else False,
        order_id=request.order_id if request else None,
        status=status,
        request_id=getattr(context, "aws_request_id", "unknown"),
    )
    metrics.add_dimension(name="route", value=route)
    count(f"Answer{status // 100}xx")
    flush_metrics()
