"""The whole workflow in one stack: creates the constructs, connects them, exports the outputs."""

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.activity_functions import ActivityFunctions
from stacks.alarms import add_janitor_alarms, add_order_alarms, add_service_alarms
from stacks.api_routes import read_routes
from stacks.dashboard import Dashboard
from stacks.deployment_settings import DeploymentSettings
from stacks.email_sender import EmailSender
from stacks.identity import Identity
from stacks.janitor import Janitor
from stacks.lambda_platform import LambdaPlatform
from stacks.operations import Operations
from stacks.order_api import OrderApi
from stacks.order_release import OrderRelease
from stacks.order_state_machine import OrderStateMachine, workflow_resources
from stacks.order_tables import OrderTables
from stacks.release_alarms import add_release_alarms


class OrderWorkflowStack(Stack):
    """`root` is the repository: code, definition and the API's contract are read from there."""

    def __init__(self, scope: Construct, *, settings: DeploymentSettings, root: Path) -> None:
        super().__init__(scope, settings.stack_name, termination_protection=settings.keeps_data)
        self._settings, self._root = settings, root
        self._platform = LambdaPlatform.create(self, settings=settings, root=root)
        self._operations = Operations(self, "Operations", settings=settings)
        tables = OrderTables(self, "Tables", settings=settings)
        sender = EmailSender(self, "Sender", settings=settings)
        named = workflow_resources(self, settings)
        self._resources = tables.resources | self._operations.resources | sender.resources | named
        workflow = self._add_workflow()
        self._add_callers(workflow)
        self._export(tables.names | self._operations.names | {"Region": self.region})

    def _add_workflow(self) -> OrderStateMachine:
        settings, definition = self._settings, self._root / "statemachine/order_workflow.asl.json"
        self._activities = functions = ActivityFunctions(
            self, "Activities", platform=self._platform, resources=self._resources
        )
        workflow = OrderStateMachine(
            self,
            "Workflow",
            settings=settings,
            definition=definition,
            activities=functions.versions,
        )
        alarms = add_release_alarms(
            self._operations, workflow.machine, functions.versions, settings
        )
        add_order_alarms(self._operations, workflow.machine, settings)
        self._release = release = OrderRelease(
            self, "Release", settings=settings, workflow=workflow, rollback_alarms=alarms
        )
        self._resources |= release.resources
        self._export(release.names)
        return workflow

    def _add_callers(self, workflow: OrderStateMachine) -> None:
        platform, resources, operations = self._platform, self._resources, self._operations
        api = OrderApi(self, "Api", platform=platform, resources=resources)
        self._activities.set_console_url(api.console_url)
        identity = Identity(self, "Identity", settings=self._settings, consoles=api.console_urls)
        api.serve(read_routes(self._root / "docs/openapi.json"), identity=identity)
        janitor = Janitor(
            self, "Janitor", platform=platform, resources=resources, operations=operations
        )
        readers = [api.handler.function, *janitor.functions]
        self._release.comes_after(*readers)
        add_service_alarms(operations, api.api, [*readers, *self._activities.all_functions])
        add_janitor_alarms(operations, janitor, self._settings)
        page = Dashboard(self, "Dashboard", operations=operations)
        page.show(workflow.machine, api=api.api, janitor=janitor)
        self._export(api.names | identity.names | janitor.names)

    def _export(self, names: dict[str, str]) -> None:
        for name, value in names.items():
            CfnOutput(self, name, value=value)
