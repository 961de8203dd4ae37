"""The whole workflow in one stack: creates the constructs, connects them, exports the outputs."""

from pathlib import Path
from typing import Protocol

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.api.api_routes import read_routes
from stacks.api.identity import Identity
from stacks.api.order_api import OrderApi
from stacks.api.payment_webhook import PaymentWebhook
from stacks.delivery.email_sender import EmailSender
from stacks.delivery.event_subscriber import subscribe
from stacks.delivery.mail_reports import MailReports
from stacks.delivery.order_events import OrderEvents
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.monitoring.alarms import add_janitor_alarms, add_order_alarms, add_service_alarms
from stacks.monitoring.dashboard import Dashboard
from stacks.monitoring.release_alarms import add_release_alarms
from stacks.monitoring.saved_queries import SavedQueries
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.order_tables import OrderTables
from stacks.released_machine import Release, ReleasedMachine
from stacks.security.grants import LIVE
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.http_services import service_resources
from stacks.settings.payment_provider import payment_resources
from stacks.workflow.activity_functions import ActivityFunctions
from stacks.workflow.execution_histories import ExecutionHistories
from stacks.workflow.janitor import Janitor
from stacks.workflow.order_state_machine import (
    create_workflow,
    live_workflow,
    release_canary,
    workflow_resources,
)
from stacks.workflow.payment_comparison import PaymentComparison


class HasOutputs(Protocol):
    """A construct with stack outputs."""

    @property
    def outputs(self) -> dict[str, str]: ...


class OrderWorkflowStack(Stack):
    """`root` is the repository: code, definition and the API's contract are read from there."""

    def __init__(self, scope: Construct, *, settings: DeploymentSettings, root: Path) -> None:
        super().__init__(scope, settings.stack_name, termination_protection=settings.keeps_data)
        platform = LambdaPlatform.create(self, settings=settings, root=root)

        # The resources that functions use.
        notifications = OperatorNotifications(self, "Operations", settings=settings)
        tables = OrderTables(self, "Tables", settings=settings)
        order_events = OrderEvents(self, "Events", settings=settings, notifications=notifications)
        histories = ExecutionHistories(
            self, "Histories", settings=settings, notifications=notifications
        )
        sender = EmailSender(self, "Sender", settings=settings)
        platform = platform.with_resources(
            *(tables.resources, notifications.resources, sender.resources),
            *(order_events.resources, histories.resources),
            *(workflow_resources(self, settings), payment_resources(settings)),
            service_resources(settings),
        )

        # The workflow: activities, the state machine that invokes them, and its release.
        activities = ActivityFunctions(self, "Activities", platform=platform)
        workflow = create_workflow(self, activities.versions, settings=settings, root=root)
        release = self._release(workflow, activities, notifications, settings)
        add_order_alarms(notifications, workflow.machine, settings)
        platform = platform.with_resources(live_workflow(workflow, release))

        # The callers of the workflow: the API with its users, the provider, and the janitor.
        webhook = PaymentWebhook(self, "Webhook", platform=platform)
        api = OrderApi(self, "Api", platform=platform)
        identity = Identity(self, "Identity", settings=settings, consoles=api.console_urls)
        api.serve(
            read_routes(root / "docs/openapi.json"), identity=identity, webhook=webhook.function
        )
        activities.set_console_url(api.console_url)
        janitor = Janitor(self, "Janitor", platform=platform, notifications=notifications)
        comparison = PaymentComparison(
            self, "Comparison", platform=platform, notifications=notifications
        )
        callers = [
            *(api.handler.function, webhook.function, comparison.function, *janitor.functions),
            MailReports(
                self, "MailReports", platform=platform, sender=sender, notifications=notifications
            ).function,
        ]

        # The events that other systems receive, and the histories of ended executions.
        publishers = [
            order_events.publish_from(tables.orders, platform=platform),
            *subscribe(self, order_events, platform=platform),
        ]
        exporters = histories.export_executions(platform=platform)
        release.comes_after(*callers, *publishers, *exporters)

        # What operators see.
        functions = [*callers, *publishers, *activities.all_functions, *exporters]
        add_service_alarms(notifications, api.api, functions)
        add_janitor_alarms(notifications, janitor, settings)
        Dashboard(self, "Dashboard", notifications=notifications).show(
            workflow.machine, api=api.api, janitor=janitor, settings=settings
        )
        SavedQueries(
            self, "Queries", settings=settings, logged=[*functions, workflow, order_events]
        )
        self._export(
            *(tables, notifications, order_events, histories, release, api, identity),
            *(janitor, comparison),
        )

    def _release(
        self,
        workflow: ReleasedMachine,
        activities: ActivityFunctions,
        notifications: OperatorNotifications,
        settings: DeploymentSettings,
    ) -> Release:
        """The release of the workflow. Its alarms end the canary of a release that fails."""
        alarms = add_release_alarms(notifications, workflow.machine, activities.versions, settings)
        canary = release_canary(settings, alarms)
        return Release(self, "Release", workflow=workflow, alias=LIVE, canary=canary)

    def _export(self, *constructs: HasOutputs) -> None:
        """Add the stack outputs."""
        for construct in constructs:
            for name, value in construct.outputs.items():
                CfnOutput(self, name, value=value)
        CfnOutput(self, "Region", value=self.region)
