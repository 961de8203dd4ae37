"""CDK application: one stack for the environment that the context names (`cdk.json`, `-c`)."""

import sys
from pathlib import Path

from aws_cdk import App

from stacks.deployment_settings import DeploymentSettings, DeploymentSettingsError
from stacks.emulator_gaps import bridge_emulator_gaps
from stacks.order_workflow_stack import OrderWorkflowStack
from stacks.security_checks import add_security_checks

ROOT = Path(__file__).parent


def build(app: App, *, root: Path = ROOT) -> OrderWorkflowStack:
    """The application's stack, checked at synthesis. Raises DeploymentSettingsError."""
    settings = DeploymentSettings.from_context(app.node.get_all_context())
    stack = OrderWorkflowStack(app, settings=settings, root=root)
    if settings.target == "emulator":
        bridge_emulator_gaps(stack)
    add_security_checks(app)
    return stack


if __name__ == "__main__":
    app = App()
    try:
        build(app)
    except DeploymentSettingsError as error:
        sys.exit(f"the deployment's context is wrong: {error}")
    app.synth()
