"""The activities, without their edge."""

import inspect
from collections.abc import Mapping
from typing import Any

from lambdas.activities import approval, enrichment, inventory, notification, order_status, payment

_MODULES = (enrichment, inventory, approval, payment, order_status, notification)
STEPS: Mapping[str, Any] = {
    "".join(word.capitalize() for word in name.split("_")): inspect.unwrap(handler)
    for module in _MODULES
    for name, handler in vars(module).items()
    if hasattr(handler, "__wrapped__")
}
"""The activities by the name of their placeholder, without their edge."""
