"""Models of the events that other systems receive."""

from typing import Annotated

from pydantic import Field

from lambdas.api.models.inputs import AN_ORDER_ID
from lambdas.api.models.view import Id, Instant, View
from lambdas.domain.record.stages import Stage


class PublishedEventView(View):
    """One event of an order, as the event bus delivers it in `detail`."""

    event_id: Annotated[
        str,
        Field(
            description="The same for each delivery of the event: ignore one that you had before.",
            examples=[f"{AN_ORDER_ID}-1"],
        ),
    ]
    order_id: Id
    sequence: Annotated[
        int, Field(description="Position in the order's timeline, from 1.", examples=[1])
    ]
    kind: Annotated[str, Field(examples=["order-placed"])]
    stage: Stage
    at: Instant
    customer_id: Annotated[str, Field(examples=["alice"])]
    workflow_version: Annotated[str, Field(examples=["v2"])]
    currency: Annotated[str, Field(description="ISO 4217.", examples=["EUR"])]
    exponent: Annotated[
        int, Field(description="Decimals of the minor unit of amounts.", examples=[2])
    ]
    detail: Annotated[
        dict[str, str | int],
        Field(description="Depends on `kind`: docs/events.md.", examples=[{"units": 2}]),
    ]


class PublishedEventsView(View):
    """One page of events, oldest first."""

    events: list[PublishedEventView]
    next_cursor: Annotated[
        str | None, Field(description="Send it as `cursor`. null: this is the last page.")
    ]
