"""Runs an example of another team's service until SIGTERM:

    python -m local.services inventory --port 8010 --database inventory.sqlite

Prints `{"url": …}` when it is ready. The subscriber prints each event on standard error.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.data.catalogue import customer_records, inventory_records
from local.services.credentials import SIGNING_SECRET, TOKEN
from local.services.customers import Customers
from local.services.inventory import Inventory
from local.services.json_server import JsonServer
from local.services.subscriber import Subscriber


def main() -> None:
    """Serve until a signal ends the process."""
    parser = argparse.ArgumentParser(prog="python -m local.services", description=__doc__)
    parser.add_argument("service", choices=sorted(_SERVERS))
    parser.add_argument("--port", type=int, default=0, help="0 is any free one")
    parser.add_argument("--database", type=Path, required=True, help="file, created if missing")
    parser.add_argument("--refuse", type=int, default=0, help="events to answer with 500")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _SERVERS[options.service](options) as server, suppress(KeyboardInterrupt):
        path = "/events" if options.service == "subscriber" else ""
        print(json.dumps({"url": server.url + path}), flush=True)
        server.serve_forever()


def _inventory(options: argparse.Namespace) -> JsonServer:
    is_new = not options.database.exists()
    inventory = Inventory(options.database)
    if is_new:
        inventory.load(inventory_records())
    return JsonServer(inventory, token=TOKEN, port=options.port)


def _customers(options: argparse.Namespace) -> JsonServer:
    is_new = not options.database.exists()
    customers = Customers(options.database)
    if is_new:
        customers.load(customer_records())
    return JsonServer(customers, token=TOKEN, port=options.port)


def _subscriber(options: argparse.Namespace) -> JsonServer:
    subscriber = Subscriber(
        options.database, secret=SIGNING_SECRET, handle=_print_event, refusals=options.refuse
    )
    return JsonServer(subscriber, port=options.port)


def _print_event(event: Mapping[str, Any]) -> None:
    detail = json.dumps(event.get("detail", {}))
    line = f"{event['at']} {event['order_id']} {event['sequence']:>3} {event['kind']} {detail}"
    print(line, file=sys.stderr, flush=True)


_SERVERS: Mapping[str, Callable[[argparse.Namespace], JsonServer]] = {
    "inventory": _inventory,
    "customers": _customers,
    "subscriber": _subscriber,
}

if __name__ == "__main__":
    main()
