"""The result of a scenario, and its differences from the expectation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.checks.history import Event, end_of, path, tokens
from local.checks.notation import difference
from local.checks.records import ObservedOrder
from local.scenario_runner.scenario import Expectation
from local.scenario_runner.scenario_run import ScenarioRun


@dataclass(slots=True, kw_only=True)
class ScenarioResult:
    """The result of one scenario; every entry of `differences` and `violations` is a failure.
    `too_slow`: it failed because the deadline of an order passed before the scenario let it pass.
    """

    scenario: str
    seconds: float = 0.0
    ends: dict[str, str] = field(default_factory=dict)
    seen_paths: dict[str, list[str]] = field(default_factory=dict)
    order_ids: dict[str, str] = field(default_factory=dict)
    path_differences: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    too_slow: bool = False

    @property
    def passed(self) -> bool:
        return not (self.path_differences or self.differences or self.violations)

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {
            "scenario": self.scenario,
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "end": self.ends,
            "path_ok": bool(self.seen_paths) and not self.path_differences,
            "invariants_ok": not self.violations,
            "differences": [*self.path_differences, *self.differences, *self.violations],
            "order_ids": self.order_ids,
            "seen_path": self.seen_paths,
        }


def compare(result: ScenarioResult, run: ScenarioRun, order: str, expected: Expectation) -> None:
    """Compare the end of an order with the expectation."""
    status = run.status(order)
    order_id = run.id_of(order)
    result.order_ids[order] = order_id
    result.ends[order] = status["stage"]
    seen = _seen_path(run, order)
    result.seen_paths[order] = seen
    if parted := difference(expected.path, seen):
        result.path_differences.append(f"{order}: {parted}")
    for name, wanted, found in _facts(run, order, expected, status):
        if wanted != found:
            result.differences.append(f"{order}: {name} is {found!r} instead of {wanted!r}")


def _facts(
    run: ScenarioRun, order: str, expected: Expectation, status: Mapping[str, Any]
) -> Sequence[tuple[str, Any, Any]]:
    """(name, expected, found) of every property of an end that a scenario can expect."""
    order_id = run.id_of(order)
    signals = [run.users.signal(order_id, one) for one in run.orders[order].accepted]
    facts: list[tuple[str, Any, Any]] = [
        ("stage", expected.stage, status["stage"]),
        ("outcome", expected.ends_as, status["outcome"]),
        ("last_error", expected.last_error, status["last_error"]),
        ("result", expected.result(order_id), status["result"]),
        ("version", expected.version, status["version"]),
        ("outcomes", list(expected.outcomes), [f"{s['kind']}: {s['outcome']}" for s in signals]),
        ("mail", expected.mail, _mail(run.backend.mails(order_id))),
    ]
    if expected.items is not None:
        items = {line["sku"]: line["quantity"] for line in status["items"]}
        facts.append(("items", dict(expected.items), items))
    if expected.ledger is not None:
        seen = {name: status["ledger"].get(name, {}).get("state") for name in expected.ledger}
        facts.append(("ledger", dict(expected.ledger), seen))
    if expected.recommendations is not None:
        found = bool(status["enrichment"]["recommendations"])
        facts.append(("having recommendations", expected.recommendations, found))
    return facts


def _mail(subjects: Sequence[str]) -> str:
    """The kind of the only e-mail; the subjects if there are several."""
    if not subjects:
        return "none"
    if len(subjects) > 1:
        return " and ".join(subjects)
    return "confirmation" if subjects[0].endswith("confirmed") else "cancellation"


def _seen_path(run: ScenarioRun, order: str) -> list[str]:
    """The path through all executions of the order; stores their details in the observations."""
    observed = run.orders[order]
    epoch = run.backend.order_snapshot(observed.order_id).orders[0]["epoch"]
    entries: list[str] = []
    for number in range(1, epoch + 1):
        status, events = run.backend.execution(observed.order_id, number)
        entries += path(events, status)
        _record(observed, status, events)
    return entries


def _record(observed: ObservedOrder, status: str, events: Sequence[Event]) -> None:
    observed.executions.append(end_of(events, status))
    observed.histories += repr(events)
    observed.tokens |= tokens(events)
