import json
from typing import Any

from lambdas.adapters.sqs_operations import SqsOperationsQueue
from lambdas.domain.errors import OperationsUnavailable
from lambdas.domain.payment_differences import Difference, DifferenceKind
from lambdas.domain.record.stages import Stage
from tests.support.builders import an_order
from tests.support.invariants import leaks
from tests.support.raising import raises


def test_a_stuck_order_is_reported_with_what_is_owed_and_nothing_personal(
    clients: dict[str, Any],
) -> None:
    queue = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]
    order = an_order(Stage.COMPENSATING, epoch=2, compensation_attempts=3, wait_token="secret")

    SqsOperationsQueue(clients["sqs"], queue_url=queue).report_stuck(order, ("pay", "reserve"))

    [message] = clients["sqs"].receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {
        "kind": "compensation-stuck",
        "order_id": order.order_id,
        "epoch": 2,
        "effects": ["pay", "reserve"],
        "attempts": 3,
    }
    assert leaks(message["Body"], ["secret", "alice"]) == []


def test_repeated_takeovers_are_reported_with_where_the_order_stands(
    clients: dict[str, Any],
) -> None:
    queue = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]
    order = an_order(Stage.PAYMENT, epoch=4, takeovers=3, wait_token="secret")

    SqsOperationsQueue(clients["sqs"], queue_url=queue).report_takeovers(order)

    [message] = clients["sqs"].receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {
        "kind": "takeover-repeated",
        "order_id": order.order_id,
        "epoch": 4,
        "stage": "payment",
        "takeovers": 3,
    }
    assert leaks(message["Body"], ["secret", "alice"]) == []


def test_a_difference_is_reported_with_its_payment_and_order(clients: dict[str, Any]) -> None:
    queue = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]
    difference = Difference(
        kind=DifferenceKind.REFUNDED,
        reference="pi_1",
        order_id="O1",
        currency="EUR",
        captured_minor=2500,
        refunded_minor=300,
    )

    SqsOperationsQueue(clients["sqs"], queue_url=queue).report_difference(difference)

    [message] = clients["sqs"].receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {
        "kind": "payment-difference",
        "difference": "refunded",
        "reference": "pi_1",
        "order_id": "O1",
        "currency": "EUR",
        "captured_minor": 2500,
        "refunded_minor": 300,
    }


def test_a_queue_that_takes_no_message_is_worth_another_try(clients: dict[str, Any]) -> None:
    desk = SqsOperationsQueue(clients["sqs"], queue_url="http://sqs.invalid/123456789012/gone")

    order = an_order(Stage.COMPENSATING)

    message = "the operations queue accepted no message"
    with raises(OperationsUnavailable, message, order.order_id):
        desk.report_stuck(order, ("pay",))


def test_a_payment_that_needs_a_person_is_reported_with_its_amount(clients: dict[str, Any]) -> None:
    queue = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]
    order = an_order(Stage.CANCELLED)

    reports = SqsOperationsQueue(clients["sqs"], queue_url=queue)
    reports.report_payment(order, "refund-failed", 4200)

    [message] = clients["sqs"].receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {
        "kind": "refund-failed",
        "order_id": order.order_id,
        "epoch": 1,
        "stage": "cancelled",
        "amount_minor": 4200,
        "currency": "EUR",
    }
    assert leaks(message["Body"], ["alice"]) == []
