"""A subscriber of events. docs/events.md has the interface.

An event is stored before it is accepted, once for each ID. Deliveries can overtake each other: an
event is handled after all events of its order with a lower `sequence`.
"""

import hmac
import json
import sqlite3
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.services.database import transaction
from local.services.json_server import Answer, Request

TOLERANCE_SECONDS = 300
_TABLES = (
    "CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, "
    "sequence INTEGER NOT NULL, event TEXT NOT NULL, handled INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX IF NOT EXISTS by_order ON events (order_id, sequence)",
)


class Subscriber:
    """Events in the file `database`, verified with `secret`. `handle` is called with each event,
    in the order of its order. The first `refusals` requests are answered with 500.
    """

    def __init__(
        self,
        database: Path,
        *,
        secret: str,
        handle: Callable[[Mapping[str, Any]], object],
        refusals: int = 0,
    ) -> None:
        self._database, self._secret, self._handle = database, secret, handle
        self._refusals, self._refused = refusals, 0
        with transaction(database) as found:
            for table in _TABLES:
                found.execute(table)

    def answer(self, request: Request) -> Answer:
        match request.route:
            case ["GET", "events"]:
                return 200, {"events": self.events(), "refused": self._refused}
            case ["POST", "events"]:
                return self._receive(request)
        return 404, {"code": "not-found"}

    def events(self) -> list[dict[str, Any]]:
        """All handled events, in the order in which they were handled."""
        with transaction(self._database) as found:
            rows = found.execute(
                "SELECT event FROM events WHERE handled > 0 ORDER BY handled"
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def _receive(self, request: Request) -> Answer:
        if not is_valid(self._secret, request.headers, request.content):
            return 401, {"code": "invalid-signature"}
        if self._refused < self._refusals:
            self._refused += 1
            return 500, {"code": "refused"}
        event = json.loads(request.content)["data"]
        with transaction(self._database) as found:
            found.execute(
                "INSERT OR IGNORE INTO events (event_id, order_id, sequence, event) "
                "VALUES (?, ?, ?, ?)",
                (event["event_id"], event["order_id"], event["sequence"], json.dumps(event)),
            )
            next_events = list(_take_next(found, event["order_id"]))
        for one in next_events:
            self._handle(one)
        return 200, {}


def _take_next(found: sqlite3.Connection, order_id: str) -> list[Mapping[str, Any]]:
    """The events of an order whose predecessors are handled, marked as handled."""
    rows = found.execute(
        "SELECT event_id, sequence, event, handled FROM events WHERE order_id = ? "
        "ORDER BY sequence",
        (order_id,),
    ).fetchall()
    [last] = found.execute("SELECT COALESCE(MAX(handled), 0) FROM events").fetchone()
    taken: list[Mapping[str, Any]] = []
    for expected, (event_id, sequence, event, handled) in enumerate(rows, start=1):
        if sequence != expected:
            break
        if not handled:
            taken.append(json.loads(event))
            found.execute(
                "UPDATE events SET handled = ? WHERE event_id = ?", (last + len(taken), event_id)
            )
    return taken


def is_valid(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a request has a signature of Standard Webhooks that is not older than five minutes.
    The names of the headers are in lower case.
    """
    try:
        stamp, key = headers["webhook-timestamp"], b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
        given = headers["webhook-signature"].split()
        is_recent = abs(time.time() - int(stamp)) < TOLERANCE_SECONDS
    except (KeyError, ValueError):
        return False
    expected = "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
    return is_recent and any(hmac.compare_digest(expected, one) for one in given)
