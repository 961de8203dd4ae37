"""What all functions of a deployment share: one asset, one layer, the common variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import IgnoreMode, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings

METRICS_NAMESPACE = "OrderWorkflow"

_NOT_PACKED = ["/*", "!/lambdas", "__pycache__", "*.pyc"]
"""The asset is rooted at the repository, so that handlers have one import path everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaPlatform:
    """The shared part of every function."""

    settings: DeploymentSettings
    code: lambda_.Code
    layer: lambda_.ILayerVersion
    variables: Mapping[str, str]

    @classmethod
    def create(
        cls, scope: Construct, *, settings: DeploymentSettings, root: Path
    ) -> "LambdaPlatform":
        """`root` is the folder that holds the package `lambdas`, which alone is packed."""
        layer_arn = settings.powertools_layer_arn.replace("{region}", Stack.of(scope).region)
        return cls(
            settings=settings,
            code=lambda_.Code.from_asset(
                str(root), exclude=_NOT_PACKED, ignore_mode=IgnoreMode.GIT
            ),
            layer=lambda_.LayerVersion.from_layer_version_arn(scope, "Powertools", layer_arn),
            variables=_variables(settings),
        )


def _variables(settings: DeploymentSettings) -> dict[str, str]:
    return {
        "ENVIRONMENT": settings.environment,
        # The service is a dimension of every metric: it keeps environments of one account apart.
        "POWERTOOLS_SERVICE_NAME": settings.stack_name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
