"""EventLog on the CloudWatch log group to which EventBridge delivers every event of the bus."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import error_code
from lambdas.domain.errors import EventsUnavailable, InvalidRequest
from lambdas.domain.record.events import LoggedEvents

_MARK = "events:"


class CloudWatchEventLog:
    """Reads one log group."""

    def __init__(self, client: Any, *, log_group: str) -> None:
        self._client = client
        self._log_group = log_group

    def read(
        self, *, since: int, order_id: str | None, limit: int, cursor: str | None
    ) -> LoggedEvents:
        request: dict[str, Any] = {
            "logGroupName": self._log_group,
            "startTime": since,
            "limit": limit,
            # A quoted term matches the text of an entry. (CloudWatch Logs, "Filter pattern syntax")
            **({"filterPattern": f'"{order_id}"'} if order_id else {}),
            **({"nextToken": _token(cursor)} if cursor else {}),
        }
        try:
            page: Mapping[str, Any] = self._client.filter_log_events(**request)
        except ClientError as error:
            if cursor and error_code(error) == "InvalidParameterException":
                raise InvalidRequest("the cursor is not one that this list returned") from error
            raise EventsUnavailable("the log of events did not answer") from error
        except (ConnectionError, HTTPClientError) as error:
            raise EventsUnavailable("the log of events did not answer") from error
        entries = sorted(page["events"], key=lambda entry: entry["timestamp"])
        return LoggedEvents(
            tuple(json.loads(entry["message"])["detail"] for entry in entries),
            _cursor(page["nextToken"]) if "nextToken" in page else None,
        )


def _cursor(token: str) -> str:
    """Encode a token of the service, so that an invalid cursor is refused without a request."""
    return urlsafe_b64encode(f"{_MARK}{token}".encode()).decode()


def _token(cursor: str) -> str:
    try:
        text = urlsafe_b64decode(cursor.encode("ascii")).decode()
    except ValueError:
        text = ""
    if not text.startswith(_MARK):
        raise InvalidRequest("the cursor is not one that this list returned")
    return text.removeprefix(_MARK)
