"""Catalogue: the products that can be ordered; for operators, their stock, and customers."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.entity_tags import matches, tag_of
from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import catalogue_inputs as inputs
from lambdas.api.models.catalogue_views import (
    CatalogueView,
    CustomerView,
    ProductView,
    listed_view,
    product_view,
)
from lambdas.api.models.inputs import IfNoneMatch, Limit
from lambdas.domain.catalogue import Customer
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.record.money import EXPONENTS, Price
from lambdas.domain.warehouse import Correction, Details

catalogue = Resource("catalogue")


@catalogue.operation(
    "GET",
    "/catalogue",
    roles=tuple(Role),
    answers={
        200: ("One page of products by SKU, with its `ETag`.", CatalogueView),
        304: ("Unchanged since the `ETag` in If-None-Match.", None),
    },
    refuses=(404, 422),
)
def list_products(
    limit: Limit = 20,
    cursor: inputs.ListedAfter = None,
    if_none_match: IfNoneMatch = None,
) -> Response[Any]:
    """List the products that can be ordered

    Products that an operator does not list are left out, and products whose currency is not in
    ISO 4217, which cannot be ordered. 404: another service has the products, and cannot list them.
    """
    page = catalogue.dependencies.catalogue.page(limit=limit, cursor=cursor)
    shown = [
        listed_view(product) for product in page.products if product.price.currency in EXPONENTS
    ]
    view = CatalogueView(products=shown, next_cursor=page.cursor)
    tag = tag_of(view.model_dump_json())
    if matches(if_none_match, tag):
        return answer(None, 304, {"ETag": tag})
    return answer(view, headers={"ETag": tag})


@catalogue.operation(
    "GET",
    "/ops/products/{sku}",
    roles=(Role.OPERATOR,),
    answers={200: ("The product, its stock and the corrections of it.", ProductView)},
    refuses=(404, 409),
)
def get_product(sku: inputs.SkuInPath) -> Response[Any]:
    """Read a product and its stock

    Returns the current counters and the newest 100 corrections.
    """
    return answer(product_view(catalogue.dependencies.warehouse.find(sku)))


@catalogue.operation(
    "PUT",
    "/ops/products/{sku}",
    roles=(Role.OPERATOR,),
    answers={
        201: ("Created, without units. Add them by a correction.", ProductView),
        200: ("Changed. The stock and the prices in existing orders are unchanged.", ProductView),
    },
    refuses=(400, 404, 409, 413, 415),
)
def put_product(sku: inputs.SkuInPath, body: inputs.ProductDetails) -> Response[Any]:
    """Create a product, or change its name, its price, and whether the catalogue shows it

    The stock does not change.
    """
    if body.currency not in EXPONENTS:
        raise InvalidRequest(f"{body.currency} is not a currency with a minor unit (ISO 4217)")
    price = Price(body.unit_price_minor, body.currency)
    details = Details(name=body.name, price=price, related=body.related, listed=body.listed)
    warehouse = catalogue.dependencies.warehouse
    new = warehouse.save(sku, details)
    return answer(product_view(warehouse.find(sku)), 201 if new else 200)


@catalogue.operation(
    "POST",
    "/ops/products/{sku}/corrections",
    roles=(Role.OPERATOR,),
    answers={
        201: ("Corrected and recorded.", ProductView),
        200: ("This correction was made before. The current stock.", ProductView),
    },
    refuses=(400, 404, 409, 413, 415),
)
def correct_stock(
    sku: inputs.SkuInPath, body: inputs.StockChange, idempotency_key: inputs.CorrectionKey
) -> Response[Any]:
    """Correct the stock of a product

    Changes the available units and records the correction with its reason and actor, in one
    transaction. Held and sold units never change by a correction. If fewer units are available
    than it removes, it is refused (409).
    """
    if body.change == 0:
        raise InvalidRequest("a correction of 0 units changes nothing: leave it out")
    warehouse = catalogue.dependencies.warehouse
    new = warehouse.correct(
        Correction(
            key=idempotency_key,
            sku=sku,
            change=body.change,
            reason=body.reason,
            actor=catalogue.caller.subject,
            actor_name=catalogue.caller.name,
            at=catalogue.now,
        )
    )
    return answer(product_view(warehouse.find(sku)), 201 if new else 200)


@catalogue.operation(
    "POST",
    "/ops/customers",
    roles=(Role.OPERATOR,),
    answers={200: ("Stored.", CustomerView)},
    refuses=(400, 409, 413, 415),
)
def save_customer(body: inputs.CustomerRecord) -> Response[Any]:
    """Create or replace the record of a customer

    A customer places orders with the user of the same name.
    """
    record = Customer(**body.model_dump())
    catalogue.dependencies.customers.save(record)
    return answer(CustomerView.of(record))
