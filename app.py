"""CDK application: one stack for the environment that `-c environment=` names."""

import os
import sys
from pathlib import Path

from aws_cdk import App

from stacks.encryption import encrypt_with_customer_key
from stacks.order_workflow_stack import OrderWorkflowStack
from stacks.packaging import PackagingError
from stacks.security.security_checks import add_security_checks
from stacks.settings.load_settings import (
    DeploymentSettingsError,
    Environments,
    load_settings,
    read_environments,
)
from stacks.settings.setting_checks import find_region_problem

ROOT = Path(__file__).parent


def build(app: App, environments: Environments, *, root: Path = ROOT) -> OrderWorkflowStack:
    """The application's stack, checked at synthesis. Raises DeploymentSettingsError."""
    region_problem = find_region_problem(os.environ.get("CDK_DEFAULT_REGION", ""))
    if region_problem:
        raise DeploymentSettingsError(region_problem)
    settings = load_settings(app.node.get_all_context(), environments)
    stack = OrderWorkflowStack(app, settings=settings, root=root)
    if settings.encryption == "customer":
        encrypt_with_customer_key(stack, settings)
    add_security_checks(app)
    return stack


if __name__ == "__main__":
    app = App()
    try:
        build(app, read_environments(ROOT / "environments.toml"))
    except DeploymentSettingsError as error:
        sys.exit(f"the deployment's settings are wrong: {error}")
    except PackagingError as error:
        sys.exit(str(error))
    app.synth()
