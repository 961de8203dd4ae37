"""Customer profiles. docs/adapters.md has the interface."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from local.services.database import transaction
from local.services.json_server import Answer, Request

_FIELDS = ("tier", "email", "name", "language")


class Customers:
    """Profiles in the file `database`."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with transaction(database) as found:
            found.execute(
                "CREATE TABLE IF NOT EXISTS customers (customer_id TEXT PRIMARY KEY, profile TEXT)"
            )

    def answer(self, request: Request) -> Answer:
        match request.route:
            case ["GET", "customers", customer_id]:
                profile = self._find(customer_id)
                return (404, {"code": "not-found"}) if profile is None else (200, profile)
        return 404, {"code": "not-found"}

    def load(self, customers: Iterable[Mapping[str, Any]]) -> None:
        """Replace all customers."""
        with transaction(self._database) as found:
            found.execute("DELETE FROM customers")
        for customer in customers:
            self.put_customer(customer)

    def put_customer(self, customer: Mapping[str, Any]) -> None:
        """Add a customer, or replace the profile."""
        profile = {name: customer[name] for name in _FIELDS if name in customer}
        row = (customer["customer_id"], json.dumps(profile))
        with transaction(self._database) as found:
            found.execute("INSERT OR REPLACE INTO customers VALUES (?, ?)", row)

    def _find(self, customer_id: str) -> dict[str, Any] | None:
        with transaction(self._database) as found:
            row = found.execute(
                "SELECT profile FROM customers WHERE customer_id = ?", (customer_id,)
            ).fetchone()
        return None if row is None else dict(json.loads(row[0]))
