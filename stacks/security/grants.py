"""What a function may do: actions on named resources.

A grant that names a resource also gives the function the variable through which it finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_iam as iam

from stacks.security.accepted_findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource that functions use. Without a `variable` they do not need its name.

    `more_arns` are further ARNs that the same actions need, `more_variables` further variables;
    `wildcard` is the accepted finding if ARNs have a wildcard; `conditions` hold for every grant
    on it.
    """

    arn: str
    variable: str = ""
    value: str = ""
    wildcard: Finding | None = None
    more_arns: tuple[str, ...] = ()
    more_variables: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Mapping[str, str]] | None = None

    @property
    def arns(self) -> list[str]:
        return [self.arn, *self.more_arns]


@dataclass(frozen=True, slots=True)
class Grant:
    """Some actions on the resource known under `resource` (a key of `Resources`)."""

    resource: str
    actions: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]] | None = None

    def statement(self, resources: "Resources") -> iam.PolicyStatement:
        granted = resources[self.resource]
        return iam.PolicyStatement(
            actions=list(self.actions),
            resources=granted.arns,
            conditions={**(granted.conditions or {}), **(self.conditions or {})} or None,
        )


Resources = Mapping[str, Resource]


def variables(grants: Sequence[Grant], resources: Resources) -> dict[str, str]:
    """The environment variables that name the resources of `grants`."""
    granted = [resources[grant.resource] for grant in grants]
    names = {found.variable: found.value for found in granted if found.variable}
    more = (variable for found in granted for variable in found.more_variables.items())
    return {**names, **dict(more)}


LIVE = "live"
"""The alias through which every order starts."""

# Transactions are authorised by the actions that they consist of.
# GetItem reads the token of a wait, idempotency keys, and the shards of a stock.
ORDERS = Grant(
    "orders", ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem")
)
READ_ORDER = Grant("orders", ("dynamodb:Query",))
STORE_TOKEN = Grant("orders", ("dynamodb:Query", "dynamodb:UpdateItem"))
WRITE_ORDER = Grant("orders", ("dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"))
ORDER_LISTS = (
    Grant("orders", ("dynamodb:BatchGetItem",)),
    Grant("orders-by-age", ("dynamodb:Query",)),
    Grant("orders-by-stage", ("dynamodb:Query",)),
    Grant("orders-by-customer", ("dynamodb:Query",)),
    Grant("orders-by-customer-and-stage", ("dynamodb:Query",)),
)
OLDEST_ORDERS = Grant("orders-by-stage", ("dynamodb:Query",))
OPEN_ORDERS = Grant("open-orders", ("dynamodb:Query",))
READ_STOCK = Grant("inventory", ("dynamodb:BatchGetItem",))
LIST_PRODUCTS = Grant("listed-products", ("dynamodb:Query",))
MOVE_STOCK = Grant("inventory", ("dynamodb:GetItem", "dynamodb:UpdateItem"))
SETTLE_STOCK = Grant("stock-shards", ("dynamodb:UpdateItem",))
READ_INVENTORY_SECRET = Grant("inventory-secret", ("secretsmanager:GetSecretValue",))
READ_CUSTOMERS_SECRET = Grant("customers-secret", ("secretsmanager:GetSecretValue",))
READ_SUBSCRIBER_SECRET = Grant("subscriber-secret", ("secretsmanager:GetSecretValue",))
READ_CUSTOMER = Grant("customers", ("dynamodb:GetItem",))
WRITE_CUSTOMER = Grant("customers", ("dynamodb:PutItem",))
PAYMENTS = Grant("payments", ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"))
COMPARE_PAYMENTS = Grant("payments", ("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Scan"))
READ_PAYMENT_SECRET = Grant("payment-secret", ("secretsmanager:GetSecretValue",))
READ_WEBHOOK_SECRET = Grant("webhook-secret", ("secretsmanager:GetSecretValue",))
SEND_EMAIL = Grant("sender", ("ses:SendEmail",))
READ_SUPPRESSION = Grant("suppression-list", ("ses:GetSuppressedDestination",))
PUBLISH_EVENTS = Grant("event-bus", ("events:PutEvents",))
READ_EVENTS = Grant("event-log", ("logs:FilterLogEvents",))
REPORT_TO_OPERATIONS = Grant("operations-queue", ("sqs:SendMessage",))

# A call with an alias is authorised on the ARN of the machine; the qualifier is a condition.
# (Step Functions developer guide, "Authorization for versions and aliases")
START_LIVE = Grant(
    "live-workflow",
    ("states:StartExecution",),
    {"ForAnyValue:StringEquals": {"states:StateMachineQualifier": LIVE}},
)
# Answers to tasks are authorised on the ARN of the machine, as CDK's grant_task_response has it.
RING = Grant("state-machine", ("states:SendTaskSuccess",))
EXTEND_WAIT = Grant("state-machine", ("states:SendTaskHeartbeat",))
IS_RUNNING = Grant("executions", ("states:DescribeExecution",))
READ_HISTORY = Grant("executions", ("states:GetExecutionHistory",))
READ_DEFINITION = Grant("executions", ("states:DescribeStateMachineForExecution",))
STOP_EXECUTION = Grant("executions", ("states:StopExecution",))
STORED_HISTORIES = (
    Grant("histories", ("s3:GetObject",)),
    # Without it, S3 does not distinguish a missing object from a forbidden one.
    Grant("histories-bucket", ("s3:ListBucket",)),
)
STORE_HISTORIES = Grant("histories", ("s3:PutObject",))
LIST_EXECUTIONS = Grant("state-machine", ("states:ListExecutions",))
