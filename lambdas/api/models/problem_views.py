"""Models of problem documents (RFC 9457)."""

from typing import Annotated

from pydantic import ConfigDict, Field

from lambdas.api.http.identity import Role
from lambdas.api.models.view import View
from lambdas.domain.record.stages import Stage


class FieldProblemView(View):
    """The problem of one field."""

    field: Annotated[str, Field(examples=["items[0].quantity"])]
    problem: Annotated[str, Field(examples=["Must be at least 1"])]


class ProblemView(View):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Annotated[str, Field(examples=["urn:order-workflow:problem:signal-not-admitted"])]
    title: Annotated[str, Field(examples=["The order refused"])]
    status: Annotated[int, Field(examples=[409])]
    detail: Annotated[str, Field(description="What is wrong, in one sentence.")]
    advice: Annotated[
        str,
        Field(
            description="What the client can do (extension member).",
            examples=["Read the order: `allowed_signals` lists what it admits now."],
        ),
    ]
    roles: Annotated[
        list[Role] | None,
        Field(description="The roles that allow the action (403). One of them is enough."),
    ] = None
    stage: Annotated[
        Stage | None, Field(description="The stage of an order that refused (409).")
    ] = None
    errors: Annotated[
        list[FieldProblemView] | None,
        Field(description="The fields (422) or headers (400) that are not valid."),
    ] = None
