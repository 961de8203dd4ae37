"""What callers send. Unknown fields are refused; numbers are whole numbers, never texts."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from lambdas.api.models import texts
from lambdas.domain.order import MAX_LINES, MAX_QUANTITY

MAX_BODY_BYTES = 16 * 1024
MAX_SIGNAL_BYTES = 2 * 1024
MAX_REVISION = 1_000_000
"""Far above what signals can bring an order to, far below what a table's numbers cannot hold."""
AN_ORDER_ID = "01KDVDNH000000000000000001"
A_SIGNAL_ID = "01KDVDPZ6R0000000000000002"

Sku = Annotated[
    str,
    Field(
        pattern=texts.SKU,
        description="Stock keeping unit: capitals, digits and hyphens.",
        examples=["COFFEE-1KG"],
    ),
]
Quantity = Annotated[
    int,
    Field(strict=True, ge=1, le=MAX_QUANTITY, description="Units of the SKU.", examples=[2]),
]
CustomerId = Annotated[
    str,
    Field(
        pattern=texts.USER_NAME,
        description="The customer; the caller unless an operator or a machine client names one.",
        examples=["alice"],
    ),
]


class Request(BaseModel):
    """A body, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewItem(Request):
    """Units of one SKU."""

    sku: Sku
    quantity: Quantity


class NewOrder(Request):
    """An order to place. Lines of one SKU are merged; prices are those of today's catalogue."""

    customer_id: CustomerId | None = None
    items: Annotated[
        list[NewItem],
        Field(min_length=1, max_length=4 * MAX_LINES, description=f"At most {MAX_LINES} SKUs."),
    ]
    payment_method: Annotated[
        str,
        Field(
            pattern=texts.PAYMENT_METHOD,
            description="A payment method that the payment provider knows.",
            examples=["pm_ok"],
        ),
    ]
    workflow_version: Annotated[
        Literal["v1", "v2"] | None,
        Field(description="For operators and machine clients only; the deployment's by default."),
    ] = None


class Approval(Request):
    """Approves the order's lines and total as they stood at a revision."""

    revision: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=MAX_REVISION,
            description="`revision` of the order as you saw it.",
            examples=[1],
        ),
    ]


class Cancellation(Request):
    """Cancels the order: whatever was done is undone, whatever was paid is refunded."""

    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            pattern=texts.ONE_LINE,
            description="One line of text that is not blank, shown on the order and in the e-mail "
            "to the customer. Control and format characters are refused.",
            examples=["changed my mind"],
        ),
        texts.FreeText,
    ]


OrderId = Annotated[
    str,
    Path(
        description="The order's id, a ULID; lower case is read as upper case.",
        examples=[AN_ORDER_ID],
    ),
]
SignalId = Annotated[
    str,
    Path(
        description="The signal's id: its Idempotency-Key, or the one that the server made.",
        examples=[A_SIGNAL_ID],
    ),
]
StartKey = Annotated[
    str,
    texts.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=texts.START_KEY,
        description="1 to 128 visible ASCII characters except the comma, new for every new order. "
        "Repeat "
        "the request with the same key and body within seven days, and you get the same order, "
        "never a second one.",
        examples=["3f1c9c0e-order-42"],
    ),
]
SignalKey = Annotated[
    str | None,
    texts.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=texts.SIGNAL_KEY,
        description="Becomes the signal's id, so it keeps to characters that URLs take as they "
        "are; made by the server if absent. The same key and body get the same answer again.",
        examples=[A_SIGNAL_ID],
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`wait=5` waits up to 5 seconds (at most 10) for the signal's outcome. Other "
        "preferences are ignored.",
        examples=["wait=5"],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        max_length=2000,
        description="The `ETag` that you have: 304 without a body while it is still current.",
    ),
]
Limit = Annotated[texts.WholeNumber, Query(ge=1, le=100, description="Orders of one page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=64, description="`next_cursor` of the page before.", examples=[AN_ORDER_ID]),
]
OfCustomer = Annotated[
    str | None,
    Query(pattern=texts.USER_NAME, description="Orders of this customer.", examples=["alice"]),
]
