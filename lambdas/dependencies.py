"""Composition root: selects the implementations of the ports.

Each dependency is built on first use and kept for the lifetime of the process, so a function
imports and connects only what it uses.
"""

import os
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from lambdas.services.order_writer import OrderWriter
from lambdas.settings import Settings, SettingsError
from lambdas.telemetry import (
    count,
    measure,
    note_order,
    report_difference,
    report_not_compared,
    report_reconcile_failed,
    report_recovered,
)
from lambdas.tracing import NoTracing, Tracing

if TYPE_CHECKING:
    from lambdas.adapters.http.service import HttpService
    from lambdas.adapters.secrets_manager import CachedSecret
    from lambdas.domain import ports
    from lambdas.domain.executions import (
        ExecutionReader,
        HistoryArchive,
        OutcomeStore,
        SweepPosition,
    )
    from lambdas.domain.payment_webhook import PaymentWebhook
    from lambdas.domain.payments import PaymentGateway
    from lambdas.domain.record.order import Order
    from lambdas.domain.signals.limits import ApprovalLimits
    from lambdas.domain.steps.wait import WaitPolicy
    from lambdas.domain.warehouse import Warehouse
    from lambdas.services.janitor import Janitor
    from lambdas.services.janitor_sweep import JanitorSweep
    from lambdas.services.mail_resend import MailResend
    from lambdas.services.payment_comparison import PaymentComparison
    from lambdas.services.payment_reports import PaymentReports
    from lambdas.services.workflow import OrderWorkflow


