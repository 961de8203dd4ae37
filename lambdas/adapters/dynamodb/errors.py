"""Translates errors of DynamoDB into errors of the domain."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import THROTTLED, error_code
from lambdas.domain.errors import (
    InsufficientStock,
    LedgerMismatch,
    OrderError,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.record.changes import StockMove, StockMovement

_CONFLICTS = frozenset({"TransactionConflictException", "ConditionalCheckFailedException"})
CONDITION_FAILED = "ConditionalCheckFailed"
OCCUPIED = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons why one item of a cancelled transaction would not take any write at that moment."""


@contextmanager
def store_errors(order_id: str = "") -> Iterator[None]:
    """Translate transient errors (throttling, conflicts, network). Any other error is a defect and
    is raised unchanged.
    """
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        if code in _CONFLICTS:
            raise StoreConflict("the record changed meanwhile", order_id=order_id) from error
        if code in THROTTLED or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise StoreUnavailable(f"DynamoDB answered {code}", order_id=order_id) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise StoreUnavailable("DynamoDB did not answer", order_id=order_id) from error


def reasons(error: ClientError) -> Sequence[Mapping[str, Any]]:
    """The cancellation reasons of a transaction: one for each item, in the order of the items."""
    return error.response.get("CancellationReasons", [])


def reason_codes(error: ClientError) -> list[str]:
    """The codes of the cancellation reasons. The code `None` means that the item has no reason."""
    return [reason.get("Code", "None") for reason in reasons(error)]


def cancellation_error(codes: Sequence[str], order_id: str = "") -> OrderError | None:
    """Classify the reasons of the order's items. Returns None if they did not fail.

    A failed condition of the order takes precedence over one of the stock: if the record changed,
    the stock request was computed from an outdated record. (DynamoDB API reference,
    TransactWriteItems, "CancellationReasons")
    """
    if CONDITION_FAILED in codes or "TransactionConflict" in codes:
        return StoreConflict("the record changed at the same time", order_id=order_id)
    if set(codes) - {"None"}:
        return StoreUnavailable(f"transaction cancelled: {sorted(set(codes))}", order_id=order_id)
    return None


def shortage_error(moves: Sequence[StockMove], order_id: str) -> OrderError:
    """The error of stock moves for which there are too few units."""
    skus = ", ".join(move.sku for move in moves)
    if moves[0].movement is StockMovement.HOLD:
        return InsufficientStock(f"insufficient stock: {skus}", order_id=order_id)
    return LedgerMismatch(f"less stock held than the order holds: {skus}", order_id=order_id)
