"""The composition root: settings -> adapters, built on first use and kept."""

import pytest

from lambdas import telemetry
from lambdas.adapters.events.signed_subscriber import SignedSubscriber
from lambdas.adapters.executions.dynamodb_outcomes import DynamoDBOutcomes
from lambdas.adapters.executions.stepfunctions_engine import StepFunctionsEngine
from lambdas.adapters.executions.stepfunctions_executions import StepFunctionsExecutions
from lambdas.adapters.http.customers import HttpCustomers
from lambdas.adapters.http.inventory import HttpCatalogue
from lambdas.adapters.http.warehouse import RemoteWarehouse
from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.orders.reserved_orders import ReservedOrders
from lambdas.adapters.sandbox.payments import SandboxPayments
from lambdas.adapters.sandbox.webhook import SandboxWebhook
from lambdas.adapters.ses_notifier import SesNotifier
from lambdas.adapters.sqs_operations import SqsOperationsQueue
from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCatalogue, DynamoDBCustomers
from lambdas.adapters.stock.dynamodb_stock_shards import StockShards
from lambdas.adapters.stock.dynamodb_warehouse import DynamoDBWarehouse
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.adapters.stripe.webhook import StripeWebhook
from lambdas.adapters.system_clock import SystemClock
from lambdas.dependencies import Dependencies, dependencies
from lambdas.domain.errors import EngineUnavailable
from lambdas.services.order_writer import OrderWriter
from lambdas.services.payment_reports import PaymentReports
from lambdas.settings import Settings, SettingsError
from stacks.settings.payment_provider import PAYMENT_PROVIDERS
from tests.support.telemetry import captured_log, discard_metrics, lines

FULL = Settings(
    orders_table="orders",
    inventory_table="inventory",
    customers_table="customers",
    payments_table="payments",
    payment_provider="sandbox",
    operations_queue_url="https://sqs.eu-central-1.amazonaws.com/1/operations",
    state_machine_alias_arn="arn:aws:states:eu-central-1:1:stateMachine:m:live",
    sender_email="orders@example.com",
    email_configuration_set="orders",
)
PORTS = {
    "clock": SystemClock,
    "store": DynamoDBOrders,
    "orders": OrderWriter,
    "index": DynamoDBOrderIndex,
    "catalogue": DynamoDBCatalogue,
    "customers": DynamoDBCustomers,
    "payments": SandboxPayments,
    "payment_webhook": SandboxWebhook,
    "payment_reports": PaymentReports,
    "notifier": SesNotifier,
    "operations": SqsOperationsQueue,
    "engine": StepFunctionsEngine,
    "executions": StepFunctionsExecutions,
    "outcomes": DynamoDBOutcomes,
    "stock_shards": StockShards,
    "warehouse": DynamoDBWarehouse,
}


@pytest.mark.parametrize("port", sorted(PORTS))
def test_every_port_has_its_adapter_and_keeps_it(port: str) -> None:
    deps = Dependencies(FULL)

    adapter = getattr(deps, port)

    assert type(adapter) is PORTS[port]
    assert getattr(deps, port) is adapter
    assert None not in getattr(adapter, "__dict__", {}).values()


STRIPE = Settings(
    payment_provider="stripe",
    payment_secret_arn="arn:aws:secretsmanager:…",
    payment_webhook_secret_arn="arn:aws:secretsmanager:…",
)
NO_KEYS = Settings(payment_provider="stripe")
BARTER = Settings(payment_provider="barter")


