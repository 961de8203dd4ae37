"""Catalogue and Reservations at another service over HTTP. docs/adapters.md has its contract."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from lambdas.adapters.http_service import Answer, HttpService
from lambdas.domain.catalogue import CataloguePage, ListedProduct, StockLevel
from lambdas.domain.errors import (
    CatalogueNotListed,
    InsufficientStock,
    LedgerMismatch,
    OrderError,
    StoreUnavailable,
)
from lambdas.domain.record.money import Price
from lambdas.domain.reservations import Reservation, ReservationState

_REFUSALS: Mapping[str, tuple[type[OrderError], str]] = {
    "insufficient-stock": (InsufficientStock, "insufficient stock"),
    "not-held": (LedgerMismatch, "less stock held than the order holds"),
}
"""The error of each `code` of a refusal."""


class HttpCatalogue:
    """Levels and prices: `GET /products`. Listed products: `GET /catalogue`, which is optional."""

    def __init__(self, service: HttpService) -> None:
        self._service = service

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        wanted = list(dict.fromkeys(skus))
        if not wanted:
            return {}
        answer = self._service.read("/products", {"skus": ",".join(wanted)})
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected(answer)
        levels = map(_level, answer.body["products"])
        return {level.sku: level for level in levels}

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        after = {"after": cursor} if cursor else {}
        answer = self._service.read("/catalogue", {"limit": str(limit + 1), **after})
        if answer.status == HTTPStatus.NOT_FOUND:
            raise CatalogueNotListed("another service keeps the products and does not list them")
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected(answer)
        found = tuple(map(_listed, answer.body["products"]))
        shown = found[:limit]
        return CataloguePage(shown, shown[-1].sku if len(found) > limit else None)


class HttpReservations:
    """The reservation of each order: `PUT` and `GET /reservations/{order_id}`."""

    def __init__(self, service: HttpService) -> None:
        self._service = service

    def put(self, wanted: Reservation) -> Reservation:
        """After a lost answer the reservation is looked up: the service may have set it."""
        body = {"version": wanted.version, "state": wanted.state, "lines": dict(wanted.lines)}
        try:
            answer = self._service.write(_path(wanted.order_id), body)
        except StoreUnavailable:
            found = self.find(wanted.order_id)
            if found is None or found.version < wanted.version:
                raise
            return found
        if answer.status == HTTPStatus.CONFLICT:
            raise _refusal(answer, wanted.order_id)
        return self._reservation(answer, wanted.order_id)

    def find(self, order_id: str) -> Reservation | None:
        answer = self._service.read(_path(order_id))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return self._reservation(answer, order_id)

    def _reservation(self, answer: Answer, order_id: str) -> Reservation:
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected(answer)
        return Reservation(
            order_id=order_id,
            version=int(answer.body["version"]),
            state=ReservationState(answer.body["state"]),
            lines={sku: int(units) for sku, units in answer.body["lines"].items()},
        )


def _path(order_id: str) -> str:
    return f"/reservations/{order_id}"


def _refusal(answer: Answer, order_id: str) -> OrderError:
    error, message = _REFUSALS[answer.body["code"]]
    return error(f"{message}: {', '.join(answer.body['skus'])}", order_id=order_id)


def _level(product: Mapping[str, Any]) -> StockLevel:
    return StockLevel(
        sku=product["sku"],
        available=int(product["available"]),
        price=Price(int(product["unit_price_minor"]), product["currency"]),
        related=tuple(product.get("related", ())),
    )


def _listed(product: Mapping[str, Any]) -> ListedProduct:
    return ListedProduct(
        sku=product["sku"],
        name=product["name"],
        price=Price(int(product["unit_price_minor"]), product["currency"]),
        sold_out=int(product["available"]) <= 0,
    )
