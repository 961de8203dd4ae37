"""What writes to the tables of a stack: its functions outside of executions, and executions."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

WRITERS = frozenset(
    {
        "api",
        "compare-payments",
        "export-histories",
        "janitor-execution-stopped",
        "janitor-sweep",
        "payment-webhook",
        "record-mail-reports",
        "sweep-histories",
    }
)
"""Functions that write to the tables, other than activities: those run in executions only."""
KEEP_RULES = frozenset({"record-mail-reports"})
"""Lambda keeps the events of these for six hours. A disabled rule would lose them."""


class Sessions(Protocol):
    """A boto3 session, or what tests have in its place."""

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Writers:
    """The writers of one stack. `machine` is the ARN of its state machine."""

    sessions: Sessions
    stack: str
    machine: str

    def stop(self) -> None:
        """Refuse all invocations of the functions, then stop all executions. May be repeated."""
        for name in self._functions():
            self._switch_sources(name, on=False)
            self._lambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        states = self._states
        for execution in self._executions():
            with suppress(states.exceptions.ValidationException):  # it ended after it was listed
                states.stop_execution(executionArn=execution)

    def start(self) -> None:
        """Give each function the concurrency of the template again. May be repeated."""
        for name, reserved in self._functions().items():
            if reserved is None:
                self._lambda.delete_function_concurrency(FunctionName=name)
            else:
                self._lambda.put_function_concurrency(
                    FunctionName=name, ReservedConcurrentExecutions=reserved
                )
            self._switch_sources(name, on=True)

    def active(self) -> list[str]:
        """The functions that can be invoked, and the ARNs of running executions."""
        return [*filter(self._is_active, self._functions()), *self._executions()]

    def _functions(self) -> Mapping[str, int | None]:
        """The reserved concurrency of each writer in the template, by the function's name."""
        stacks: CloudFormationClient = self.sessions.client("cloudformation")
        template: Any = stacks.get_template(StackName=self.stack)["TemplateBody"]
        functions = (
            resource["Properties"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::Lambda::Function"
        )
        return {
            function["FunctionName"]: function.get("ReservedConcurrentExecutions")
            for function in functions
            if self._short_name(function["FunctionName"]) in WRITERS
        }

    def _switch_sources(self, name: str, *, on: bool) -> None:
        """Enable or disable what invokes a function: its rules and its queues."""
        rules: EventBridgeClient = self.sessions.client("events")
        arn = self._lambda.get_function_configuration(FunctionName=name)["FunctionArn"]
        named = rules.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
        for rule in [] if self._short_name(name) in KEEP_RULES else named:
            if on:
                rules.enable_rule(Name=rule)
            else:
                rules.disable_rule(Name=rule)
        for queue in self._lambda.list_event_source_mappings(FunctionName=name)[
            "EventSourceMappings"
        ]:
            self._lambda.update_event_source_mapping(UUID=queue["UUID"], Enabled=on)

    def _is_active(self, name: str) -> bool:
        found = self._lambda.get_function_concurrency(FunctionName=name)
        return found.get("ReservedConcurrentExecutions") != 0

    def _executions(self) -> Iterator[str]:
        pages = self._states.get_paginator("list_executions")
        for page in pages.paginate(stateMachineArn=self.machine, statusFilter="RUNNING"):
            yield from (execution["executionArn"] for execution in page["executions"])

    def _short_name(self, name: str) -> str:
        return name.removeprefix(f"{self.stack}-")

    @property
    def _lambda(self) -> "LambdaClient":
        client: LambdaClient = self.sessions.client("lambda")
        return client

    @property
    def _states(self) -> "SFNClient":
        client: SFNClient = self.sessions.client("stepfunctions")
        return client
