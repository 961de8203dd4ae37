"""Start: creates the order record from the request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from lambdas.domain.errors import InvalidRequest, UnknownSku
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.money import EXPONENTS, Price
from lambdas.domain.record.order import MAX_LINES, MAX_QUANTITY, Line, Order, OrderDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(OrderDetails):
    """A validated request for a new order; `items` are (sku, quantity) as the caller sent them.
    `requested_by` is the customer's id, or the subject of the caller who orders for the customer.
    `traceparent` is the W3C trace context of the request.
    """

    customer_id: str
    requested_by: str
    version: str
    items: tuple[tuple[str, int], ...]
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """Identifies a request: a repeated key means the same order. `fingerprint` hashes the body."""

    principal: str
    key: str
    fingerprint: str


def merge_lines(items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Merge the lines of each SKU: quantities by SKU. Raises InvalidRequest beyond the limits."""
    quantities: dict[str, int] = {}
    for sku, quantity in items:
        quantities[sku] = quantities.get(sku, 0) + quantity
    if not 1 <= len(quantities) <= MAX_LINES:
        raise InvalidRequest(f"an order has 1 to {MAX_LINES} distinct SKUs, not {len(quantities)}")
    for sku, quantity in quantities.items():
        if not 1 <= quantity <= MAX_QUANTITY:
            raise InvalidRequest(f"the quantity of {sku} must be 1 to {MAX_QUANTITY}")
    return quantities


def new_order(order_id: str, request: StartRequest, prices: Mapping[str, Price], now: int) -> Order:
    """The order as it is first written, at today's prices.

    Raises UnknownSku, and InvalidRequest for lines in more than one currency, or a currency that
    ISO 4217 does not list.
    """
    quantities = merge_lines(request.items)
    unknown = sorted(set(quantities) - set(prices))
    if unknown:
        raise UnknownSku(f"unknown SKU: {', '.join(unknown)}")
    currencies = sorted({prices[sku].currency for sku in quantities})
    if len(currencies) > 1:
        raise InvalidRequest(f"one order has one currency, not {' and '.join(currencies)}")
    if currencies[0] not in EXPONENTS:
        raise InvalidRequest(
            f"{', '.join(quantities)} cannot be ordered: the price is in {currencies[0]!r}, which "
            "is not an ISO 4217 currency; correct the currency in the inventory"
        )
    return Order(
        order_id=order_id,
        customer_id=request.customer_id,
        requested_by=request.requested_by,
        currency=currencies[0],
        **{detail.name: getattr(request, detail.name) for detail in fields(OrderDetails)},
        version=request.version,
        traceparent=request.traceparent,
        items=tuple(
            Line(sku=sku, quantity=quantity, unit_price_minor=prices[sku].unit_price_minor)
            for sku, quantity in quantities.items()
        ),
        created_at=now,
        updated_at=now,
        next_check_at=now + CHECK_SOON_MS,
    )
