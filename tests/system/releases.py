"""Releases of changed definitions to a deployed emulator, and the orders that start with them."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from local.host.aws_clients import ACCOUNT, client
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.steps import run_step
from tests.system.environments import Environment
from tests.workflow.histories import main_path
from tests.workflow.scenarios.ends import LOOP, Path

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

Definition = Mapping[str, Any]
REQUEST = ("RequestApproval", *LOOP)


class Releases:
    """Publishes versions of the deployed state machine, and orders that start through its alias."""

    def __init__(self, deployment: Environment, run: ScenarioRun) -> None:
        state = deployment.state
        self.run, self._machine = run, state.outputs["StateMachineArn"]
        self._alias = state.outputs["AliasArn"]
        self._states: SFNClient = client("stepfunctions", state.emulator_url)
        self._functions: LambdaClient = client("lambda", state.emulator_url)
        found = self._states.describe_state_machine(stateMachineArn=self._machine)
        self.deployed: Definition = json.loads(found["definition"])

    def publish(self, definition: Definition) -> str:
        """Publish a version; returns its ARN. The function of an added step always succeeds."""
        text = json.dumps(definition)
        if "${CheckFraud}" in text:
            text = text.replace("${CheckFraud}", self._function("check-fraud"))
        self._states.update_state_machine(stateMachineArn=self._machine, definition=text)
        found = self._states.publish_state_machine_version(stateMachineArn=self._machine)
        return found["stateMachineVersionArn"]

    def route(self, *versions: str) -> None:
        """Start new executions with these versions, at equal shares."""
        weight = 100 // len(versions)
        self._states.update_state_machine_alias(
            stateMachineAliasArn=self._alias,
            routingConfiguration=[
                {"stateMachineVersionArn": version, "weight": weight} for version in versions
            ],
        )

    def place(self, order: str, fields: Mapping[str, Any]) -> None:
        """Place an order and wait until its execution waits."""
        self._place(order, fields)
        run_step(self.run, Step("wait-for-token", {"order": order}))

    def refuse(self, order: str, fields: Mapping[str, Any]) -> None:
        """Place an order that a business rule refuses, and wait for its end."""
        self._place(order, fields)
        self.run.wait_for_end(order)

    def _place(self, order: str, fields: Mapping[str, Any]) -> None:
        run_step(self.run, Step("place", {"order": order, "items": {"HOT-SKU": 1}, **fields}))

    def finish(self, order: str, end: Step) -> None:
        """Approve or cancel an order and wait for its end."""
        run_step(self.run, Step(end.do, {**end.fields, "order": order}))
        self.run.wait_for_end(order)

    def version(self, order: str) -> str:
        """The version that the order's execution started with."""
        execution = self._machine.replace(":stateMachine:", ":execution:")
        name = f"{execution}:{self.run.id_of(order)}-1"
        return self._states.describe_execution(executionArn=name)["stateMachineVersionArn"]

    def path(self, order: str) -> Path:
        """The states of the order's only execution, without the rounds that ask the approver: their
        number depends on how long the order waited.
        """
        states = [*main_path(self.run.backend.execution(self.run.id_of(order), 1)[1])]
        while "RequestApproval" in states:
            request = states.index("RequestApproval")
            del states[request : request + len(REQUEST)]
        return tuple(states)

    def _function(self, name: str) -> str:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("index.py", "def handle(event, context):\n    return {}\n")
        created = self._functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            Handler="index.handle",
            Code={"ZipFile": package.getvalue()},
        )
        return created["FunctionArn"]

    def restore(self) -> None:
        """Release the deployed definition again, and delete the function of the added step."""
        self.route(self.publish(self.deployed))
        found = self._functions.get_paginator("list_functions").paginate()
        if "check-fraud" in {
            function["FunctionName"] for page in found for function in page["Functions"]
        }:
            self._functions.delete_function(FunctionName="check-fraud")
