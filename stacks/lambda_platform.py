"""What all functions of a deployment share: Python, packages, the layer, the common variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.packaging.packages import Packages

METRICS_NAMESPACE = "OrderWorkflow"
RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64

AWS_SERVICES = ("dynamodb", "sesv2", "sqs", "stepfunctions")
"""The services that functions have clients of: the layer holds botocore's models of these alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaPlatform:
    """The shared part of every function."""

    settings: DeploymentSettings
    packages: Packages
    layers: Sequence[lambda_.ILayerVersion]
    variables: Mapping[str, str]

    @classmethod
    def create(
        cls, scope: Construct, *, settings: DeploymentSettings, root: Path
    ) -> "LambdaPlatform":
        """`root` is the folder that holds the package `lambdas` and the lock files."""
        packages = Packages(root, RUNTIME.name.removeprefix("python"))
        return cls(
            settings=settings,
            packages=packages,
            layers=[] if settings.runs_on_emulator else [_libraries(scope, packages)],
            variables=_variables(settings),
        )

    def code(self, handler: str) -> lambda_.Code:
        """The package of the function that runs `handler`.

        The emulator runs it in this machine's Python, which has the libraries of the same lock
        files: neither its byte-code nor its layer would fit.
        """
        if self.settings.runs_on_emulator:
            return self.packages.source_code(handler)
        return self.packages.code(handler)


def _libraries(scope: Construct, packages: Packages) -> lambda_.LayerVersion:
    """The layer of all functions. The SDK of a payment provider belongs in a second layer with a
    separate lock file, for the functions that have the grant PAYMENTS only.
    """
    return lambda_.LayerVersion(
        scope,
        "Libraries",
        description="Libraries of requirements-layer.txt",
        code=packages.layer("requirements-layer.txt", services=AWS_SERVICES),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
        # Published versions of functions, which running executions name, still refer to it.
        removal_policy=RemovalPolicy.RETAIN,
    )


def _variables(settings: DeploymentSettings) -> dict[str, str]:
    return {
        "ENVIRONMENT": settings.environment,
        # The service is a dimension of every metric: it keeps environments of one account apart.
        "POWERTOOLS_SERVICE_NAME": settings.stack_name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
