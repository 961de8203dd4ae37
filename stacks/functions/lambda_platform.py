"""What all functions of a deployment share: Python, packages, layers, variables, resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.packaging.packages import Packages
from stacks.security.grants import Resources
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.payment_provider import PAYMENT_PROVIDERS
from stacks.settings.tracing import LOCK_FILE

METRICS_NAMESPACE = "OrderWorkflow"
RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64

AWS_SERVICES = (
    "dynamodb",
    "events",
    "logs",
    "s3",
    "secretsmanager",
    "sesv2",
    "sqs",
    "stepfunctions",
)
"""The services that functions have clients of: the layer holds botocore's models of these alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaPlatform:
    """The shared part of every function; `payment_layers` are for those that pay, `tracing_layers`
    for those that are traced. A function is granted those of the `resources` that its row names.
    """

    settings: DeploymentSettings
    packages: Packages
    layers: Sequence[lambda_.ILayerVersion]
    payment_layers: Sequence[lambda_.ILayerVersion]
    tracing_layers: Sequence[lambda_.ILayerVersion]
    variables: Mapping[str, str]
    resources: Resources

    @classmethod
    def create(
        cls, scope: Construct, *, settings: DeploymentSettings, root: Path
    ) -> "LambdaPlatform":
        """Without resources. `root` is the folder of the package `lambdas` and the lock files."""
        packages = Packages(root, RUNTIME.name.removeprefix("python"))
        return cls(
            settings=settings,
            packages=packages,
            layers=[] if settings.runs_on_emulator else [_libraries(scope, packages)],
            payment_layers=_payment_layers(scope, packages, settings),
            tracing_layers=_tracing_layers(scope, packages, settings),
            variables=_variables(settings),
            resources={},
        )

    def with_resources(self, *added: Resources) -> "LambdaPlatform":
        """The same platform with more resources."""
        resources = dict(self.resources)
        for some in added:
            resources.update(some)
        return replace(self, resources=resources)

    def code(self, handler: str) -> lambda_.Code:
        """The package of the function that runs `handler`.

        The emulator runs it in this machine's Python, which has the libraries of the same lock
        files: neither its byte-code nor its layer would fit.
        """
        if self.settings.runs_on_emulator:
            return self.packages.source_code(handler)
        return self.packages.code(handler)


def _libraries(scope: Construct, packages: Packages) -> lambda_.LayerVersion:
    """The layer of all functions."""
    return _layer(
        scope,
        "Libraries",
        "requirements/layer.txt",
        packages.layer("requirements/layer.txt", services=AWS_SERVICES),
    )


def _payment_layers(
    scope: Construct, packages: Packages, settings: DeploymentSettings
) -> list[lambda_.ILayerVersion]:
    """The layer with the SDK of the payment provider, if it has one."""
    lock_file = PAYMENT_PROVIDERS[settings.payment_provider].lock_file
    if settings.runs_on_emulator or not lock_file:
        return []
    return [_layer(scope, "PaymentLibraries", lock_file, packages.layer(lock_file))]


def _tracing_layers(
    scope: Construct, packages: Packages, settings: DeploymentSettings
) -> list[lambda_.ILayerVersion]:
    """The layer with the libraries of tracing, if it is on."""
    if settings.runs_on_emulator or not settings.tracing:
        return []
    return [_layer(scope, "TracingLibraries", LOCK_FILE, packages.layer(LOCK_FILE))]


def _layer(
    scope: Construct, construct_id: str, lock_file: str, code: lambda_.Code
) -> lambda_.LayerVersion:
    return lambda_.LayerVersion(
        scope,
        construct_id,
        description=f"Libraries of {lock_file}",
        code=code,
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
        # Published versions of functions, which running executions name, still refer to it.
        removal_policy=RemovalPolicy.RETAIN,
    )


def _variables(settings: DeploymentSettings) -> dict[str, str]:
    return {
        "ENVIRONMENT": settings.environment,
        # The service is a dimension of every metric: it distinguishes environments of one account.
        "POWERTOOLS_SERVICE_NAME": settings.stack_name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
