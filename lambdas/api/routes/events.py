"""Published events: what other systems receive."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs
from lambdas.api.models.event_views import PublishedEventsView

events = Resource("operations")


@events.operation(
    "GET",
    "/ops/events",
    roles=(Role.OPERATOR,),
    answers={200: ("One page of events, oldest first.", PublishedEventsView)},
    refuses=(422,),
)
def list_events(
    minutes: inputs.Minutes = 60,
    order_id: inputs.OfOrder = None,
    limit: inputs.Limit = 20,
    cursor: inputs.LogCursor = None,
) -> Response[Any]:
    """List published events

    The events of all orders as subscribers of the event bus receive them, some seconds late. An
    event can appear twice: `event_id` identifies it. A page may be empty although another follows.
    """
    since = events.now - minutes * 60_000
    found = events.dependencies.event_log.read(
        since=since, order_id=order_id, limit=limit, cursor=cursor
    )
    return answer(
        PublishedEventsView.model_validate({"events": found.events, "next_cursor": found.cursor})
    )
