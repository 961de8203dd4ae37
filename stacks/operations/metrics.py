"""Metrics for alarms and dashboards: those of our code, those of functions, and sums of several."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from stacks.functions.lambda_platform import METRICS_NAMESPACE
from stacks.operations.emitted_metrics import require_emitted
from stacks.settings.deployment_settings import DeploymentSettings

PERIOD = Duration.minutes(5)
MAX_METRICS = 10
"""In one alarm on a metric math expression. (CloudWatch user guide, "Limits")"""


def custom_metric(
    settings: DeploymentSettings, name: str, *, statistic: str = "Sum", **dimensions: str
) -> cloudwatch.Metric:
    """A metric that our code writes; `service` distinguishes the environments of one account."""
    require_emitted(name, frozenset(dimensions))
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": settings.stack_name, **dimensions},
        statistic=statistic,
        period=PERIOD,
    )


def by_dimension(
    settings: DeploymentSettings, name: str, dimension: str, *, statistic: str = "Sum"
) -> cloudwatch.MathExpression:
    """One line for each value of a dimension. Only for dashboards: alarms cannot search."""
    require_emitted(name, frozenset({dimension}))
    schema = f"{METRICS_NAMESPACE},{dimension},service"
    terms = f'{{{schema}}} MetricName="{name}" service="{settings.stack_name}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{terms}', '{statistic}', {PERIOD.to_seconds()})",
        using_metrics={},
        label="",
        period=PERIOD,
    )


def crash_count(
    settings: DeploymentSettings, activities: Mapping[str, lambda_.Version]
) -> cloudwatch.MathExpression:
    """Invocations of published versions that failed before, or without, an error of our code:
    Lambda's `Errors` of each version minus its `FailedInvocation`. `activities` are by name.
    """
    metrics: dict[str, cloudwatch.IMetric] = {}
    for index, (activity, version) in enumerate(activities.items()):
        metrics[f"errors{index}"] = _version_errors(version)
        metrics[f"failed{index}"] = custom_metric(
            settings, "FailedInvocation", activity=activity, function_version=version.version
        )
    signed = [or_zero(name) if "errors" in name else f"-{or_zero(name)}" for name in metrics]
    return sum_of(signed, metrics, "Crashed invocations")


def total(metrics: Sequence[cloudwatch.IMetric], label: str) -> cloudwatch.MathExpression:
    """The sum of metrics, of which some may have no data."""
    named = {f"m{index}": metric for index, metric in enumerate(metrics)}
    return sum_of([or_zero(name) for name in named], named, label)


def or_zero(name: str) -> str:
    """A metric in an expression, with 0 for the periods in which nothing was counted."""
    return f"FILL({name}, 0)"


def sum_of(
    terms: Sequence[str], metrics: Mapping[str, cloudwatch.IMetric], label: str
) -> cloudwatch.MathExpression:
    """The sum of terms. SUM ignores a term without data; with `+` the sum would have none."""
    return cloudwatch.MathExpression(
        expression=f"SUM([{', '.join(terms)}])",
        using_metrics=dict(metrics),
        label=label,
        period=PERIOD,
    )


def _version_errors(version: lambda_.Version) -> cloudwatch.Metric:
    name = version.lambda_.function_name
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name="Errors",
        dimensions_map={"FunctionName": name, "Resource": f"{name}:{version.version}"},
        statistic="Sum",
        period=PERIOD,
    )
