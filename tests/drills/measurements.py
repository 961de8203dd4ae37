"""What was measured during a drill, in periods of an alarm."""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any, NamedTuple

from stacks.operations.emitted_metrics import require_emitted

Dimensions = frozenset[tuple[str, str]]


class Metric(NamedTuple):
    """A metric that an alarm reads, with its statistic."""

    namespace: str
    name: str
    dimensions: Dimensions
    statistic: str = "Sum"


class Measurements:
    """Values by metric and period. `period` is the newest one."""

    def __init__(self) -> None:
        self.period = 0
        self._values: dict[tuple[str, str, Dimensions, int], list[float]] = defaultdict(list)

    def add(
        self, namespace: str, name: str, dimensions: Mapping[str, str], values: Iterable[float]
    ) -> None:
        """Record values in the current period."""
        key = (namespace, name, frozenset(dimensions.items()), self.period)
        self._values[key].extend(values)

    def value(self, metric: Metric, period: int) -> float | None:
        """The statistic of a metric in a period. A percentile is the maximum of a few values."""
        values = self._values.get((*metric[:3], period))
        if not values:
            return None
        if metric.statistic == "Sum":
            return sum(values)
        return sum(values) / len(values) if metric.statistic == "Average" else max(values)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Record the metrics that code writes to its log in the embedded metric format."""
        out = io.StringIO()
        try:
            with redirect_stdout(out):
                yield
        finally:
            for line in out.getvalue().splitlines():
                self._add_embedded(json.loads(line))

    def _add_embedded(self, record: Mapping[str, Any]) -> None:
        for directive in record["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = {name: record[name] for name in names}
                for metric in directive["Metrics"]:
                    require_emitted(metric["Name"], frozenset(names) - {"service"})
                    value = record[metric["Name"]]
                    values = value if isinstance(value, list) else [value]
                    self.add(directive["Namespace"], metric["Name"], dimensions, values)