class Dependencies:
    """The implementations of the ports. Tests build a subclass, or set attributes to fakes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> "ports.Clock":
        from lambdas.adapters.system_clock import SystemClock

        return SystemClock()

    @cached_property
    def random_bytes(self) -> Callable[[int], bytes]:
        """Returns N cryptographically secure random bytes."""
        from secrets import token_bytes

        return token_bytes

    @property
    def wait_policy(self) -> "WaitPolicy":
        from lambdas.domain.steps.wait import WaitPolicy

        return WaitPolicy(
            approval_timeout_seconds=self.settings.approval_timeout_seconds,
            heartbeat_seconds=self.settings.heartbeat_seconds,
            mails_approver=bool(self.settings.approver_email),
        )

    @cached_property
    def approval_limits(self) -> "ApprovalLimits":
        """Raises SettingsError for limits that are not valid."""
        from lambdas.domain.signals.limits import ApprovalLimits, LimitsError

        settings = self.settings
        try:
            return ApprovalLimits.parse(settings.approval_limits, settings.two_approvers_above)
        except LimitsError as error:
            raise SettingsError(f"approval limits: {error}") from error

    @cached_property
    def store(self) -> "ports.OrderStore":
        from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
        from lambdas.domain.record.usage import CustomerCaps

        orders = DynamoDBOrders(
            self._dynamodb,
            orders_table=self.settings.require("orders_table"),
            inventory_table=self.settings.inventory_table,
            caps=CustomerCaps(
                orders=self.settings.max_open_orders, units=self.settings.max_open_units
            ),
        )
        if not self.settings.inventory_url:
            return orders
        from lambdas.adapters.http.inventory import HttpReservations
        from lambdas.adapters.orders.reserved_orders import ReservedOrders

        return ReservedOrders(orders, HttpReservations(self._service("inventory")))

    def _service(self, name: str) -> "HttpService":
        """The service at the setting `<name>_url`, with the secret of `<name>_secret_arn`."""
        from lambdas.adapters.http.service import HttpService

        secret, url = self._secret(f"{name}_secret_arn"), self.settings.require(f"{name}_url")
        return HttpService(name, secret, self.clock, url=url)

    @cached_property
    def orders(self) -> OrderWriter:
        return OrderWriter(self.store, self.clock, observe=note_order)

    @cached_property
    def index(self) -> "ports.OrderIndex":
        from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex

        return DynamoDBOrderIndex(
            self._dynamodb,
            orders_table=self.settings.require("orders_table"),
            call_each=self.call_each,
        )

    @cached_property
    def catalogue(self) -> "ports.Catalogue":
        if self.settings.inventory_url:
            from lambdas.adapters.http.inventory import HttpCatalogue

            return HttpCatalogue(self._service("inventory"))
        from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCatalogue

        return DynamoDBCatalogue(
            self._dynamodb, inventory_table=self.settings.require("inventory_table")
        )

    @cached_property
    def warehouse(self) -> "Warehouse":
        if self.settings.inventory_url:
            from lambdas.adapters.http.warehouse import RemoteWarehouse

            return RemoteWarehouse()
        from lambdas.adapters.stock.dynamodb_warehouse import DynamoDBWarehouse

        return DynamoDBWarehouse(
            self._dynamodb,
            orders_table=self.settings.require("orders_table"),
            inventory_table=self.settings.require("inventory_table"),
        )

    @cached_property
    def stock_shards(self) -> "ports.StockShards | None":
        """None where another service keeps the stock: the function then has no inventory table."""
        from lambdas.adapters.stock.dynamodb_stock_shards import StockShards

        orders_table = self.settings.require("orders_table")
        if not self.settings.inventory_table:
            return None
        return StockShards(
            self._dynamodb,
            orders_table=orders_table,
            inventory_table=self.settings.inventory_table,
        )

    @cached_property
    def customers(self) -> "ports.CustomerDirectory":
        if self.settings.customers_url:
            from lambdas.adapters.http.customers import HttpCustomers

            return HttpCustomers(self._service("customers"))
        from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCustomers

        return DynamoDBCustomers(
            self._dynamodb, customers_table=self.settings.require("customers_table")
        )

    @cached_property
    def payments(self) -> "PaymentGateway":
        """The payment provider of this environment. Raises SettingsError for an unknown one."""
        provider = self.settings.require("payment_provider")
        payments = self._payments_of(provider)
        if not self.settings.tracing:
            return payments
        from lambdas.adapters.payment_spans import TracedPayments

        return TracedPayments(payments, provider, self.tracing.call)

    def _payments_of(self, provider: str) -> "PaymentGateway":
        match provider:
            case "sandbox":
                from lambdas.adapters.sandbox.payments import SandboxPayments

                return SandboxPayments(
                    self._dynamodb,
                    self.clock,
                    payments_table=self.settings.require("payments_table"),
                )
            case "stripe":
                from lambdas.adapters.stripe.payments import StripePayments

                return StripePayments(
                    self._secret("payment_secret_arn"), url=self.settings.payment_api_url
                )
            case other:
                raise SettingsError(f"PAYMENT_PROVIDER {other} has no adapter")

    def _secret(self, setting: str) -> "CachedSecret":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.secrets_manager import CachedSecret

        return CachedSecret(client("secretsmanager"), arn=self.settings.require(setting))

    @cached_property
    def payment_webhook(self) -> "PaymentWebhook":
        """The reports of the provider. Raises SettingsError for an unknown one."""
        match self.settings.require("payment_provider"):
            case "sandbox":
                from lambdas.adapters.sandbox.webhook import SandboxWebhook

                return SandboxWebhook(
                    self._dynamodb,
                    self.clock,
                    payments_table=self.settings.require("payments_table"),
                )
            case "stripe":
                from lambdas.adapters.stripe.webhook import StripeWebhook

                return StripeWebhook(self._secret("payment_webhook_secret_arn"), self.clock)
            case other:
                raise SettingsError(f"PAYMENT_PROVIDER {other} has no adapter")

    @cached_property
    def payment_reports(self) -> "PaymentReports":
        from lambdas.services.payment_reports import PaymentReports

        return PaymentReports(
            orders=self.orders,
            payments=self.payments,
            clock=self.clock,
            engine=self.engine,
            operations=self.operations,
            recovered=report_recovered,
            count=count,
        )

    @cached_property
    def payment_comparison(self) -> "PaymentComparison":
        from lambdas.services.payment_comparison import PaymentComparison
        from lambdas.ulid import ulid_of

        return PaymentComparison(
            orders=self.orders,
            index=self.index,
            payments=self.payments,
            reports=self.payment_reports,
            operations=self.operations,
            first_id=lambda milliseconds: ulid_of(milliseconds, 0),
            call_each=self.call_each,
            report=report_difference,
            report_failed=report_not_compared,
        )

    @cached_property
    def notifier(self) -> "ports.Notifier":
        from lambdas.adapters.aws_clients import client_without_retries
        from lambdas.adapters.ses_notifier import SesNotifier

        return SesNotifier(
            client_without_retries("sesv2"),
            sender=self.settings.require("sender_email"),
            configuration_set=self.settings.require("email_configuration_set"),
            sender_name=self.settings.sender_name,
            reply_to=self.settings.reply_to_email,
        )

    @cached_property
    def mail_resend(self) -> "MailResend":
        from lambdas.services.mail_resend import MailResend

        return MailResend(
            orders=self.orders,
            customers=self.customers,
            notifier=self.notifier,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def operations(self) -> "ports.OperationsQueue":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.sqs_operations import SqsOperationsQueue

        return SqsOperationsQueue(
            client("sqs"), queue_url=self.settings.require("operations_queue_url")
        )

    @cached_property
    def event_bus(self) -> "ports.EventBus":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.events.eventbridge_events import EventBridgeEvents

        return EventBridgeEvents(client("events"), bus_name=self.settings.require("event_bus_name"))

    @cached_property
    def event_subscriber(self) -> "ports.EventSubscriber":
        from lambdas.adapters.events.signed_subscriber import SignedSubscriber

        return SignedSubscriber(
            self._secret("subscriber_secret_arn"),
            self.clock,
            url=self.settings.require("subscriber_url"),
        )

    @cached_property
    def event_log(self) -> "ports.EventLog":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.events.cloudwatch_event_log import CloudWatchEventLog

        return CloudWatchEventLog(
            client("logs"), log_group=self.settings.require("event_log_group")
        )

    @cached_property
    def engine(self) -> "ports.WorkflowEngine":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.executions.stepfunctions_engine import StepFunctionsEngine

        return StepFunctionsEngine(
            client("stepfunctions"), alias_arn=self.settings.state_machine_alias_arn
        )

    @cached_property
    def executions(self) -> "ExecutionReader":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.executions.stepfunctions_executions import StepFunctionsExecutions

        return StepFunctionsExecutions(
            client("stepfunctions"), alias_arn=self.settings.state_machine_alias_arn
        )

    @cached_property
    def outcomes(self) -> "OutcomeStore":
        from lambdas.adapters.executions.dynamodb_outcomes import DynamoDBOutcomes

        return DynamoDBOutcomes(self._dynamodb, orders_table=self.settings.require("orders_table"))

    @cached_property
    def histories(self) -> "HistoryArchive":
        from lambdas.adapters.aws_clients import client
        from lambdas.adapters.executions.s3_histories import S3Histories

        return S3Histories(client("s3"), bucket=self.settings.require("histories_bucket"))

    @cached_property
    def sweep_position(self) -> "SweepPosition":
        from lambdas.adapters.executions.dynamodb_outcomes import DynamoDBSweepPosition

        return DynamoDBSweepPosition(
            self._dynamodb, orders_table=self.settings.require("orders_table")
        )

    @cached_property
    def workflow(self) -> "OrderWorkflow":
        from lambdas.services.workflow import OrderWorkflow
        from lambdas.ulid import new_ulid

        return OrderWorkflow(
            store=self.store,
            index=self.index,
            engine=self.engine,
            catalogue=self.catalogue,
            customers=self.customers,
            clock=self.clock,
            orders=self.orders,
            new_id=new_ulid,
            report=report_recovered,
            heartbeat_seconds=self.settings.heartbeat_seconds,
        )

    @cached_property
    def janitor(self) -> "Janitor":
        from lambdas.services.janitor import Janitor

        return Janitor(
            orders=self.orders,
            engine=self.engine,
            clock=self.clock,
            recovered=report_recovered,
            count=count,
            report_takeovers=self._report_takeovers,
        )

    @cached_property
    def janitor_sweep(self) -> "JanitorSweep":
        from lambdas.services.janitor_sweep import JanitorSweep

        return JanitorSweep(
            reconcile=self.janitor.reconcile,
            index=self.index,
            clock=self.clock,
            report=report_reconcile_failed,
            recovered=report_recovered,
            call_each=self.call_each,
            measure=measure,
        )

    def _report_takeovers(self, order: "Order") -> None:
        """Read the operations queue on first use: the API also takes orders over, and has none."""
        self.operations.report_takeovers(order)

    @cached_property
    def call_each(self) -> "ports.CallEach":
        """Call a function for each item, each in a separate thread with separate log keys."""

        def in_threads(work: Callable[[str], Any], items: Sequence[str]) -> list[Any]:
            from concurrent.futures import ThreadPoolExecutor
            from contextvars import copy_context

            with ThreadPoolExecutor(max_workers=len(items)) as threads:
                return list(threads.map(lambda item: copy_context().run(work, item), items))

        return in_threads

    @cached_property
    def _dynamodb(self) -> Any:
        from lambdas.adapters.aws_clients import client

        return self.tracing.watch(client("dynamodb"))

    @cached_property
    def tracing(self) -> Tracing:
        if not self.settings.tracing:
            return NoTracing()
        from lambdas.adapters.otlp_tracing import OtlpTracing

        return OtlpTracing.to_collector(
            self.settings.require("tracing_endpoint"),
            os.environ,
            percent=self.settings.tracing_percent,
        )


@lru_cache
def dependencies() -> Dependencies:
    """The dependencies of this process. Raises SettingsError."""
    return Dependencies(Settings.from_environment(os.environ))


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ and dependencies().settings.orders_table:
    # A function with the table needs `orders` in every invocation. Lambda gives initialization more
    # CPU than an invocation.
    _ = dependencies().orders
