"""The seed data in catalogue.toml, as table records."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[1] / "catalogue.toml"

Records = Sequence[Mapping[str, Any]]


@lru_cache
def _catalogue() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def inventory_records() -> Records:
    """The initial inventory: all products listed, all units available, none held or sold."""
    common = {"currency": _catalogue()["currency"], "listed": "yes", "held": 0, "sold": 0}
    return [{**common, **sku} for sku in _catalogue()["sku"]]


def customer_records() -> Records:
    """The customers table."""
    return list(_catalogue()["customer"])


def units_by_sku() -> dict[str, int]:
    """The total number of units of each SKU: available, held and sold."""
    return {record["sku"]: record["available"] for record in inventory_records()}
