"""Resources: routes that declare their roles, answers and refusals.

One decorator makes the declaration. The request check, the OpenAPI generator and the tests read it.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from lambdas.api.http.identity import Principal, Role
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.free_text import escape
from lambdas.domain.record.order import Order
from lambdas.services.workflow import OrderWorkflow

P = ParamSpec("P")
Route = Callable[P, Response[Any]]
Answers = Mapping[int, tuple[str, type[BaseModel] | str | None]]

MAX_BODY_BYTES = 16 * 1024
"""The default limit of a request body."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route. A route without roles is public. `answers` has, for each status, a description and
    a model, a media type or None. `refuses` lists the additional 4xx statuses. `name` is
    the name of the function. `summary` is the caller's action ("Place an order").
    """

    name: str
    summary: str
    method: str
    path: str
    tag: str
    roles: frozenset[Role]
    answers: Answers
    refuses: tuple[int, ...]
    body_limit: int
    has_body: bool
    query: frozenset[str]
    pattern: re.Pattern[str] = field(compare=False)

    @property
    def public(self) -> bool:
        return not self.roles


class Resource(Router):
    """The routes of one resource, and the context of the current request."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tag = tag
        self.operations: list[Operation] = []

    @property
    def caller(self) -> Principal:
        """The authenticated caller, of a request that passed the check."""
        principal: Principal = self.context["principal"]
        return principal

    @property
    def dependencies(self) -> Dependencies:
        dependencies: Dependencies = self.context["dependencies"]
        return dependencies

    @property
    def workflow(self) -> OrderWorkflow:
        return self.dependencies.workflow

    @property
    def compresses(self) -> bool:
        """Whether the answer to the current request will be compressed."""
        return bool(self.context["compress"])

    @property
    def now(self) -> int:
        """The current time in epoch milliseconds."""
        return self.dependencies.clock.now()

    def visible(self, order_id: str) -> Order:
        """The order, if it is visible to the caller. Raises OrderNotFound."""
        order = self.workflow.get_status(order_id)
        if not self.caller.sees(order):
            raise OrderNotFound("there is no such order")
        return order

    def operation(
        self,
        method: str,
        path: str,
        *,
        answers: Answers,
        roles: Sequence[Role] = (),
        refuses: Sequence[int] = (),
        body_limit: int = MAX_BODY_BYTES,
    ) -> Callable[[Route[P]], Route[P]]:
        """Make a function the route of `method` and `path` (`/orders/{order_id}`)."""

        def declare(route: Route[P]) -> Route[P]:
            declared = Operation(
                name=route.__name__,
                summary=_parse_docstring(route)[0],
                method=method,
                path=path,
                tag=self.tag,
                roles=frozenset(roles),
                answers=answers,
                refuses=tuple(refuses),
                body_limit=body_limit,
                has_body="body" in inspect.signature(route).parameters,
                query=_query_names(route),
                pattern=re.compile(_PLACEHOLDER.sub(r"(?P<\1>[^/]+)", path)),
            )
            self.operations.append(declared)
            self._register(declared, route)
            return route

        return declare

    def _register(self, declared: Operation, route: Callable[..., Any]) -> None:
        self.route(
            _PLACEHOLDER.sub(r"<\1>", declared.path),
            declared.method,
            summary=declared.summary,
            description=_parse_docstring(route)[1],
            tags=[self.tag],
            operation_id=declared.name,
            responses={status: _answer(*a) for status, a in declared.answers.items()},
        )(route)


def _parse_docstring(route: Callable[..., Any]) -> tuple[str, str]:
    """A route function's summary and description, each on one line."""
    summary, _, description = inspect.cleandoc(route.__doc__ or "").partition("\n\n")
    return " ".join(summary.split()).rstrip("."), " ".join(description.split())


def _query_names(route: Callable[..., Any]) -> frozenset[str]:
    """The query parameters that a route function reads."""
    return frozenset(
        name
        for name, parameter in inspect.signature(route).parameters.items()
        if any(isinstance(m, Query) for m in getattr(parameter.annotation, "__metadata__", ()))
    )


def _answer(description: str, shape: type[BaseModel] | str | None) -> Any:
    if shape is None or isinstance(shape, str):
        return {"description": description}
    return {"description": description, "content": {"application/json": {"model": shape}}}


def answer(
    view: BaseModel | None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The response with a view, or without a body. Shared caches must not store it.

    Control characters are escaped, because stored text may be older than the validation rules.
    """
    return Response(
        status_code=status,
        content_type=None if view is None else "application/json",
        headers={"Cache-Control": "private, no-cache", **(headers or {})},
        body="" if view is None else escape(view.model_dump_json()),
    )
