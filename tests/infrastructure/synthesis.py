"""Synthesis in this process, with the context of cdk.json and what a test adds to it."""

import json
from collections.abc import Callable
from pathlib import Path

from aws_cdk import App

import app as application
from local.deployment.emulator_app import adapt_to_emulator
from stacks.order_workflow_stack import OrderWorkflowStack
from stacks.settings.setting_checks import ENVIRONMENTS
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

SENDER = "orders@shop.internal"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/{}-Ab12Cd"
PAYMENT_SECRET, WEBHOOK_SECRET = SECRET.format("stripe"), SECRET.format("webhook")
SUBSCRIBER_URL = "https://crm.shop.internal/events"
SUBSCRIBER_SECRET = SECRET.format("subscriber")
STRIPE = {
    "payment_provider": "stripe",
    "payment_secret_arn": PAYMENT_SECRET,
    "payment_webhook_secret_arn": WEBHOOK_SECRET,
}
CUSTOMERS = {
    "customers_url": "https://customers.shop.internal",
    "customers_secret_arn": SECRET.format("customers"),
}
SERVICES = {
    **CUSTOMERS,
    "inventory_url": "https://stock.shop.internal/v1",
    "inventory_secret_arn": SECRET.format("inventory"),
}
"""Context: the services that a deployment may call, and their secrets."""

_NO_COPIES = "aws:cdk:disable-asset-staging"
WITH_PACKAGES = {_NO_COPIES: ""}
"""Context: copy the packages beside the template, which takes longer than the synthesis."""


def cdk_app(directory: Path, **context: str) -> App:
    """An empty CDK application in the deployment's context, which it writes to `directory`."""
    committed = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context=committed | {_NO_COPIES: "true"} | context, outdir=str(directory))


def build(cdk: App, root: Path = ROOT) -> OrderWorkflowStack:
    """The stack of an application, with a sender and no other committed setting; adapted to the
    emulator like a local deployment if that is its target.
    """
    environments = {name: {"sender_email": SENDER} for name in ENVIRONMENTS}
    stack = application.build(cdk, environments, root=root)
    if cdk.node.try_get_context("target") == "emulator":
        adapt_to_emulator(stack)
    return stack


def synthesised(directory: Path, root: Path, **context: str) -> Template:
    """The template of the sources below `root`, written to `directory`."""
    cdk = cdk_app(directory, **context)
    stack = build(cdk, root)
    return Template(Path(cdk.synth().directory), stack.stack_name)


class Synthesis:
    """Synthesises each context once, also when that fails: a failure takes as long."""

    def __init__(self, new_directory: Callable[[], Path]) -> None:
        self._new_directory = new_directory
        self._outcomes: dict[tuple[tuple[str, str], ...], Template | Exception] = {}

    def __call__(self, **context: str) -> Template:
        key = tuple(sorted(context.items()))
        if key not in self._outcomes:
            self._outcomes[key] = self._outcome(context)
        outcome = self._outcomes[key]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _outcome(self, context: dict[str, str]) -> Template | Exception:
        try:
            return synthesised(self._new_directory(), ROOT, **context)
        except (RuntimeError, ValueError) as error:
            return error
