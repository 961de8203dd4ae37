"""An order as callers place it over HTTP."""

from typing import Any

from tests.support.api_caller import ALICE, Answer, ApiCaller

ORDER = {"items": [{"sku": "MUG-RED", "quantity": 2}], "payment_method": "pm_ok"}


def start(api: ApiCaller, claims: Any = ALICE, key: str | None = "key-1", **changes: Any) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post("/orders", {**ORDER, **changes}, claims, headers=headers)
