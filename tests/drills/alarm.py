"""An alarm of the template, evaluated on measurements as CloudWatch evaluates it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.drills.measurements import Measurements, Metric
from tests.infrastructure.template import Template, text


class AlarmState(StrEnum):
    """The state of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True)
class Alarm:
    """The properties of an AWS::CloudWatch::Alarm."""

    name: str
    properties: Mapping[str, Any]

    @property
    def periods(self) -> int:
        """The number of periods that are evaluated together."""
        return int(self.properties["EvaluationPeriods"])

    @property
    def needed(self) -> int:
        """The number of these periods that must reach the threshold."""
        return int(self.properties.get("DatapointsToAlarm", self.periods))

    @property
    def notifies(self) -> tuple[AlarmState, ...]:
        """The states that send a notification."""
        actions = {
            AlarmState.ALARM: "AlarmActions",
            AlarmState.INSUFFICIENT_DATA: "InsufficientDataActions",
        }
        return tuple(state for state, name in actions.items() if self.properties.get(name))

    @property
    def condition(self) -> str:
        """The comparison with the threshold, in the words of the template."""
        operator = str(self.properties["ComparisonOperator"]).removesuffix("Threshold")
        return f"{operator} {self.properties['Threshold']}"

    def metrics(self) -> Iterator[tuple[str, Metric]]:
        """The metrics that the alarm reads, with their ids in its expression."""
        stated = [metric for metric in self.properties.get("Metrics", []) if "MetricStat" in metric]
        for one in stated:
            statistic = one["MetricStat"]
            yield one["Id"], _metric(statistic["Metric"], statistic["Stat"])
        if not stated:
            chosen = self.properties.get("Statistic") or self.properties["ExtendedStatistic"]
            yield "", _metric(self.properties, chosen)

    def value(self, measured: Measurements, period: int) -> float | None:
        """The value of the alarm's metric or expression in a period; None without data."""
        values = {name: measured.value(metric, period) for name, metric in self.metrics()}
        expression = self.expression
        if expression is None:
            return values[""]
        return evaluate(expression, values)

    @property
    def expression(self) -> str | None:
        """The metric math, if the alarm has any."""
        found = [
            metric["Expression"]
            for metric in self.properties.get("Metrics", ())
            if "Label" in metric
        ]
        return next((str(one) for one in found), None)

    def state(self, measured: Measurements) -> AlarmState:
        """The state after the newest period."""
        first = measured.period - self.periods + 1
        values = [self.value(measured, one) for one in range(first, measured.period + 1)]
        if all(value is None for value in values) and not self._ignores_missing_data:
            return AlarmState.INSUFFICIENT_DATA
        breaching = sum(value is not None and self._breaches(value) for value in values)
        return AlarmState.ALARM if breaching >= self.needed else AlarmState.OK

    @property
    def _ignores_missing_data(self) -> bool:
        return bool(self.properties["TreatMissingData"] == "notBreaching")

    def _breaches(self, value: float) -> bool:
        threshold = float(self.properties["Threshold"])
        if self.properties["ComparisonOperator"] == "LessThanThreshold":
            return value < threshold
        return value >= threshold


def evaluate(expression: str, values: Mapping[str, float | None]) -> float | None:
    """The value of metric math that uses FILL, SUM and IF. None if a metric without data is used
    outside of FILL.
    """
    functions = {
        "IF": lambda condition, yes, no: yes if condition else no,
        "FILL": lambda value, default: default if value is None else value,
        "SUM": sum,
    }
    try:
        return float(eval(expression, functions, dict(values)))  # noqa: S307  # of our template
    except TypeError:
        return None


def read_alarms(template: Template) -> dict[str, Alarm]:
    """The alarms of a template by name, without the name of the stack."""
    prefix = f"{template.stack_name}-"
    found = template.properties("CloudWatch::Alarm")
    alarms = (Alarm(one["AlarmName"].removeprefix(prefix), one) for one in found)
    return {alarm.name: alarm for alarm in alarms}


def _metric(given: Mapping[str, Any], statistic: str) -> Metric:
    dimensions = {
        dimension["Name"]: text(dimension["Value"]) for dimension in given.get("Dimensions", [])
    }
    return Metric(given["Namespace"], given["MetricName"], frozenset(dimensions.items()), statistic)
