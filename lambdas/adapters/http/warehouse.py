"""Warehouse where another service manages the products: it refuses every request of an operator."""

from typing import NoReturn

from lambdas.domain.errors import ManagedElsewhere
from lambdas.domain.warehouse import Correction, Details


class RemoteWarehouse:
    """Products are read and managed at the service of the inventory only."""

    def find(self, sku: str) -> NoReturn:  # noqa: ARG002
        raise _elsewhere()

    def save(self, sku: str, details: Details) -> NoReturn:  # noqa: ARG002
        raise _elsewhere()

    def correct(self, correction: Correction) -> NoReturn:  # noqa: ARG002
        raise _elsewhere()


def _elsewhere() -> ManagedElsewhere:
    return ManagedElsewhere("another service manages the products")
