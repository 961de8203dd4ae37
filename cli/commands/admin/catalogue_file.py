"""Read a catalogue file: products with their initial stock, and customers."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.files import translate_file_errors
from cli.problems import WrongUsage

_PRODUCT = {
    "sku": str,
    "name": str,
    "available": int,
    "unit_price_minor": int,
    "currency": str,
    "listed": bool,
}
_CUSTOMER = {"customer_id": str, "tier": str, "name": str, "email": str}

_KINDS = {str: "text", int: "whole number", bool: "true or false"}


def read_catalogue(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The tables `sku` and `customer` of a file. Raises WrongUsage.

    `currency` at the top is the default of every product; one with `listed = false` is not in the
    list of `orders catalogue`. The API checks the values.
    """
    with translate_file_errors(file, advice="name a readable TOML file"):
        text = file.read_bytes()
    try:
        content = tomllib.loads(text.decode())
    except ValueError as error:
        raise _invalid(file, f"it is not TOML: {error}") from error
    currency = content.get("currency")
    defaults = {"related": [], "listed": True, **({"currency": currency} if currency else {})}
    return {
        "sku": [
            {**defaults, **table} for table in _tables(file, content, "sku", _PRODUCT, defaults)
        ],
        "customer": _tables(file, content, "customer", _CUSTOMER, {}),
    }


def _tables(
    file: Path,
    content: dict[str, Any],
    name: str,
    fields: Mapping[str, type],
    defaults: dict[str, Any],
) -> list[dict[str, Any]]:
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _invalid(file, f"{name} is not a list of tables: write [[{name}]]")
    for number, one in enumerate(tables, start=1):
        for field, kind in fields.items():
            value = {**defaults, **one}.get(field)
            if type(value) is not kind:
                raise _invalid(file, f"{field} of {name} {number} is missing or no {_KINDS[kind]}")
    return tables


def _invalid(file: Path, reason: str) -> WrongUsage:
    return WrongUsage(
        f"{file} is not a catalogue: {reason}", advice="local/catalogue.toml is an example"
    )
