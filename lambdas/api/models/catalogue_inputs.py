"""Models of the requests by which operators manage products, stock and customers."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import Field

from lambdas.api.http import field_patterns
from lambdas.api.models.inputs import Reason, Request, Sku
from lambdas.domain.record.money import MAX_PRICE_MINOR

MAX_UNITS = 1_000_000_000
MAX_RELATED = 20

SkuInPath = Annotated[
    str,
    Path(
        pattern=field_patterns.SKU,
        description="Stock keeping unit: capitals, digits and hyphens.",
        examples=["COFFEE-1KG"],
    ),
]
ListedAfter = Annotated[
    str | None,
    Query(
        pattern=field_patterns.SKU,
        description="The `next_cursor` of the previous page.",
        examples=["COFFEE-1KG"],
    ),
]
CorrectionKey = Annotated[
    str,
    field_patterns.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=field_patterns.SIGNAL_KEY,
        description="A repeated request with the same key and body corrects the stock once. The "
        "key never expires.",
        examples=["delivery-2026-01-15"],
    ),
]
Name = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=field_patterns.ONE_LINE),
    field_patterns.FreeText,
]


class ProductDetails(Request):
    """What customers see of a product. Lines of existing orders keep their price."""

    name: Name = Field(examples=["Coffee beans, 1 kg"])
    unit_price_minor: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=MAX_PRICE_MINOR,
            description="Minor units (cents) of the currency.",
            examples=[1850],
        ),
    ]
    currency: Annotated[
        str,
        Field(pattern=field_patterns.CURRENCY, description="ISO 4217.", examples=["EUR"]),
    ]
    related: Annotated[
        tuple[Sku, ...],
        Field(max_length=MAX_RELATED, description="SKUs that the workflow recommends with it."),
    ] = ()
    listed: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether the catalogue shows it. It can be ordered by its SKU in any case.",
        ),
    ] = True


class StockChange(Request):
    """A recorded adjustment of the available units."""

    change: Annotated[
        int,
        Field(
            strict=True,
            ge=-MAX_UNITS,
            le=MAX_UNITS,
            description="Units to add; negative: units to remove.",
            examples=[-2],
        ),
    ]
    reason: Reason = Field(examples=["two were broken"])


class CustomerRecord(Request):
    """A customer: the user name in the user pool, and what e-mails and the workflow need."""

    customer_id: Annotated[
        str, Field(pattern=field_patterns.USER_NAME, description="The user name of the customer.")
    ]
    tier: Literal["new", "standard", "gold"]
    name: Name = Field(description="The name in e-mails.", examples=["Alice"])
    email: Annotated[
        str,
        Field(
            max_length=254,
            pattern=field_patterns.EMAIL,
            description="Address of the order's e-mails. No answer of the API contains it.",
            examples=["alice@example.com"],
        ),
    ]
    language: Annotated[
        str,
        Field(
            pattern=field_patterns.LANGUAGE,
            description="Language of the e-mails; English if there are no texts in it.",
            examples=["de"],
        ),
    ] = "en"
