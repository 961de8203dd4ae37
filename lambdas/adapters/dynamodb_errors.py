"""DynamoDB's errors in the workflow's words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import THROTTLED, error_code
from lambdas.domain.changes import StockMove, StockMovement
from lambdas.domain.errors import (
    InsufficientStock,
    LedgerMismatch,
    OrderError,
    StoreConflict,
    StoreUnavailable,
)

_CONFLICTS = frozenset({"TransactionConflictException", "ConditionalCheckFailedException"})
_PASSING = THROTTLED | {"TransactionInProgressException"}
CONDITION_FAILED = "ConditionalCheckFailed"
OCCUPIED = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons why one item of a cancelled transaction would not take any write at that moment."""


@contextmanager
def store_errors(order_id: str = "") -> Iterator[None]:
    """Translate what may pass (throttling, conflicts, network); anything else is a defect and
    goes up as it is.
    """
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        if code in _CONFLICTS:
            raise StoreConflict("the record changed meanwhile", order_id=order_id) from error
        if code in _PASSING or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise StoreUnavailable(f"DynamoDB answered {code}", order_id=order_id) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise StoreUnavailable("DynamoDB did not answer", order_id=order_id) from error


def reasons(error: ClientError) -> Sequence[Mapping[str, Any]]:
    """Why a transaction was cancelled, one reason per item, in the order of its items."""
    return error.response.get("CancellationReasons", [])


def reason_codes(error: ClientError) -> list[str]:
    """The codes of these reasons; `None` in words where an item has none."""
    return [reason.get("Code", "None") for reason in reasons(error)]


def cancelled(codes: Sequence[str], order_id: str) -> OrderError | None:
    """The meaning of the reasons that belong to an order's own items, None where they have none.

    An order's own conditions outrank the stock's: if the record changed, the stock was asked for
    on an old reading. (DynamoDB API reference, TransactWriteItems, "CancellationReasons")
    """
    if CONDITION_FAILED in codes or "TransactionConflict" in codes:
        return StoreConflict("the record changed at the same time", order_id=order_id)
    if set(codes) - {"None"}:
        return StoreUnavailable(f"transaction cancelled: {sorted(set(codes))}", order_id=order_id)
    return None


def too_few(moves: Sequence[StockMove], order_id: str) -> OrderError:
    """The refusal of moves for which there are too few units."""
    skus = ", ".join(move.sku for move in moves)
    if moves[0].movement is StockMovement.HOLD:
        return InsufficientStock(f"insufficient stock: {skus}", order_id=order_id)
    return LedgerMismatch(f"less stock held than the order holds: {skus}", order_id=order_id)
