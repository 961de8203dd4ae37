"""Who may do what, written down a second time: a grant more or less has to be meant twice."""

import pytest

from tests.infrastructure.grants.recorder import (
    CONFIGURATION_SETS,
    EVENT_LOG,
    EXECUTIONS,
    HISTORIES,
    IDENTITIES,
    MACHINE,
)
from tests.infrastructure.template import Statement, Template

ALWAYS = {
    ("xray:PutTelemetryRecords", "*"),
    ("xray:PutTraceSegments", "*"),
}
ORDERS = {"<TablesOrders>": "dynamodb: GetItem PutItem Query UpdateItem"}
READ_ORDER = {"<TablesOrders>": "dynamodb: Query"}
STORE_TOKEN = {"<TablesOrders>": "dynamodb: Query UpdateItem"}
WRITE_ORDER = {"<TablesOrders>": "dynamodb: PutItem Query UpdateItem"}
READ_STOCK = {"<TablesInventory>": "dynamodb: BatchGetItem"}
MOVE_STOCK = {"<TablesInventory>": "dynamodb: GetItem UpdateItem"}
READ_CUSTOMER = {"<TablesCustomers>": "dynamodb: GetItem"}
PAYMENTS = {"<TablesPayments>": "dynamodb: GetItem PutItem UpdateItem"}
SEND_EMAIL = {IDENTITIES: "ses: SendEmail", CONFIGURATION_SETS: "ses: SendEmail"}
START = {"<WorkflowMachine>": "states: StartExecution"}
EXPORT = {
    EXECUTIONS: "states: GetExecutionHistory",
    "<HistoriesBucket>": "s3: ListBucket",
    HISTORIES: "s3: GetObject PutObject",
}

MAY = {
    "fetch-inventory-snapshot": READ_ORDER | READ_STOCK,
    "fetch-customer-profile": READ_ORDER | READ_CUSTOMER,
    "fetch-recommendations": READ_ORDER | READ_STOCK,
    "reserve-stock": ORDERS | MOVE_STOCK,
    "await-signal": STORE_TOKEN | {MACHINE: "states: SendTaskSuccess"},
    "apply-signals": ORDERS | {"<TablesInventory>": "dynamodb: BatchGetItem GetItem UpdateItem"},
    "request-approval": WRITE_ORDER | SEND_EMAIL,
    "process-payment": WRITE_ORDER | PAYMENTS,
    "update-order-status": WRITE_ORDER | MOVE_STOCK,
    "send-order-confirmation": WRITE_ORDER | READ_CUSTOMER | SEND_EMAIL,
    "refund-payment": WRITE_ORDER | PAYMENTS,
    "release-stock": WRITE_ORDER | MOVE_STOCK,
    "send-cancellation-email": WRITE_ORDER | READ_CUSTOMER | SEND_EMAIL,
    "close-order": WRITE_ORDER | {"<OperationsQueue>": "sqs: SendMessage"},
    "payment-webhook": WRITE_ORDER
    | PAYMENTS
    | {MACHINE: "states: SendTaskSuccess", "<OperationsQueue>": "sqs: SendMessage"},
    "compare-payments": {
        "<TablesOrders>": "dynamodb: PutItem Query UpdateItem BatchGetItem",
        "<TablesOrders>/index/by_age": "dynamodb: Query",
        "<TablesOrders>/index/open": "dynamodb: Query",
        "<TablesPayments>": "dynamodb: GetItem UpdateItem Scan",
        "<OperationsQueue>": "sqs: SendMessage",
        "<OperationsPaymentComparisonFailures>": "sqs: SendMessage",
    },
    "api": START
    | {
        "<TablesInventory>": "dynamodb: BatchGetItem GetItem UpdateItem",
        "<TablesInventory>/index/listed": "dynamodb: Query",
        "<TablesCustomers>": "dynamodb: GetItem PutItem",
        "<TablesOrders>": "dynamodb: BatchGetItem GetItem PutItem Query UpdateItem",
        "<TablesOrders>/index/by_age": "dynamodb: Query",
        "<TablesOrders>/index/open": "dynamodb: Query",
        "<TablesOrders>/index/by_stage": "dynamodb: Query",
        "<TablesOrders>/index/by_customer_stage": "dynamodb: Query",
        "<TablesOrders>/index/by_customer": "dynamodb: Query",
        MACHINE: "states: SendTaskSuccess SendTaskHeartbeat ListExecutions",
        EXECUTIONS: "states: GetExecutionHistory DescribeStateMachineForExecution StopExecution "
        "DescribeExecution",
        EVENT_LOG: "logs: FilterLogEvents",
        **SEND_EMAIL,
        "*": "ses: GetSuppressedDestination",
        "<HistoriesBucket>": "s3: ListBucket",
        HISTORIES: "s3: GetObject",
    },
    "record-mail-reports": WRITE_ORDER | {"<OperationsMailReportFailures>": "sqs: SendMessage"},
    "export-histories": EXPORT
    | {
        "<TablesOrders>": "dynamodb: Query PutItem",
        "<HistoriesQueue>": "sqs: ReceiveMessage ChangeMessageVisibility GetQueueUrl "
        "DeleteMessage GetQueueAttributes",
    },
    "sweep-histories": EXPORT
    | {
        "<TablesOrders>": "dynamodb: Query GetItem PutItem BatchGetItem",
        "<TablesOrders>/index/by_age": "dynamodb: Query",
        "<OperationsHistoryFailures>": "sqs: SendMessage",
    },
    "publish-events": {
        "<TablesOrders>": "dynamodb: Query DescribeStream GetRecords GetShardIterator ListStreams",
        "<EventsBus>": "events: PutEvents",
        "<OperationsEventFailures>": "sqs: SendMessage GetQueueAttributes GetQueueUrl",
    },
    "janitor-sweep": ORDERS
    | START
    | {
        "<TablesInventory>": "dynamodb: UpdateItem",
        "<TablesOrders>/index/open": "dynamodb: Query",
        "<TablesOrders>/index/by_stage": "dynamodb: Query",
        MACHINE: "states: SendTaskSuccess",
        EXECUTIONS: "states: DescribeExecution",
        "<OperationsQueue>": "sqs: SendMessage",
        "<OperationsJanitorFailures>": "sqs: SendMessage",
    },
    "janitor-execution-stopped": WRITE_ORDER
    | START
    | {
        MACHINE: "states: SendTaskSuccess",
        EXECUTIONS: "states: DescribeExecution",
        "<OperationsQueue>": "sqs: SendMessage",
        "<OperationsJanitorFailures>": "sqs: SendMessage",
    },
}


