"""The Lambda handler: check the request, answer it, log it. Every request gets an answer or a
problem document, and one log line without bodies, tokens or e-mail addresses.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import perf_counter
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
from lambdas.telemetry import (
    add_log_keys,
    count,
    flush_metrics,
    log_keys,
    logger,
    metrics,
    milliseconds_since,
    note_trace,
    noted_order,
    request_id,
)


def handle(event: Event, context: LambdaContext) -> Mapping[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0)."""
    return respond(event, context, dependencies)


def respond(
    event: Event, context: LambdaContext, compose: Callable[[], Dependencies]
) -> Mapping[str, Any]:
    """Answer one request with the dependencies that `compose` returns."""
    begun = perf_counter()
    request: CheckedRequest | None = None
    method = ""
    with log_keys(request_id=request_id(context)):
        try:
            method, _ = method_and_path(event)
            request = check_request(event, OPERATIONS)
            answer = _resolve(event, request, context, compose)
        except Exception as error:  # noqa: BLE001  # `problem_answer` logs unexpected errors
            answer = _answer(problem_answer(error, context))
        _log(request, answer["statusCode"], milliseconds_since(begun))
    return without_content(answer) if method == "HEAD" else answer


def _resolve(
    event: Event,
    request: CheckedRequest,
    context: LambdaContext,
    compose: Callable[[], Dependencies],
) -> Mapping[str, Any]:
    """Answer a request that passed the checks."""
    if request.order_id is not None:
        add_log_keys(order_id=request.order_id)
    deps, operation = compose(), request.operation
    attributes = {
        "http.request.method": operation.method,
        "http.route": operation.path,
        "faas.trigger": "http",
        "faas.invocation_id": request_id(context),
    }
    name, caller = f"{operation.method} {operation.path}", header(event, "traceparent")
    with deps.tracing.serve(name, caller, attributes) as span:
        note_trace(deps.tracing.traceparent())
        answer = _call_route(event, request, context, deps)
        span.update({"http.response.status_code": answer["statusCode"], **noted_order()})
        if answer["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span["error.type"] = str(answer["statusCode"])
    return answer


def _call_route(
    event: Event, request: CheckedRequest, context: LambdaContext, deps: Dependencies
) -> Mapping[str, Any]:
    compress = request.operation.public and accepts_gzip(header(event, "accept-encoding"))
    resolver.append_context(  # type: ignore[no-untyped-call]
        principal=request.principal, dependencies=deps, compress=compress
    )
    answer: Mapping[str, Any] = resolver.resolve(as_framework_event(event, request), context)
    return encode_answer(answer, compress=compress) if request.operation.public else answer


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


def _log(request: CheckedRequest | None, status: int, duration_ms: int) -> None:
    """Log and count one answer. The route of a refused request is `none`."""
    route = request.operation.name if request else "none"
    principal = request.principal if request else None
    logger.info(
        "answered",
        route=route,
        roles=sorted(principal.roles) if principal else [],
        machine=principal.machine if principal else False,
        status=status,
        duration_ms=duration_ms,
    )
    metrics.add_dimension(name="route", value=route)
    count(f"Answer{status // 100}xx")
    flush_metrics()
