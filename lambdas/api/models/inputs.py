"""Models of requests. Unknown fields are refused. Numbers are integers, never strings."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from lambdas.api.http import field_patterns
from lambdas.domain.record.order import MAX_LINES, MAX_QUANTITY, OrderDetails
from lambdas.domain.workflow_versions import VERSION_NAMES

if TYPE_CHECKING:
    VersionName = str
else:
    VersionName = Literal[VERSION_NAMES]
    """A version of the table. Type checkers cannot read the names from it."""

MAX_SIGNAL_BYTES = 2 * 1024
MAX_REVISION = 1_000_000
"""Far more than signals can reach, far less than the limit of DynamoDB numbers."""
AN_ORDER_ID = "01KDVDNH000000000000000001"
A_SIGNAL_ID = "01KDVDPZ6R0000000000000002"

Sku = Annotated[
    str,
    Field(
        pattern=field_patterns.SKU,
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
        pattern=field_patterns.USER_NAME,
        description="The customer. Default: the caller. Operators and machine clients may name "
        "another.",
        examples=["alice"],
    ),
]


FreeLine = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=field_patterns.ONE_LINE),
    field_patterns.FreeText,
]
Reason = Annotated[
    FreeLine,
    Field(
        description="One line of text that is not blank. The order and the e-mail to the customer "
        "show it. Control and format characters are refused.",
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
    """A new order. Lines of the same SKU are merged. Prices are those of the current catalogue."""

    customer_id: CustomerId | None = None
    items: Annotated[
        list[NewItem],
        Field(min_length=1, max_length=4 * MAX_LINES, description=f"At most {MAX_LINES} SKUs."),
    ]
    payment_method: Annotated[
        str,
        Field(
            pattern=field_patterns.PAYMENT_METHOD,
            description="A payment method of the payment provider.",
            examples=["pm_ok"],
        ),
    ]
    workflow_version: Annotated[
        VersionName | None,
        Field(
            description="For operators and machine clients. Default: the deployment's version. "
            "`GET /ops/versions` shows which versions are deprecated or removed."
        ),
    ] = None

    def details(self) -> dict[str, Any]:
        """The fields that the order stores as they were sent, without those that are absent."""
        names = {detail.name for detail in fields(OrderDetails)}
        return self.model_dump(include=names, exclude_none=True)


class Approval(Request):
    """Approves the lines and the total of the order at one revision."""

    revision: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=MAX_REVISION,
            description="The `revision` of the order that you reviewed.",
            examples=[1],
        ),
    ]


class Decline(Request):
    """Declines the payment: the workflow releases the stock of the order."""

    reason: Reason = Field(examples=["over this month's budget"])


class Cancellation(Request):
    """Cancels the order: the workflow compensates its effects and refunds the payment."""

    reason: Reason = Field(examples=["changed my mind"])


OrderId = Annotated[
    str,
    Path(
        description="The order id, a ULID. Lower case is accepted.",
        examples=[AN_ORDER_ID],
    ),
]
SignalId = Annotated[
    str,
    Path(
        description="The signal id: the Idempotency-Key of its request, or a server-made id.",
        examples=[A_SIGNAL_ID],
    ),
]
StartKey = Annotated[
    str,
    field_patterns.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=field_patterns.START_KEY,
        description="1 to 128 visible ASCII characters except the comma. Send a new key for every "
        "new order. A repeated request with the same key and body within seven days returns the "
        "same order and never creates a second one.",
        examples=["3f1c9c0e-order-42"],
    ),
]
SignalKey = Annotated[
    str | None,
    field_patterns.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=field_patterns.SIGNAL_KEY,
        description="The id of the signal, so it contains only characters that are valid in URLs. "
        "If it is absent, the server creates one. A repeated request with the same key and body "
        "returns the same signal.",
        examples=[A_SIGNAL_ID],
    ),
]
RequestKey = Annotated[
    str | None,
    field_patterns.OneValue,
    Header(
        alias="Idempotency-Key",
        pattern=field_patterns.SIGNAL_KEY,
        description="The id of the request. If it is absent, the server creates one. A repeated "
        "request with the same key has no further effect.",
        examples=["3f1c9c0e-resend-42"],
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
        description="The `ETag` of your last answer. While it is current: 304 without a body.",
    ),
]
Limit = Annotated[
    field_patterns.WholeNumber,
    Query(ge=1, le=100, description="Maximum number of entries in a page."),
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=64, description="The `next_cursor` of the previous page.", examples=[AN_ORDER_ID]
    ),
]
OfCustomer = Annotated[
    str | None,
    Query(
        pattern=field_patterns.USER_NAME,
        description="Only orders of this customer.",
        examples=["alice"],
    ),
]
OfOrder = Annotated[
    str | None,
    Query(
        pattern=field_patterns.ULID,
        description="Only events of this order.",
        examples=[AN_ORDER_ID],
    ),
]
Minutes = Annotated[
    field_patterns.WholeNumber,
    Query(ge=1, le=7 * 24 * 60, description="Only events of the last minutes, at most a week."),
]
LogCursor = Annotated[
    str | None,
    Query(min_length=1, max_length=1_000, description="The `next_cursor` of the previous page."),
]
