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
    ("report", "body"),
    [
        (
            lambda queue: queue.report_stuck(STUCK, ("pay", "reserve")),
            {
                "kind": "compensation-stuck",
                "order_id": STUCK.order_id,
                "epoch": 2,
                "effects": ["pay", "reserve"],
                "attempts": 3,
            },
        ),
        (
            lambda queue: queue.report_takeovers(TAKEN_OVER),
            {
                "kind": "takeover-repeated",
                "order_id": TAKEN_OVER.order_id,
                "epoch": 4,
                "stage": "payment",
                "takeovers": 3,
            },
        ),
        (
            lambda queue: queue.report_difference(a_difference()),
            {
                "kind": "payment-difference",
                "difference": "refunded",
                "reference": "pi_1",
                "order_id": "O1",
                "currency": "EUR",
                "captured_minor": 2500,
                "refunded_minor": 300,
            },
        ),
        (
            lambda queue: queue.report_payment(REFUND_FAILED, "refund-failed", 4200),
            {
                "kind": "refund-failed",
                "order_id": REFUND_FAILED.order_id,
                "epoch": 1,
                "stage": "cancelled",
                "amount_minor": 4200,
                "currency": "EUR",
            },
        ),
    ],
    ids=["stuck", "takeovers", "difference", "payment"],
)
def test_a_report_has_what_operators_need_and_nothing_personal(
    clients: dict[str, Any], report: Report, body: dict[str, Any]
) -> None:
    url = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]

    report(SqsOperationsQueue(clients["sqs"], queue_url=url))

    [message] = clients["sqs"].receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == body
    assert leaks(message["Body"], [SECRET, "alice"]) == []


def test_a_queue_that_takes_no_message_is_worth_another_try(clients: dict[str, Any]) -> None:
    queue = SqsOperationsQueue(clients["sqs"], queue_url="http://sqs.invalid/123456789012/gone")

    order = an_order(Stage.COMPENSATING)

    message = "the operations queue accepted no message"
    with raises(OperationsUnavailable, message, order.order_id):
        queue.report_stuck(order, ("pay",))
