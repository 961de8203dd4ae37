"""Resources: routes that declare who may call them, what they answer and what they refuse.

The declaration is made once, by one decorator. The gate, OpenAPI and the tests read it.
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

from lambdas.api.identity import Principal, Role
from lambdas.api.models.inputs import MAX_BODY_BYTES
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.free_text import escape
from lambdas.domain.order import Order
from lambdas.runtime import Dependencies
from lambdas.workflow import OrderWorkflow

P = ParamSpec("P")
Route = Callable[P, Response[Any]]
Answers = Mapping[int, tuple[str, type[BaseModel] | str | None]]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route. No roles: public. `answers` are, by status, what they mean and their shape (or
    media type, or nothing); `refuses` the 4xx that are special to it; `name` is the function's and
    `summary` says in a few words what a caller does with it ("Place an order").
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
    """The routes of one resource, with what they need of the request that is being answered."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tag = tag
        self.operations: list[Operation] = []

    @property
    def caller(self) -> Principal:
        """Who calls; the gate let nobody else through."""
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
        """Whether the answer to this request will be compressed."""
        return bool(self.context["compress"])

    @property
    def now(self) -> int:
        """The present in epoch milliseconds."""
        return self.dependencies.clock.now()

    def visible(self, order_id: str) -> Order:
        """The order, if the caller may know of it. Raises OrderNotFound."""
        order = self.workflow.get_status(order_id)
        if not self.caller.sees(order):
            raise OrderNotFound("there is no such order", order_id=order_id)
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
                summary=_documented(route)[0],
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
            description=_documented(route)[1],
            tags=[self.tag],
            operation_id=declared.name,
            responses={status: _answer(*a) for status, a in declared.answers.items()},
        )(route)


def _documented(route: Callable[..., Any]) -> tuple[str, str]:
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
    """The response that shows a view, or an empty one; no cache in between may keep it.

    Stored text may be older than the rules for it: what controls a terminal is escaped.
    """
    return Response(
        status_code=status,
        content_type=None if view is None else "application/json",
        headers={"Cache-Control": "private, no-cache", **(headers or {})},
        body="" if view is None else escape(view.model_dump_json()),
    )
