"""The programs whose start is measured, each in a new interpreter."""

BARE = "(bare interpreter)"
REFERENCE = "REF (boto3 client, Logger)"

ACTIVITIES = ("approval", "enrichment", "inventory", "notification", "order_status", "payment")

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "bench",
    "ORDERS_TABLE": "orders",
    "INVENTORY_TABLE": "inventory",
    "CUSTOMERS_TABLE": "customers",
    "PAYMENTS_TABLE": "payments",
    "PAYMENT_PROVIDER": "sandbox",
    "SENDER_EMAIL": "orders@example.com",
    "EMAIL_CONFIGURATION_SET": "orders",
    "OPERATIONS_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/operations",
    "STATE_MACHINE_ALIAS_ARN": "arn:aws:states:eu-central-1:1:stateMachine:orders:live",
}

_STORE = "from lambdas.dependencies import dependencies; dependencies().store"


def _ready_program(module: str) -> str:
    """Import a handler's module and create the DynamoDB client, which every call needs."""
    return f"import lambdas.{module}; {_STORE}"


_TRACED = "import os; os.environ.update(TRACING='otlp', TRACING_ENDPOINT='http://127.0.0.1:4318'); "
TRACED = "traced: activities.payment"

PROGRAMS = {
    BARE: "pass",
    REFERENCE: (
        "import boto3; boto3.client('dynamodb'); from aws_lambda_powertools import Logger; Logger()"
    ),
    **{f"activities.{name}": _ready_program(f"activities.{name}") for name in ACTIVITIES},
    TRACED: _TRACED + _ready_program("activities.payment"),
    "janitor_handler": _ready_program("handlers.janitor_handler"),
    "api.handler": _ready_program("api.handler"),
}
"""Name -> Python program. REFERENCE loads only boto3 and the Powertools logger."""
