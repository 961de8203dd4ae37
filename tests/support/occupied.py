"""Transactions refused as DynamoDB refuses them: another one has the item at the same time.

No local engine does so; these hooks stand before the client's calls.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from types import SimpleNamespace
from typing import Any

Key = tuple[str, ...]
_EVENT = "before-call.dynamodb.TransactWriteItems"
IsOccupied = Callable[[Key], bool]


def is_stock(key: Key) -> bool:
    """Whether a key is that of a SKU's item or of a shard."""
    return len(key) == 1 or key[0].startswith("STOCK#")


@contextmanager
def occupied(client: Any, is_occupied: IsOccupied, *, smallest: int = 1) -> Iterator[None]:
    """Refuse each transaction that has an occupied item.

    `is_occupied` is asked once for each item of a transaction, with its key, e.g. `("MUG-RED",)`.
    Transactions of fewer than `smallest` items are let through.
    """

    def refuse(params: Mapping[str, Any], **_: Any) -> Any:
        keys = _keys(params)
        if len(keys) < smallest:
            return None
        codes = ["TransactionConflict" if is_occupied(key) else "None" for key in keys]
        return _cancelled(codes) if "TransactionConflict" in codes else None

    client.meta.events.register_first(_EVENT, refuse)
    try:
        yield
    finally:
        client.meta.events.unregister(_EVENT, refuse)


class Locks:
    """Each transaction has the stock's items that it writes for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.refused = 0
        self._seconds = seconds
        self._until: dict[Key, float] = {}
        self._lock = Lock()

    def attach(self, client: Any) -> None:
        client.meta.events.register_first(_EVENT, self._call)

    def _call(self, params: Mapping[str, Any], **_: Any) -> Any:
        keys, now = _keys(params), time.monotonic()
        with self._lock:
            codes = [
                "TransactionConflict" if self._until.get(key, 0) > now else "None" for key in keys
            ]
            if "TransactionConflict" in codes:
                self.refused += 1
                return _cancelled(codes)
            self._until |= {key: now + self._seconds for key in keys if is_stock(key)}
        time.sleep(self._seconds)
        return None


def _keys(params: Mapping[str, Any]) -> list[Key]:
    """The keys of a transaction's items, in their order, from the serialised request."""
    writes = json.loads(params["body"])["TransactItems"]
    parts = [part for write in writes for part in write.values()]
    return [
        tuple(value["S"] for value in part["Key"].values())
        if "Key" in part
        else (part["Item"]["pk"]["S"], part["Item"]["sk"]["S"])
        for part in parts
    ]


def _cancelled(codes: list[str]) -> tuple[Any, dict[str, Any]]:
    return SimpleNamespace(status_code=HTTPStatus.BAD_REQUEST), {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "ResponseMetadata": {"HTTPStatusCode": HTTPStatus.BAD_REQUEST},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
