"""Following a history: new events as they come."""

import time

from cli.api import Api, path
from cli.history_views import event_line
from cli.output import out, print_json
from cli.words import ENDS

POLL_SECONDS = 1.0


def follow_history(api: Api, order_id: str, *, as_json: bool) -> None:
    """Print every event once, in order, until the order has ended and no more come."""
    seen: set[tuple[int, int]] = set()
    while True:
        stage = api.get(path("orders", order_id))["stage"]
        events = api.get(path("orders", order_id, "history"))["events"]
        fresh = [event for event in events if (event["epoch"], event["id"]) not in seen]
        for event in fresh:
            seen.add((event["epoch"], event["id"]))
            if as_json:
                print_json(event, lines=True)
            else:
                out.print(event_line(event))
        if stage in ENDS and not fresh:
            return
        time.sleep(POLL_SECONDS)
