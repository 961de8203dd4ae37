"""Models of the answers about products, their stock and customers. No field contains an e-mail
address or a customer's name.
"""

from typing import Annotated

from pydantic import Field

from lambdas.api.models.order_views import TotalView
from lambdas.api.models.view import Instant, View
from lambdas.domain.catalogue import ListedProduct
from lambdas.domain.warehouse import Correction, Product


class ListedProductView(View):
    """A product of the catalogue."""

    sku: Annotated[str, Field(examples=["COFFEE-1KG"])]
    name: Annotated[str, Field(examples=["Coffee beans, 1 kg"])]
    price: TotalView
    sold_out: Annotated[
        bool,
        Field(description="No unit is available now. If false, the reservation decides."),
    ]


class CatalogueView(View):
    """One page of the catalogue."""

    products: list[ListedProductView]
    next_cursor: Annotated[str | None, Field(description="null on the last page.")]


class CorrectionView(View):
    """A recorded adjustment of the available units."""

    key: Annotated[str, Field(description="Its Idempotency-Key.", examples=["delivery-1"])]
    change: Annotated[int, Field(description="Units added; negative: removed.", examples=[-2])]
    reason: Annotated[str, Field(examples=["two were broken"])]
    actor: Annotated[str, Field(description="User name of the operator.", examples=["otto"])]
    at: Instant


class ProductView(View):
    """A product and its stock. `available`, `held` and `sold` add up to all corrections."""

    sku: Annotated[str, Field(examples=["COFFEE-1KG"])]
    name: str
    price: TotalView
    related: Annotated[list[str], Field(description="SKUs.", examples=[["MUG-RED"]])]
    listed: Annotated[bool, Field(description="Whether the catalogue shows it.")]
    available: Annotated[int, Field(description="Units that orders can reserve.", examples=[300])]
    held: Annotated[
        int,
        Field(
            description="Units that open orders have reserved. While the SKU is busy, also units "
            "that are lent to its shards.",
            examples=[2],
        ),
    ]
    sold: Annotated[int, Field(description="Units of completed orders.", examples=[40])]
    corrections: Annotated[list[CorrectionView], Field(description="The newest 100, newest first.")]


class CustomerView(View):
    """A customer, without personal data."""

    customer_id: Annotated[str, Field(examples=["alice"])]
    tier: Annotated[str, Field(examples=["gold"])]


def product_view(product: Product) -> ProductView:
    """The view of a product."""
    details = product.details
    return ProductView.of(
        product,
        name=details.name,
        price=TotalView.of(details.price.as_money()),
        related=list(details.related),
        listed=details.listed,
        corrections=[correction_view(correction) for correction in product.corrections],
    )


def listed_view(product: ListedProduct) -> ListedProductView:
    """The view of a product of the catalogue."""
    return ListedProductView.of(product, price=TotalView.of(product.price.as_money()))


def correction_view(correction: Correction) -> CorrectionView:
    """The view of a correction."""
    return CorrectionView.of(correction, actor=correction.actor_name)
