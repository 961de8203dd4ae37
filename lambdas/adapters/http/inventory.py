"""Catalogue and Reservations at another service over HTTP. docs/adapters.md has its contract."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from lambdas.adapters.http.service import Answer, HttpService, integer, text
from lambdas.domain.catalogue import SKU_FORM, CataloguePage, ListedProduct, StockLevel
from lambdas.domain.errors import (
    CatalogueNotListed,
    InsufficientStock,
    LedgerMismatch,
    OrderError,
    StoreUnavailable,
)
from lambdas.domain.record.money import MAX_PRICE_MINOR, Price
from lambdas.domain.record.order import MAX_LINES
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
            raise self._service.unexpected_answer(answer)
        with self._service.parsing(answer) as body:
            levels = [_level(product) for product in body["products"]]
        return {level.sku: level for level in levels}

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        after = {"after": cursor} if cursor else {}
        answer = self._service.read("/catalogue", {"limit": str(limit + 1), **after})
        if answer.status == HTTPStatus.NOT_FOUND:
            raise CatalogueNotListed("another service keeps the products and does not list them")
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected_answer(answer)
        with self._service.parsing(answer) as body:
            found = tuple(map(_listed_product, body["products"]))
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
            with self._service.parsing(answer) as refused:
                refusal = _refusal(refused, wanted.order_id)
            raise refusal
        return self._reservation(answer, wanted.order_id)

    def find(self, order_id: str) -> Reservation | None:
        answer = self._service.read(_path(order_id))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return self._reservation(answer, order_id)

    def _reservation(self, answer: Answer, order_id: str) -> Reservation:
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected_answer(answer)
        with self._service.parsing(answer) as body:
            return Reservation(
                order_id=order_id,
                version=integer(body["version"]),
                state=ReservationState(body["state"]),
                lines={sku: integer(units) for sku, units in body["lines"].items()},
            )


def _path(order_id: str) -> str:
    return f"/reservations/{order_id}"


def _refusal(body: Mapping[str, Any], order_id: str) -> OrderError:
    if body["code"] not in _REFUSALS:
        raise ValueError("the code is not in the contract")
    error, message = _REFUSALS[body["code"]]
    if not isinstance(body["skus"], list) or len(body["skus"]) > MAX_LINES:
        raise ValueError("not the SKUs of an order")
    skus = ", ".join(map(_sku, body["skus"]))
    return error(f"{message}: {skus}", order_id=order_id)


def _level(product: Mapping[str, Any]) -> StockLevel:
    return StockLevel(
        sku=text(product["sku"]),
        available=integer(product["available"]),
        price=_price(product),
        related=tuple(map(text, product.get("related") or ())),
    )


def _listed_product(product: Mapping[str, Any]) -> ListedProduct:
    return ListedProduct(
        sku=_sku(product["sku"]),
        name=text(product["name"]),
        price=_price(product),
        sold_out=integer(product["available"]) <= 0,
    )


def _sku(value: object) -> str:
    """The SKU of a product that can be ordered. Raises ValueError for another form."""
    sku = text(value)
    if not re.fullmatch(SKU_FORM, sku):
        raise ValueError("not a SKU")
    return sku


def _price(product: Mapping[str, Any]) -> Price:
    """Raises ValueError for a price that no product has."""
    minor = integer(product["unit_price_minor"])
    if not 0 <= minor <= MAX_PRICE_MINOR:
        raise ValueError("not a price")
    return Price(minor, text(product["currency"]))
