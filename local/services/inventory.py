"""An inventory: products, and one reservation for each order. docs/adapters.md has the interface.

The rules of `PUT /reservations/{order_id}` are in `_decide`. The comparison of the versions, the
check of the stock and the change are one transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.services.database import transaction
from local.services.json_server import Answer, Request

HELD, SOLD, RELEASED = "held", "sold", "released"
_COUNTER = {HELD: "held", SOLD: "sold"}
_TABLES = (
    "CREATE TABLE IF NOT EXISTS products (sku TEXT PRIMARY KEY, available INTEGER NOT NULL, "
    "held INTEGER NOT NULL DEFAULT 0, sold INTEGER NOT NULL DEFAULT 0, "
    "unit_price_minor INTEGER NOT NULL, currency TEXT NOT NULL, related TEXT NOT NULL, "
    "name TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS reservations (order_id TEXT PRIMARY KEY, version INTEGER NOT NULL, "
    "state TEXT NOT NULL, lines TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The units of one order by SKU. `version` 0: nothing was requested yet."""

    version: int = 0
    state: str = HELD
    lines: Mapping[str, int] = field(default_factory=dict)


class Inventory:
    """Products and reservations in the file `database`."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with transaction(database) as found:
            for table in _TABLES:
                found.execute(table)

    def answer(self, request: Request) -> Answer:
        match request.route:
            case ["GET", "products"]:
                skus = request.query("skus").split(",")
                return 200, {"products": [_product(row) for row in self._rows(skus)]}
            case ["GET", "catalogue"]:
                after, limit = request.query("after"), int(request.query("limit"))
                rows = [row for row in self._rows(None) if row["sku"] > after]
                return 200, {"products": [_product(row) for row in rows[:limit]]}
            case ["GET", "levels"]:
                return 200, {"levels": self.levels()}
            case ["GET", "reservations", order_id]:
                with transaction(self._database) as found:
                    current = _find(found, order_id)
                return (200, asdict(current)) if current.version else (404, {"code": "not-found"})
            case ["PUT", "reservations", order_id]:
                return self._reserve(order_id, request.content)
        return 404, {"code": "not-found"}

    def load(self, products: Iterable[Mapping[str, Any]]) -> None:
        """Replace all products, and delete all reservations."""
        with transaction(self._database) as found:
            found.execute("DELETE FROM reservations")
            found.execute("DELETE FROM products")
            for product in products:
                _put(found, product)

    def put_product(self, product: Mapping[str, Any]) -> None:
        """Add a product, or replace it; no unit of it is held or sold."""
        with transaction(self._database) as found:
            _put(found, product)

    def levels(self) -> list[dict[str, Any]]:
        """`sku`, `available`, `held` and `sold` of every product: for people, not for orders."""
        return [
            {name: row[name] for name in ("sku", "available", "held", "sold")}
            for row in self._rows(None)
        ]

    def _rows(self, skus: list[str] | None) -> list[sqlite3.Row]:
        with transaction(self._database) as found:
            found.row_factory = sqlite3.Row
            rows = found.execute("SELECT * FROM products ORDER BY sku").fetchall()
        return [row for row in rows if skus is None or row["sku"] in skus]

    def _reserve(self, order_id: str, content: bytes) -> Answer:
        wanted = _parse(content)
        if wanted is None:
            return 400, {"code": "invalid"}
        with transaction(self._database) as found:
            current = _find(found, order_id)
            refusal = _decide(found, current, wanted)
            if refusal is not None:
                return refusal
            _move(found, current, -1)
            _move(found, wanted, 1)
            found.execute(
                "INSERT OR REPLACE INTO reservations VALUES (?, ?, ?, ?)",
                (order_id, wanted.version, wanted.state, json.dumps(dict(wanted.lines))),
            )
            return 200, asdict(wanted)


def _decide(found: sqlite3.Connection, current: Reservation, wanted: Reservation) -> Answer | None:
    """The answer to a request that changes nothing; None if the reservation is to be changed."""
    is_final = current.state == RELEASED or (current.state == SOLD and wanted.state == HELD)
    if current.version and (wanted.version <= current.version or is_final):
        return 200, asdict(current)
    more = {
        sku: units - current.lines.get(sku, 0)
        for sku, units in wanted.lines.items()
        if units > current.lines.get(sku, 0)
    }
    if wanted.state == SOLD and more:
        return 409, {"code": "not-held", "skus": list(more)}
    available = dict(found.execute("SELECT sku, available FROM products").fetchall())
    short = [sku for sku, units in more.items() if units > available.get(sku, 0)]
    return (409, {"code": "insufficient-stock", "skus": short}) if short else None


def _move(found: sqlite3.Connection, reservation: Reservation, sign: int) -> None:
    """Take the units of a reservation from the available ones, or (-1) put them back."""
    for sku, units in reservation.lines.items():
        counter = _COUNTER[reservation.state]
        found.execute(
            f"UPDATE products SET available = available - ?, {counter} = {counter} + ? "  # noqa: S608  # a name of a column
            "WHERE sku = ?",
            (sign * units, sign * units, sku),
        )


def _put(found: sqlite3.Connection, product: Mapping[str, Any]) -> None:
    plain = [product[name] for name in ("sku", "available", "unit_price_minor", "currency")]
    found.execute(
        "INSERT OR REPLACE INTO products (sku, available, unit_price_minor, currency, related, "
        "name) VALUES (?, ?, ?, ?, ?, ?)",
        (*plain, json.dumps(list(product.get("related", ()))), product.get("name", "")),
    )


def _find(found: sqlite3.Connection, order_id: str) -> Reservation:
    row = found.execute(
        "SELECT version, state, lines FROM reservations WHERE order_id = ?", (order_id,)
    ).fetchone()
    if row is None:
        return Reservation()
    return Reservation(version=row[0], state=row[1], lines=json.loads(row[2]))


def _parse(content: bytes) -> Reservation | None:
    """The reservation in a request; None if it is not valid. Unknown fields are ignored."""
    try:
        body = json.loads(content)
        version, state, lines = body["version"], body["state"], dict(body["lines"])
        are_valid = all(isinstance(one, int) and one > 0 for one in (version, *lines.values()))
    except (ValueError, KeyError, TypeError):
        return None
    if not are_valid or state not in (HELD, SOLD, RELEASED) or (state == RELEASED and lines):
        return None
    return Reservation(version=version, state=state, lines=lines)


def _product(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "sku": row["sku"],
        "available": row["available"],
        "unit_price_minor": row["unit_price_minor"],
        "currency": row["currency"],
        "related": json.loads(row["related"]),
        "name": row["name"],
    }