def spelled_out(grants: dict[str, str]) -> set[Statement]:
    """`{"<TablesOrders>": "dynamodb: GetItem"}` as (action, resource) pairs."""
    return {
        (f"{service}:{action}", resource)
        for resource, actions in grants.items()
        for service, names in [actions.split(": ")]
        for action in names.split()
    }


SENDERS = [name for name, grants in MAY.items() if SEND_EMAIL.items() <= grants.items()]


def own_log(template: Template, name: str) -> set[Statement]:
    group = template.functions()[name]["LoggingConfig"]["LogGroup"]["Ref"][:-8]
    return {(f"logs:{act}", f"<{group}>") for act in ("CreateLogStream", "PutLogEvents")}


def test_no_function_is_missing_here(dev: Template) -> None:
    assert set(dev.functions()) == set(MAY)


@pytest.mark.parametrize("name", MAY)
def test_a_function_may_do_exactly_what_its_work_needs(dev: Template, name: str) -> None:
    granted = dev.granted_to(dev.functions()[name]["Role"])

    assert granted == spelled_out(MAY[name]) | ALWAYS | own_log(dev, name)


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in template.functions().values()]

    assert len(set(roles)) == len(roles)


def test_no_action_is_a_wildcard_and_no_policy_comes_from_aws(template: Template) -> None:
    for policy in template.properties("IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in str(statement["Action"])
    for role in template.properties("IAM::Role"):
        assert not {"ManagedPolicyArns", "Policies"} & role.keys()


def test_e_mails_are_sent_from_one_address_whatever_identity_is_verified(
    template: Template,
) -> None:
    """The sandbox checks the recipients' identities, a verified domain its own, a default
    configuration set that set: the resources admit all, the condition one sender.
    """
    sends = [
        statement
        for policy in template.properties("IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "ses:SendEmail" in statement["Action"]
    ]

    assert len(sends) == len(SENDERS)
    senders = {
        properties["Environment"]["Variables"].get("SENDER_EMAIL")
        for properties in template.functions().values()
    } - {None}
    for statement in sends:
        assert len(statement["Resource"]) == 2
        assert {statement["Condition"]["StringEquals"]["ses:FromAddress"]} == senders
        assert statement["Condition"].keys() == {"StringEquals"}


def test_functions_that_send_have_the_name_of_the_sender_and_the_address_for_replies(
    full: Template,
) -> None:
    variables = [one["Environment"]["Variables"] for one in full.functions().values()]
    sending = [one for one in variables if "SENDER_EMAIL" in one]

    assert len(sending) == len(SENDERS)
    for one in sending:
        assert (one["SENDER_NAME"], one["REPLY_TO_EMAIL"]) == (
            "Käfer & Söhne",
            "help@shop.internal",
        )


def test_orders_start_through_the_alias_only(template: Template) -> None:
    starts = [
        statement
        for policy in template.properties("IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "states:StartExecution" in statement["Action"]
    ]

    assert len(starts) == 3
    for statement in starts:
        assert statement["Condition"] == {
            "ForAnyValue:StringEquals": {"states:StateMachineQualifier": "live"}
        }
