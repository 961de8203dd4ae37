"""Models of the answers to operators, of the health check and of the sign-in endpoints."""

from typing import Annotated, Literal

from pydantic import Field

from lambdas.api.models.view import Id, View
from lambdas.domain.record.ledger import EffectState
from lambdas.domain.record.stages import Stage
from lambdas.domain.workflow_versions import VersionStatus


class TakeoverView(View):
    """A new execution has taken the order over and compensates it."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(examples=[2])]


class ResumeView(View):
    """The execution that continues the order."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(description="The execution of the order.", examples=[2])]
    resumed: Annotated[
        bool, Field(description="False: its execution runs, and nothing was changed.")
    ]


class AbortView(View):
    """The execution of the order was stopped."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(description="The execution that was stopped.", examples=[1])]
    stopped: Annotated[
        bool, Field(description="False: no execution ran; the janitor reconciles the order.")
    ]


class ResentMailView(View):
    """The effect of a request to send an e-mail again."""

    order_id: Id
    stage: Stage
    mail: Annotated[
        str, Field(description="Its name in the ledger.", examples=["mail-confirmation-2"])
    ]
    state: Annotated[
        EffectState,
        Field(
            description="`done`: SES accepted the e-mail. `intent`: it may have been sent (`error` "
            "is `MailUnsettled`), or another request with the same key is sending it."
        ),
    ]
    error: Annotated[str | None, Field(examples=[None])]


class WorkflowVersionView(View):
    """One row of the table of workflow versions, with its open orders."""

    version: Annotated[str, Field(examples=["v1"])]
    status: VersionStatus
    changes: Annotated[list[str], Field(description="The ids of its changes.")]
    stages: Annotated[
        dict[Stage, int], Field(description="Open orders by stage.", examples=[{"payment": 3}])
    ]
    oldest_order_id: Annotated[
        Id | None, Field(description="The oldest of its open orders. null if it has none.")
    ]


class VersionsView(View):
    """Open orders and running executions by version."""

    default_workflow_version: Annotated[str, Field(examples=["v2"])]
    workflow_versions: list[WorkflowVersionView]
    open_orders: Annotated[
        dict[str, int], Field(description="By workflow version.", examples=[{"v1": 3, "v2": 40}])
    ]
    running_executions: Annotated[
        dict[str, int],
        Field(description="By published version of the definition.", examples=[{"7": 43}]),
    ]
    complete: Annotated[bool, Field(description="False: the counts are minimums.")]


class HealthView(View):
    """The function runs."""

    status: Literal["ok"]


class SignInView(View):
    """The sign-in endpoints (OAuth 2.0, authorization code with PKCE). URLs may be relative to the
    URL of this answer.
    """

    authorize_url: str
    token_url: str
    logout_url: str
    client_id: str
    scope: str
