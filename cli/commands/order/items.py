"""Items of a command line: `SKU` or `SKU=QUANTITY`."""

from typing import Any

from cli.problems import WrongUsage
from cli.views.formats import parse_whole_number


def parse_item(text: str) -> dict[str, Any]:
    """Parse `SKU` or `SKU=QUANTITY`. Raises WrongUsage."""
    sku, separator, quantity = text.partition("=")
    number = parse_whole_number(quantity) if separator else 1
    if not number or not sku.strip():
        raise WrongUsage(
            f"{text!r} is not an item",
            advice="write SKU or SKU=QUANTITY, with a quantity of 1 or more: COFFEE-1KG=2",
        )
    return {"sku": sku, "quantity": number}
