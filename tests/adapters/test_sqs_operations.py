"""What the operations queue receives: the amounts and the state, and nothing personal."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.adapters.sqs_operations import SqsOperationsQueue
from lambdas.domain.errors import OperationsUnavailable
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_difference, an_order
from tests.support.invariants import leaks
from tests.support.raising import raises

SECRET = "secret"
STUCK = an_order(Stage.COMPENSATING, epoch=2, compensation_attempts=3, wait_token=SECRET)
TAKEN_OVER = an_order(Stage.PAYMENT, epoch=4, takeovers=3, wait_token=SECRET)
REFUND_FAILED = an_order(Stage.CANCELLED)
Report = Callable[[SqsOperationsQueue], None]


@pytest.mark.parametrize(
    ("kind", "report", "order", "body"),
    [
        (
            "compensation-stuck",
            lambda queue: queue.report_stuck(STUCK, ("pay", "reserve")),
            STUCK.order_id,
            {"epoch": 2, "effects": ["pay", "reserve"], "attempts": 3},
        ),
        (
            "takeover-repeated",
            lambda queue: queue.report_takeovers(TAKEN_OVER),
            TAKEN_OVER.order_id,
            {"epoch": 4, "stage": "payment", "takeovers": 3},
        ),
        (
            "payment-difference",
            lambda queue: queue.report_difference(a_difference()),
            "O1",
            {
                "difference": "refunded",
                "reference": "pi_1",
                "currency": "EUR",
                "captured_minor": 2500,
                "refunded_minor": 300,
            },
        ),
        (
            "refund-failed",
            lambda queue: queue.report_payment(REFUND_FAILED, "refund-failed", 4200),
            REFUND_FAILED.order_id,
            {"epoch": 1, "stage": "cancelled", "amount_minor": 4200, "currency": "EUR"},
        ),
    ],
)
def test_a_report_has_what_operators_need_and_nothing_personal(
    clients: dict[str, Any], kind: str, report: Report, order: str, body: dict[str, Any]
) -> None:
    url = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]

    report(SqsOperationsQueue(clients["sqs"], queue_url=url))

    [message] = clients["sqs"].receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"kind": kind, "order_id": order, **body}
    assert leaks(message["Body"], [SECRET, "alice"]) == []


def test_a_queue_that_takes_no_message_is_worth_another_try(clients: dict[str, Any]) -> None:
    queue = SqsOperationsQueue(clients["sqs"], queue_url="http://sqs.invalid/123456789012/gone")

    order = an_order(Stage.COMPENSATING)

    message = "the operations queue accepted no message"
    with raises(OperationsUnavailable, message, order.order_id):
        queue.report_stuck(order, ("pay",))