@pytest.mark.parametrize(
    ("port", "settings", "problem"),
    [
        ("store", Settings(), "ORDERS_TABLE is not set"),
        ("index", Settings(), "ORDERS_TABLE is not set"),
        ("outcomes", Settings(), "ORDERS_TABLE is not set"),
        ("catalogue", Settings(), "INVENTORY_TABLE is not set"),
        ("stock_shards", Settings(), "ORDERS_TABLE is not set"),
        ("warehouse", Settings(), "ORDERS_TABLE is not set"),
        ("customers", Settings(), "CUSTOMERS_TABLE is not set"),
        ("payments", Settings(), "PAYMENT_PROVIDER is not set"),
        ("payments", NO_KEYS, "PAYMENT_SECRET_ARN is not set"),
        ("payments", BARTER, "PAYMENT_PROVIDER barter has no adapter"),
        ("payment_webhook", Settings(), "PAYMENT_PROVIDER is not set"),
        ("payment_webhook", NO_KEYS, "PAYMENT_WEBHOOK_SECRET_ARN is not set"),
        ("payment_webhook", BARTER, "PAYMENT_PROVIDER barter has no adapter"),
        ("notifier", Settings(), "SENDER_EMAIL is not set"),
        ("operations", Settings(), "OPERATIONS_QUEUE_URL is not set"),
    ],
)
def test_a_port_names_the_variable_that_it_misses(
    port: str, settings: Settings, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        getattr(Dependencies(settings), port)


def test_dependencies_are_made_once_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    dependencies.cache_clear()
    monkeypatch.setenv("ORDERS_TABLE", "orders-of-this-process")

    deps = dependencies()

    assert deps.settings.orders_table == "orders-of-this-process"
    assert dependencies() is deps
    dependencies.cache_clear()


def test_a_recovered_error_is_logged_with_its_order() -> None:
    with captured_log() as log:
        telemetry.report_recovered(EngineUnavailable("busy", order_id="O1"))

    [line] = lines(log.getvalue())
    assert (line["level"], line["error"], line["reason"], line["order_id"]) == (
        "WARNING",
        "EngineUnavailable",
        "busy",
        "O1",
    )


def test_counts_are_written_in_the_embedded_metric_format(
    capsys: pytest.CaptureFixture[str],
) -> None:
    discard_metrics()
    telemetry.count("OrderCompleted")
    telemetry.count("OrderCompleted", 2)
    telemetry.flush_metrics()
    telemetry.flush_metrics()

    [written] = lines(capsys.readouterr().out)
    assert written["OrderCompleted"] == [1.0, 2.0]
    assert written["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "OrderWorkflow"


def test_inventory_customers_and_subscriber_may_be_other_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    deps = Dependencies(
        Settings(
            orders_table="orders",
            inventory_url="https://stock.example.com",
            inventory_secret_arn="arn:aws:secretsmanager:…",
            customers_url="https://customers.example.com",
            customers_secret_arn="arn:aws:secretsmanager:…",
            subscriber_url="https://crm.example.com/events",
            subscriber_secret_arn="arn:aws:secretsmanager:…",
        )
    )

    ports = (
        *(deps.store, deps.catalogue, deps.warehouse, deps.customers),
        deps.event_subscriber,
    )

    assert [type(port) for port in ports] == [
        ReservedOrders,
        HttpCatalogue,
        RemoteWarehouse,
        HttpCustomers,
        SignedSubscriber,
    ]
    assert deps.stock_shards is None
    service = deps._service("customers")
    assert None not in [*vars(service).values(), service._secret._client]


@pytest.mark.parametrize("provider", PAYMENT_PROVIDERS)
def test_every_payment_provider_that_can_be_deployed_has_its_adapters(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    deps = Dependencies(STRIPE._replace(payment_provider=provider, payments_table="payments"))

    for adapter in (deps.payments, deps.payment_webhook):
        assert type(adapter).__module__.startswith(f"lambdas.adapters.{provider}")


def test_stripe_may_have_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    assert isinstance(Dependencies(STRIPE).payments, StripePayments)
    assert isinstance(Dependencies(STRIPE).payment_webhook, StripeWebhook)
    local = Dependencies(STRIPE._replace(payment_api_url="http://stripe.invalid")).payments
    assert isinstance(local, StripePayments)
    assert local._api._addresses == {"api": "http://stripe.invalid"}


def test_metrics_that_cannot_be_written_do_not_cost_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    discard_metrics()
    monkeypatch.setattr(telemetry.metrics.provider, "namespace", None)
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE", raising=False)
    telemetry.count("OrderCompleted")

    with captured_log() as log:
        telemetry.flush_metrics()
    discard_metrics()

    assert "metrics could not be written" in log.getvalue()
