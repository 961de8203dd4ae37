"""FilterLogEvents in pages."""

import json
from http import HTTPStatus
from typing import Any

MOST_EVENTS = 10_000


def install() -> None:
    """Return `nextToken` while another event follows, and continue there. MiniStack reads the
    first MOST_EVENTS events of a group.
    """
    from ministack.core.responses import error_response_json, json_response
    from ministack.services import cloudwatch_logs

    stock = cloudwatch_logs._filter_log_events

    def filter_log_events(request: dict[str, Any]) -> Any:
        token = request.get("nextToken", "0")
        if not token.isdecimal():
            message = "The specified nextToken is invalid."
            return error_response_json("InvalidParameterException", message, HTTPStatus.BAD_REQUEST)
        first, end = int(token), int(token) + request.get("limit", MOST_EVENTS)
        status, headers, body = stock({**request, "limit": end + 1})
        if status != HTTPStatus.OK:
            return status, headers, body
        found = json.loads(body)
        more = {"nextToken": str(end)} if len(found["events"]) > end else {}
        return json_response({**found, "events": found["events"][first:end], **more})

    cloudwatch_logs._filter_log_events = filter_log_events
